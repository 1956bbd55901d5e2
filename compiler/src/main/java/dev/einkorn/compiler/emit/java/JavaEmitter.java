package dev.einkorn.compiler.emit.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.Emitter;
import dev.einkorn.compiler.emit.KernelUnit;
import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * Writes a kernel as a Java class: JavaPoet makes the shell and the imports, {@link StepWriter} the
 * loops.
 */
public final class JavaEmitter implements Emitter {
  private final VectorForm form;

  /** Writes vectors in this form. */
  public JavaEmitter(VectorForm form) {
    this.form = form;
  }

  @Override
  public EmittedSource emit(KernelUnit unit) {
    TypeSpec type = type(unit, unit.className()).addModifiers(Modifier.PUBLIC).build();
    JavaFile file =
        JavaFile.builder(unit.packageName(), type)
            .addFileComment("$L", comment(String.join("\n", unit.header())))
            .skipJavaLangImports(true)
            .indent("  ")
            .build();
    String name = ClassName.get(unit.packageName(), unit.className()).canonicalName();
    return new EmittedSource(name, file.toString());
  }

  /** The same kernel as a class inside of another one. */
  public TypeSpec nested(KernelUnit unit, String className) {
    return type(unit, className).addModifiers(Modifier.PRIVATE, Modifier.STATIC).build();
  }

  private TypeSpec.Builder type(KernelUnit unit, String className) {
    CodeBlock.Builder run = CodeBlock.builder();
    List<MethodSpec> steps = new ArrayList<>();
    NameAllocator methods = new NameAllocator(Set.of("run"));
    Set<VectorWriter.Species> species = new LinkedHashSet<>();
    boolean parallel = unit.steps().stream().anyMatch(step -> step.nest().isParallel());
    for (int n = 0; n < unit.steps().size(); n++) {
      KernelUnit.Step step = unit.steps().get(n);
      String method = methods.name(n, "compute_" + step.nest().name());
      if (parallel && n > 0) {
        run.addStatement("worker.barrier()");
      }
      boolean alone = parallel && !step.nest().isParallel();
      if (alone) {
        run.beginControlFlow("if (worker.index() == 0)");
      }
      run.addStatement("$N(operands, sizes, worker)", method);
      if (alone) {
        run.endControlFlow();
      }
      var writer = new StepWriter(unit, step.nest(), form, methods);
      steps.add(
          kernelMethod(method)
              .addJavadoc("{@code $L}", comment(step.statement()))
              .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
              .addCode(writer.write())
              .build());
      steps.addAll(writer.outlined());
      species.addAll(writer.species());
    }
    return TypeSpec.classBuilder(className)
        .addModifiers(Modifier.FINAL)
        .addSuperinterface(Kernel.class)
        .addFields(species.stream().map(JavaEmitter::field).toList())
        .addMethod(
            kernelMethod("run")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .addCode(run.build())
                .build())
        .addMethods(steps);
  }

  private static FieldSpec field(VectorWriter.Species species) {
    ClassName vector =
        ClassName.get(
            "jdk.incubator.vector",
            switch (species.type()) {
              case F32 -> "FloatVector";
              case F64 -> "DoubleVector";
              case I32 -> "IntVector";
              case I64 -> "LongVector";
              case BOOL -> throw new IllegalArgumentException("a vector of conditions");
            });
    TypeName boxed =
        switch (species.type()) {
          case F32 -> TypeName.FLOAT.box();
          case F64 -> TypeName.DOUBLE.box();
          case I32 -> TypeName.INT.box();
          case I64 -> TypeName.LONG.box();
          case BOOL -> throw new IllegalArgumentException("a vector of conditions");
        };
    TypeName type =
        ParameterizedTypeName.get(ClassName.get("jdk.incubator.vector", "VectorSpecies"), boxed);
    return FieldSpec.builder(
            type, species.constant(), Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .initializer("$T.$L", vector, species.source())
        .build();
  }

  /** The text without what would end a comment, also as an escape that javac reads anywhere. */
  public static String comment(String text) {
    return text.replace("*/", "* /").replace("\\u", "\\ u");
  }

  private static MethodSpec.Builder kernelMethod(String name) {
    return MethodSpec.methodBuilder(name)
        .addParameter(Tensor[].class, "operands")
        .addParameter(long[].class, "sizes")
        .addParameter(Worker.class, "worker");
  }
}
