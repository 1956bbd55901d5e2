package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.processor.InterfaceSource;
import dev.einkorn.compiler.processor.ProcessorOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of a command that generates the class of an annotated interface. */
final class InterfaceRequest {
  @Option(
      names = "--class",
      paramLabel = "NAME",
      description =
          "Instead of a program an interface with @TensorKernels: prints the class that the"
              + " annotation processor writes for it.")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--source-path",
      paramLabel = "PATH",
      description =
          "Where the interface's source is, with --class: folders as for javac; the default is the"
              + " current one. Programs in files are looked for there too.")
  private Optional<String> sourcePath = Optional.empty();

  @Option(
      names = "--class-path",
      paramLabel = "PATH",
      description =
          "Where the classes are that the interface mentions, with --class; the runtime's are found"
              + " by themselves.")
  private Optional<String> classPath = Optional.empty();

  @Option(
      names = "--simd",
      paramLabel = "WIDTHS",
      description =
          "The vectors that kernels use, with --class: auto (the default, 512 and 256 bits), none,"
              + " or a list of 128, 256 and 512.")
  private Optional<String> simd = Optional.empty();

  @Option(
      names = "--build-threads",
      paramLabel = "N",
      description =
          "The processors that loops are shared out for, with --class; the default is 4, on every"
              + " machine.")
  private Optional<String> threads = Optional.empty();

  /** Whether an interface is asked for. */
  boolean isGiven() {
    boolean given = name.isPresent();
    if (!given && (sourcePath.isPresent() || classPath.isPresent() || simd.isPresent())) {
      throw new UsageException("--source-path, --class-path and --simd go with --class");
    }
    return given;
  }

  /**
   * The class of the interface. Warnings go to standard error.
   *
   * @throws CommandException with every error
   */
  String source(Console console) throws IOException {
    Map<String, String> options = new LinkedHashMap<>();
    simd.ifPresent(value -> options.put(ProcessorOptions.SIMD, value));
    threads.ifPresent(value -> options.put(ProcessorOptions.THREADS, value));
    List<Path> classes = new ArrayList<>(paths(classPath.orElse("")));
    classes.addAll(paths(System.getProperty("java.class.path", "")));
    InterfaceSource.Result result;
    try {
      result =
          new InterfaceSource(paths(sourcePath.orElse(".")), classes, options)
              .generate(name.orElseThrow());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    if (result.text().isEmpty()) {
      throw new CommandException(String.join("\n", result.messages()));
    }
    result.messages().forEach(console.err()::println);
    return result.text().get();
  }

  private static List<Path> paths(String text) {
    List<Path> paths = new ArrayList<>();
    try {
      for (String each : text.split(File.pathSeparator, -1)) {
        if (!each.isEmpty()) {
          paths.add(Path.of(each));
        }
      }
    } catch (InvalidPathException e) {
      throw new UsageException("no path: " + e.getMessage());
    }
    return paths;
  }
}
