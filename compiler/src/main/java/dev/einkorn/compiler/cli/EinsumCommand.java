package dev.einkorn.compiler.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code einkorn einsum}: what {@code numpy.einsum} does. */
@Command(
    name = "einsum",
    header = "Computes an einsum string as numpy.einsum does, without storing intermediates.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Examples:",
      "  einkorn einsum 'ik,ik->k' a.npy b.npy",
      "  einkorn einsum 'nhd,khd->nkd' queries.npy keys.npy -o scores.npy --check",
      "  einkorn einsum 'i,i->' '[1,2,3]' '[4,5,6]'"
    })
final class EinsumCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      index = "0",
      paramLabel = "SUBSCRIPTS",
      description = "The einsum string, a file that ends in .ein, or - for standard input.")
  private String subscripts = "";

  @Parameters(
      index = "1..*",
      paramLabel = "OPERAND",
      description = "file.npy, file.npz:entry, or a literal such as 3.5, [1,2] or f32([1,2]).")
  private final List<String> operands = new ArrayList<>();

  @Mixin private final Evaluation evaluation = new Evaluation();
  @Mixin private final CompilerOptions options = new CompilerOptions();

  EinsumCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    return evaluation.run(console, options, ProgramText.read(subscripts, console), true, operands);
  }
}
