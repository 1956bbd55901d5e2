package dev.einkorn.compiler;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.Directive;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Which package may know which; the order of the stages is the order of these rules. */
@AnalyzeClasses(packages = "dev.einkorn", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.einkorn.compiler";

  /** The facade, what it throws, and how it writes JSON. */
  private static final String[] CLI_MAY_USE = {
    ROOT, ROOT + ".cli..", ROOT + ".source", ROOT + ".report", ROOT + ".processor"
  };

  private static final Set<String> MUTABLE =
      Set.of(
          "java.util.ArrayList",
          "java.util.HashMap",
          "java.util.LinkedHashMap",
          "java.util.HashSet",
          "java.util.concurrent.ConcurrentHashMap",
          "java.util.concurrent.atomic.AtomicInteger",
          "java.util.concurrent.atomic.AtomicLong",
          "java.util.concurrent.atomic.AtomicReference");

  @ArchTest
  static final ArchRule packages_are_free_of_cycles =
      slices().matching("dev.einkorn.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule runtime_knows_the_jdk_only =
      classes()
          .that()
          .resideInAPackage("dev.einkorn.runtime..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.einkorn.runtime..",
              "java..",
              "com.sun.management..",
              "jdk.incubator.vector..",
              "org.jspecify..");

  @ArchTest
  static final ArchRule only_runtime_simd_uses_vectors =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.einkorn.runtime.simd..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..")
          .because("everything else must load without the incubating module");

  @ArchTest static final ArchRule source_knows_no_stage = stage("source");
  @ArchTest static final ArchRule ast_knows_source = stage("ast", "source");
  @ArchTest static final ArchRule index_knows_no_stage = stage("index");

  @ArchTest
  static final ArchRule check_makes_index_of_ast = stage("check", "ast", "source", "index");

  @ArchTest static final ArchRule interpret_knows_index_only = stage("interpret", "index");

  @ArchTest
  static final ArchRule optimize_knows_index =
      stage("optimize", "optimize.rule", "optimize.algebra", "optimize.path", "index", "source");

  @ArchTest
  static final ArchRule rules_know_index = stage("optimize.rule", "optimize.algebra", "index");

  @ArchTest static final ArchRule algebra_knows_index_only = stage("optimize.algebra", "index");

  @ArchTest static final ArchRule paths_know_no_stage = stage("optimize.path");

  @ArchTest static final ArchRule loop_knows_index = stage("loop", "index");
  @ArchTest static final ArchRule lower_makes_loops_of_index = stage("lower", "loop", "index");

  @ArchTest
  static final ArchRule schedule_knows_loop = stage("schedule", "loop", "index", "source");

  @ArchTest static final ArchRule emit_knows_loop = stage("emit", "loop", "schedule", "index");

  @ArchTest
  static final ArchRule emit_java_knows_emit =
      stage("emit.java", "emit", "loop", "schedule", "index");

  @ArchTest
  static final ArchRule emit_cuda_knows_emit =
      stage("emit.cuda", "emit", "loop", "schedule", "index", "source");

  @ArchTest
  static final ArchRule only_emit_cuda_uses_cuda_templates =
      only("emit.cuda", "dev.einkorn.cuda.template..");

  @ArchTest static final ArchRule jit_knows_emit = stage("jit", "emit");
  @ArchTest static final ArchRule report_knows_no_stage = stage("report");

  @ArchTest
  static final ArchRule the_pipeline_knows_the_stages_behind_the_checker =
      stage(
          "pass",
          "source",
          "index",
          "optimize",
          "lower",
          "loop",
          "schedule",
          "emit",
          "emit.java",
          "emit.cuda");

  @ArchTest
  static final ArchRule the_command_line_uses_the_facade =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".cli..")
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(CLI_MAY_USE))))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule only_ast_uses_antlr = only("ast", "org.antlr..", "dev.einkorn.grammar..");

  @ArchTest static final ArchRule only_jit_uses_janino = only("jit", "org.codehaus..");

  @ArchTest
  static final ArchRule what_writes_java_uses_javapoet =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".emit.java", ROOT + ".ahead", ROOT + ".processor")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.palantir.javapoet..");

  @ArchTest
  static final ArchRule ahead_of_time_goes_the_way_of_the_pipeline =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".ahead")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ROOT + ".cli..",
              ROOT + ".jit..",
              ROOT + ".processor..",
              ROOT + ".interpret..",
              "org.antlr..");

  @ArchTest
  static final ArchRule nothing_but_the_command_line_knows_the_processor =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".processor", ROOT + ".cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + ".processor");

  @ArchTest
  static final ArchRule only_benchmarks_read_json = only("cli.bench", "com.google.gson..");

  @ArchTest static final ArchRule only_cli_uses_picocli = only("cli", "picocli..");

  @ArchTest
  static final ArchRule foreign_memory_belongs_to_the_runtime =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.einkorn.runtime..")
          .should()
          .accessClassesThat()
          .resideInAPackage("java.lang.foreign..")
          .because("emitted kernels import it, but the compiler only names it");

  @ArchTest
  static void every_kind_of_node_and_directive_is_a_record(JavaClasses imported) {
    for (Class<?> kind : List.of(IndexExpr.class, Expr.class, Stmt.class, Directive.class)) {
      classes()
          .that()
          .areAssignableTo(kind)
          .and()
          .areNotInterfaces()
          .should()
          .beRecords()
          .check(imported);
    }
  }

  @ArchTest
  static final ArchRule nothing_static_can_change =
      fields()
          .that()
          .areStatic()
          .and()
          .areDeclaredInClassesThat(not(resideInAPackage("dev.einkorn.grammar..")))
          .and(
              describe(
                  "are written by people",
                  field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC)))
          .should()
          .beFinal()
          .andShould()
          .haveRawType(
              describe(
                  "no mutable collection", (JavaClass type) -> !MUTABLE.contains(type.getName())));

  /** A stage depends on the stages listed, the runtime and libraries, and on no other stage. */
  private static ArchRule stage(String name, String... others) {
    Set<String> allowed = Arrays.stream(others).map(other -> ROOT + "." + other).collect(toSet());
    String own = ROOT + "." + name;
    return classes()
        .that()
        .resideInAPackage(own)
        .should(
            new com.tngtech.archunit.lang.ArchCondition<JavaClass>(
                "depend on " + allowed + " only") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                type.getDirectDependenciesFromSelf().stream()
                    .filter(
                        dependency -> {
                          String target = dependency.getTargetClass().getPackageName();
                          return target.startsWith(ROOT)
                              && !target.equals(own)
                              && !allowed.contains(target);
                        })
                    .forEach(
                        dependency ->
                            events.add(
                                SimpleConditionEvent.violated(
                                    dependency, dependency.getDescription())));
              }
            });
  }

  private static ArchRule only(String stage, String... libraries) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + "." + stage, "dev.einkorn.grammar..", "dev.einkorn.cuda.template..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries);
  }
}
