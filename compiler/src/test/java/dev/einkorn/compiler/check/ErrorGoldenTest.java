package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.einkorn.compiler.ast.EinsumReader;
import dev.einkorn.compiler.ast.IndexNotationReader;
import dev.einkorn.compiler.golden.GoldenFiles;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong programs ({@code .ein}) and einsum strings ({@code .einsum}) beside the exact text of their
 * errors ({@code .err}). The first line may be a comment with the types of the inputs; it is not
 * part of the program.
 */
class ErrorGoldenTest {
  private static final GoldenFiles GOLDENS = new GoldenFiles("errors");

  static Stream<String> cases() {
    return GOLDENS.names(".ein", ".einsum").stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void reportsExactly(String name) {
    String text = GOLDENS.read(name);
    boolean typed = text.startsWith("# ");
    String types = typed ? text.substring(0, text.indexOf('\n')) : "";
    String program = (typed ? text.substring(types.length() + 1) : text).stripTrailing();
    CompileException refusal =
        catchThrowableOfType(
            CompileException.class,
            () -> {
              if (name.endsWith(".einsum")) {
                einsum(program, types);
              } else {
                program(program, types);
              }
            });
    assertThat(refusal).as("the program must be refused").isNotNull();
    GOLDENS.check(base(name) + ".err", String.valueOf(refusal.getMessage()));
  }

  private static void program(String text, String types) {
    SourceText source = SourceText.of(text);
    Diagnostics diagnostics = new Diagnostics();
    var program = IndexNotationReader.parse(source, diagnostics);
    diagnostics.throwIfErrors(source);
    Checker.check(source, program, InputTypes.parse(types));
  }

  private static void einsum(String text, String types) {
    SourceText source = SourceText.of(text);
    Diagnostics diagnostics = new Diagnostics();
    var einsum = EinsumReader.parse(source, diagnostics);
    diagnostics.throwIfErrors(source);
    EinsumChecker.check(
        source, einsum.orElseThrow(), List.copyOf(InputTypes.parse(types).values()));
  }

  @Test
  void everyExpectationHasAProgram() {
    List<String> programs = cases().map(ErrorGoldenTest::base).toList();
    assertThat(programs).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(45);
    assertThat(GOLDENS.names(".err").stream().map(ErrorGoldenTest::base)).isEqualTo(programs);
    assertThat(GOLDENS.names("")).hasSize(2 * programs.size());
  }

  private static String base(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }
}
