package dev.einkorn.compiler.ahead;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.einkorn.compiler.CompilerThread;
import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.emit.java.JavaWords;
import dev.einkorn.runtime.WorkerPool;
import dev.einkorn.runtime.kernel.BuiltKernel;
import dev.einkorn.runtime.kernel.PlanAdvice;
import dev.einkorn.runtime.kernel.WorkspacePool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * The class that implements an annotated interface.
 *
 * @param type the interface
 * @param name of the class, in the same package
 * @param isPublic whether everybody may use it
 * @param marker the annotation for generated classes, empty if the compilation cannot see it
 */
public record KernelClass(
    ClassName type, ClassName name, boolean isPublic, List<AnnotationSpec> marker) {
  /** Of more targets the arrays of operands would exceed what a method can hold. */
  private static final int MOST_TARGETS = 500;

  /** Copies the list. */
  public KernelClass {
    marker = List.copyOf(marker);
  }

  /**
   * A method to be generated.
   *
   * @param signature as the interface declares it, to be completed
   */
  public record Method(KernelMethod asked, MethodSpec.Builder signature) {}

  /**
   * What a method becomes.
   *
   * @param problems what is wrong or suspicious
   */
  private record Planned(List<PlannedMethod> method, List<Problem> problems) {}

  /** Gets what is wrong with a method. */
  @FunctionalInterface
  public interface Problems {
    /** A problem of the n-th method. */
    void report(int method, Problem problem);
  }

  /**
   * Generates the class, unless there is an error.
   *
   * @param problems gets every problem of every method
   * @return the class, or nothing
   */
  public List<JavaFile> generate(List<Method> methods, BuildTarget target, Problems problems) {
    List<PlannedMethod> planned = new ArrayList<>();
    for (int n = 0; n < methods.size(); n++) {
      int number = n;
      KernelMethod asked = methods.get(n).asked();
      Planned one = CompilerThread.call(() -> plan(asked, target));
      one.problems().forEach(problem -> problems.report(number, problem));
      planned.addAll(one.method());
    }
    return planned.size() == methods.size()
        ? List.of(CompilerThread.call(() -> write(methods, planned)))
        : List.of();
  }

  private static Planned plan(KernelMethod asked, BuildTarget target) {
    List<Problem> problems = new ArrayList<>();
    List<PlannedMethod> planned =
        MethodChecker.check(asked, problems)
            .filter(checked -> isSmall(checked, problems))
            .flatMap(checked -> MethodPlanner.plan(checked, target, problems))
            .map(List::of)
            .orElse(List.of());
    return new Planned(planned, problems);
  }

  private static boolean isSmall(CheckedMethod checked, List<Problem> problems) {
    int targets = checked.program().targets().size();
    if (targets > MOST_TARGETS) {
      problems.add(
          Problem.error(
              new Problem.Place.Program(),
              "LIMIT_EXCEEDED",
              "the program has %s targets; at build time at most %s are supported"
                  .formatted(targets, MOST_TARGETS)));
    }
    return targets <= MOST_TARGETS;
  }

  private JavaFile write(List<Method> methods, List<PlannedMethod> planned) {
    Set<String> reserved = new HashSet<>(JavaWords.RESERVED);
    reserved.addAll(type.simpleNames());
    reserved.addAll(name.simpleNames());
    reserved.addAll(
        List.of(
            "Arguments",
            "ArenaShape",
            "BuiltKernel",
            "ElementType",
            "Generated",
            "KernelVariants",
            "Memory",
            "PlanAdvice",
            "ScratchTensor",
            "Slabs",
            "TeamSize",
            "Temporaries",
            "WorkerPool",
            "Workspace",
            "WorkspacePool"));
    var classes = new NameAllocator(reserved);
    var fields = new NameAllocator(JavaWords.RESERVED);
    TypeSpec.Builder shell =
        TypeSpec.classBuilder(name)
            .addJavadoc(
                "The kernels of {@link $T}. Instances are safe to share between threads.\n", type)
            .addAnnotations(marker)
            .addAnnotation(
                AnnotationSpec.builder(SuppressWarnings.class)
                    .addMember("value", "$S", "all")
                    .build())
            .addModifiers(Modifier.FINAL)
            .addSuperinterface(type);
    if (isPublic) {
      shell.addModifiers(Modifier.PUBLIC);
    }
    MethodSpec.Builder constructor =
        MethodSpec.constructorBuilder()
            .addJavadoc("Kernels whose workers come from a pool.\n")
            .addParameter(WorkerPool.class, "workers");
    MethodSpec.Builder shared =
        MethodSpec.constructorBuilder()
            .addJavadoc("Kernels that use all processors where that is worth it.\n")
            .addStatement("this($T.shared())", WorkerPool.class);
    if (isPublic) {
      constructor.addModifiers(Modifier.PUBLIC);
      shared.addModifiers(Modifier.PUBLIC);
    }
    List<MethodSpec> bodies = new ArrayList<>();
    List<TypeSpec> nested = new ArrayList<>();
    List<String> kernels = new ArrayList<>();
    for (int n = 0; n < methods.size(); n++) {
      PlannedMethod each = planned.get(n);
      String field = fields.name(n, each.checked().method().name());
      String prefix = Character.toUpperCase(field.charAt(0)) + field.substring(1);
      String variants = classes.name(n, prefix + "Variants");
      var writer = new VariantsWriter(each, prefix, classes);
      kernels.add(field);
      shell.addField(
          FieldSpec.builder(BuiltKernel.class, field, Modifier.PRIVATE, Modifier.FINAL).build());
      constructor.addStatement(
          "this.$N = new $T(new $T(), workers)",
          field,
          BuiltKernel.class,
          ClassName.get("", variants));
      String advice = fields.name(field + " plan", field + "Plan");
      if (!each.others().others().isEmpty()) {
        shell.addField(
            FieldSpec.builder(PlanAdvice.class, advice, Modifier.PRIVATE, Modifier.FINAL)
                .initializer(
                    "new $T($S, $S)",
                    PlanAdvice.class,
                    type.simpleName() + "." + each.checked().method().name(),
                    MethodPlanner.text(each.typical()))
                .build());
      }
      String pool = fields.name(field + " memory", field + "Memory");
      String temporaries = classes.name(field + " temporaries", prefix + "Temporaries");
      if (!each.arenas().arenas().isEmpty()) {
        shell.addField(
            FieldSpec.builder(WorkspacePool.class, pool, Modifier.PRIVATE, Modifier.FINAL)
                .initializer("$T.ofHeap()", WorkspacePool.class)
                .build());
      }
      bodies.add(
          methods
              .get(n)
              .signature()
              .addJavadoc("$L", MethodDoc.write(each))
              .addCode(
                  BodyWriter.write(each, new BodyWriter.Fields(field, pool, advice, temporaries)))
              .build());
      nested.add(writer.variants(variants));
      if (!each.arenas().arenas().isEmpty()) {
        var names = new SizeNames(each.checked().method());
        nested.add(new TemporaryWriter(each, names, pool, temporaries).type());
      }
      nested.addAll(writer.kernels());
    }
    shell.addMethod(shared.build()).addMethod(constructor.build()).addMethods(bodies);
    if (methods.stream().noneMatch(each -> each.asked().name().equals("awaitWarm"))) {
      shell.addMethod(awaitWarm(kernels));
    }
    shell.addTypes(nested);
    return JavaFile.builder(name.packageName(), shell.build())
        .addFileComment("Generated by Einkorn from the annotations of $L.", type.simpleName())
        .skipJavaLangImports(true)
        .indent("  ")
        .build();
  }

  private MethodSpec awaitWarm(List<String> kernels) {
    MethodSpec.Builder method =
        MethodSpec.methodBuilder("awaitWarm")
            .addJavadoc(
                "Waits until the kernels of the calls made so far are those that will answer from"
                    + " now on:\nscalar kernels answer first, and vector kernels take over when"
                    + " they are warm.\n\n@return whether they are, after at most {@code timeout}"
                    + " for each method\n")
            .returns(boolean.class)
            .addParameter(Duration.class, "timeout")
            .addException(InterruptedException.class)
            .addStatement(
                "return $L",
                String.join(
                    "\n&& ",
                    kernels.stream()
                        .map(field -> "this." + field + ".awaitWarm(timeout)")
                        .toList()));
    if (isPublic) {
      method.addModifiers(Modifier.PUBLIC);
    }
    return method.build();
  }
}
