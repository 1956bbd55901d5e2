package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.EinsumReader;
import dev.einkorn.compiler.ast.IndexNotationReader;
import dev.einkorn.compiler.ast.Program;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import java.util.List;
import java.util.stream.Collectors;

/** Checks programs for tests, with the types of inputs as text; every result is verified. */
final class Checked {
  private Checked() {}

  static IndexProgram program(String types, String text) {
    SourceText source = SourceText.of(text);
    IndexProgram program = Checker.check(source, parse(text), InputTypes.parse(types));
    IndexVerifier.check(program, "check");
    return program;
  }

  static Program parse(String text) {
    SourceText source = SourceText.of(text);
    Diagnostics diagnostics = new Diagnostics();
    Program program = IndexNotationReader.parse(source, diagnostics);
    diagnostics.throwIfErrors(source);
    return program;
  }

  static IndexProgram einsum(String types, String text) {
    SourceText source = SourceText.of(text);
    Diagnostics diagnostics = new Diagnostics();
    var einsum = EinsumReader.parse(source, diagnostics);
    diagnostics.throwIfErrors(source);
    IndexProgram program =
        EinsumChecker.check(
            source, einsum.orElseThrow(), List.copyOf(InputTypes.parse(types).values()));
    IndexVerifier.check(program, "check");
    return program;
  }

  /** The header as printed. */
  static String header(IndexProgram program) {
    return IndexPrinter.print(program).lines().findFirst().orElseThrow();
  }

  /** The statements as printed, on one line. */
  static String statements(IndexProgram program) {
    return IndexPrinter.print(program).lines().skip(1).collect(Collectors.joining("; "));
  }

  /** The codes of the errors, by position, each as often as it is reported. */
  static String codes(CompileException refusal) {
    return refusal.diagnostics().stream()
        .map(each -> each.code().name())
        .collect(Collectors.joining(" "));
  }
}
