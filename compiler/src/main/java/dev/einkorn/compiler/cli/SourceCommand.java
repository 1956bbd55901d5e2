package dev.einkorn.compiler.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
      "  einkorn source 'nhd,khd->nkd' queries.npy keys.npy -o Kernel.java"
    })
final class SourceCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final PlanRequest request = new PlanRequest();

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = "java (the default) or cuda, which is not supported yet.")
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
    switch (target) {
      case "java" -> {
        // The one target of this version.
      }
      case "cuda" ->
          throw new CommandException(
              "--target cuda is not supported yet: this version generates Java only");
      default -> throw new UsageException("--target is java or cuda, found " + target);
    }
    String source = request.plan(console).plan().javaSource();
    if (output.isPresent()) {
      write(output.get(), source);
    } else {
      console.out().print(source);
    }
    return 0;
  }

  private static void write(Path file, String text) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "is a directory");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      Files.writeString(file, text);
      return;
    }
    Path place = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path directory = Optional.ofNullable(place.getParent()).orElse(place);
    if (!Files.isDirectory(directory)) {
      throw new FileSystemException(file.toString(), null, "its directory does not exist");
    }
    try (var staging = new StagingArea()) {
      Path staged = staging.in(directory).resolve("source");
      Files.writeString(staged, text);
      staging.move(Map.of(staged, place));
    }
  }
}
