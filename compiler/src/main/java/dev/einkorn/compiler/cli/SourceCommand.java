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
    header = "Prints the source that is generated for a program, or for an annotated interface.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Examples:",
      "  einkorn source 'c[k] = A[i,k] * B[i,k]'",
      "  einkorn source 'nhd,khd->nkd' queries.npy keys.npy -o Kernel.java",
      "  einkorn source --class com.acme.Pairwise --source-path src/main/java",
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

  @Mixin private final InterfaceRequest annotated = new InterfaceRequest();

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
    if (annotated.isGiven() && !request.isMissing()) {
      throw new UsageException("--class generates an interface: it takes no PROGRAM");
    }
    if (annotated.isGiven() && cuda) {
      throw new UsageException("--class generates Java: it takes no --target cuda");
    }
    String source;
    if (annotated.isGiven()) {
      source = annotated.source(console);
    } else {
      if (cuda) {
        request.useDevice();
      }
      Plan plan = request.plan(console).plan();
      source = cuda ? plan.cudaSource() : plan.javaSource();
    }
    if (output.isPresent()) {
      TextFile.write(output.get(), source);
    } else {
      console.out().print(source);
    }
    return 0;
  }
}
