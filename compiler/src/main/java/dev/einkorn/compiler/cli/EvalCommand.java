package dev.einkorn.compiler.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code einkorn eval}: runs a program. */
@Command(
    name = "eval",
    header = "Runs a program in index notation.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Examples:",
      "  einkorn eval 'c[k] = A[i,k] * B[i,k]' A=a.npy B=b.npy",
      "  einkorn eval softmax.ein X=data.npz:logits -o P=p.npy --check",
      "  echo 's = x^2 + 1' | einkorn eval - x=3"
    })
final class EvalCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "PROGRAM",
      description = "The program: its text, a file that ends in .ein, or - for standard input.")
  private String program = "";

  @Parameters(index = "1..*", paramLabel = "INPUT", description = InputValues.SYNTAX)
  private final List<String> inputs = new ArrayList<>();

  @Mixin private final Evaluation evaluation = new Evaluation();
  @Mixin private final CompilerOptions options = new CompilerOptions();

  EvalCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    ProgramText text = ProgramText.read(program, console);
    if (text.looksLikeEinsum() && text.source().text().contains("->")) {
      throw new UsageException("this is an einsum string: use 'einkorn einsum'");
    }
    return evaluation.run(console, options, text, false, inputs);
  }
}
