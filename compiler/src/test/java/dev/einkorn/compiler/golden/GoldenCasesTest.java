package dev.einkorn.compiler.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.pass.Compilation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stage of the cases in {@code src/test/golden/cases}, as approved text. */
class GoldenCasesTest {
  private static final String INDEX = "index.txt";
  private static final String PLAN = "plan.txt";
  private static final String LOOPS = "loops.txt";
  private static final String SCHEDULED = "schedule_out.txt";

  static List<String> cases() {
    return GoldenCase.names();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyStageIsAsApproved(String name) {
    GoldenCase golden = GoldenCase.read(name);
    Compilation compilation = golden.compile(golden.packageName());
    GoldenFiles files = GoldenCase.files(name);
    List<Executable> checks = new ArrayList<>();
    checks.add(() -> files.check(INDEX, IndexPrinter.print(golden.program())));
    checks.add(() -> files.check(PLAN, plan(compilation)));
    checks.add(() -> files.check(LOOPS, loops(compilation)));
    checks.add(() -> files.check(SCHEDULED, scheduled(compilation)));
    for (EmittedSource source : compilation.sources()) {
      checks.add(() -> GoldenCase.javaFiles(name).check(fileName(source), source.text()));
    }
    assertAll(name, checks);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aCaseHasNoOtherFiles(String name) {
    Set<String> expected = Set.of(INDEX, PLAN, LOOPS, SCHEDULED);
    List<String> inputs = List.of(GoldenCase.PROGRAM, GoldenCase.EINSUM, GoldenCase.SCHEDULE);
    assertThat(GoldenCase.files(name).names(""))
        .containsAll(expected)
        .allMatch(file -> expected.contains(file) || inputs.contains(file))
        .containsAnyOf(GoldenCase.PROGRAM, GoldenCase.EINSUM);
    GoldenCase golden = GoldenCase.read(name);
    assertThat(GoldenCase.javaFiles(name).names(""))
        .containsExactlyInAnyOrderElementsOf(
            golden.compile(golden.packageName()).sources().stream()
                .map(GoldenCasesTest::fileName)
                .toList());
  }

  @Test
  void everyFolderIsACase() {
    assertThat(new GoldenFiles("java/dev/einkorn/golden").names("")).isEqualTo(cases());
    assertThat(new GoldenFiles("").names("")).containsExactly("cases", "cuda", "errors", "java");
    assertThat(cases()).hasSizeBetween(20, 30);
  }

  private static String fileName(EmittedSource source) {
    return source.name().substring(source.name().lastIndexOf('.') + 1) + ".java";
  }

  private static String plan(Compilation compilation) {
    ExecutionPlan plan = compilation.plan();
    String written = IndexPrinter.print(plan.written());
    String optimized = IndexPrinter.print(plan.optimized());
    var text = new StringBuilder(optimized.equals(written) ? "unchanged\n" : optimized);
    text.append("operations: ").append(compilation.operations()).append('\n');
    plan.temporaries().forEach(t -> text.append("stored: ").append(t).append('\n'));
    ProgramText.neverStored(plan)
        .forEach(v -> text.append("never stored: ").append(v).append('\n'));
    return text.toString();
  }

  private static String loops(Compilation compilation) {
    return compilation.steps().stream()
        .map(step -> LoopPrinter.print(step.canonical()))
        .collect(Collectors.joining("\n"));
  }

  private static String scheduled(Compilation compilation) {
    return compilation.steps().stream()
        .map(
            step ->
                step.assignment().target()
                    + ": "
                    + step.schedule()
                    + "\n"
                    + (step.scheduled().equals(step.canonical())
                        ? "unchanged\n"
                        : LoopPrinter.print(step.scheduled().body())))
        .collect(Collectors.joining("\n"));
  }
}
