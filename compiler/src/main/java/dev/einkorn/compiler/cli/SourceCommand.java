package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code einkorn source}: the generated kernel. */
@Command(
    name = "source",
    header = "Prints the source that is generated for a program.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Examples:",
      "  einkorn source 'c[k] = A[i,k] * B[i,k]'",
      "  einkorn source --target cuda 'nhd,khd->nkd' queries.npy keys.npy -o kernel.cu"
    })
final class SourceCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final PlanRequest request = new PlanRequest();

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = "java (the default) or cuda; needs no GPU.")
  private String target = "java";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write to a file; the default is standard output.")
  private Optional<Path> output = Optional.empty();

  SourceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    boolean cuda =
        switch (target) {
          case "java" -> false;
          case "cuda" -> true;
          default -> throw new UsageException("--target is java or cuda, found " + target);
        };
    Plan plan = request.plan(console).plan();
    String source = cuda ? plan.cudaSource() : plan.javaSource();
    if (output.isPresent()) {
      TextFile.write(output.get(), source);
    } else {
      console.out().print(source);
    }
    return 0;
  }
}
