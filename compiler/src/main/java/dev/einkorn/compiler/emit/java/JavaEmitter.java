package dev.einkorn.compiler.emit.java;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.Emitter;
import dev.einkorn.compiler.emit.KernelUnit;
import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * Writes a kernel as a Java class: JavaPoet makes the shell and the imports, {@link StepWriter} the
 * loops.
 */
public final class JavaEmitter implements Emitter {
  @Override
  public EmittedSource emit(KernelUnit unit) {
    CodeBlock.Builder run = CodeBlock.builder();
    List<MethodSpec> steps = new ArrayList<>();
    NameAllocator methods = new NameAllocator(Set.of("run"));
    for (int n = 0; n < unit.steps().size(); n++) {
      KernelUnit.Step step = unit.steps().get(n);
      String method = methods.name(n, "compute_" + step.nest().name());
      run.addStatement("$N(operands, sizes, worker)", method);
      steps.add(
          kernelMethod(method)
              .addJavadoc("{@code $L}", comment(step.statement()))
              .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
              .addCode(new StepWriter(unit, step.nest()).write())
              .build());
    }
    TypeSpec type =
        TypeSpec.classBuilder(unit.className())
            .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
            .addSuperinterface(Kernel.class)
            .addMethod(
                kernelMethod("run")
                    .addAnnotation(Override.class)
                    .addModifiers(Modifier.PUBLIC)
                    .addCode(run.build())
                    .build())
            .addMethods(steps)
            .build();
    JavaFile file =
        JavaFile.builder(unit.packageName(), type)
            .addFileComment("$L", comment(String.join("\n", unit.header())))
            .skipJavaLangImports(true)
            .indent("  ")
            .build();
    String name = ClassName.get(unit.packageName(), unit.className()).canonicalName();
    return new EmittedSource(name, file.toString());
  }

  /** The text without what would end a comment, also as an escape that javac reads anywhere. */
  private static String comment(String text) {
    return text.replace("*/", "* /").replace("\\u", "\\ u");
  }

  private static MethodSpec.Builder kernelMethod(String name) {
    return MethodSpec.methodBuilder(name)
        .addParameter(Tensor[].class, "operands")
        .addParameter(long[].class, "sizes")
        .addParameter(Worker.class, "worker");
  }
}
