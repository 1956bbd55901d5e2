package dev.einkorn.compiler.pass;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.emit.cuda.DeviceProgram;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.loop.LoopPrinter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes the stages of compilations to files, for whoever debugs the compiler. */
final class StageDump {
  /** Names of the stages, in order. */
  private static final Set<String> STAGES =
      Set.of("index", "plan", "loops", "schedule", "java", "cuda");

  private final Set<String> stages;
  private final Path directory;

  private StageDump(Set<String> stages, Path directory) {
    this.stages = stages;
    this.directory = directory;
  }

  /**
   * What {@code einkorn.dump} asks for, written to {@code einkorn.dump.dir} or the working
   * directory.
   */
  static Optional<StageDump> fromSystemProperties() {
    String asked = System.getProperty("einkorn.dump");
    if (asked == null || asked.isBlank()) {
      return Optional.empty();
    }
    Set<String> stages = Set.copyOf(List.of(asked.strip().split("\\s*,\\s*")));
    if (!STAGES.containsAll(stages)) {
      throw new IllegalArgumentException(
          "einkorn.dump=" + asked + ": the stages are index, plan, loops, schedule, java and cuda");
    }
    return Optional.of(new StageDump(stages, Path.of(System.getProperty("einkorn.dump.dir", "."))));
  }

  void write(Compilation compilation) {
    String kernel =
        compilation.sources().isEmpty() ? "empty" : simpleName(compilation.sources().getFirst());
    stages(kernel, compilation);
    for (EmittedSource source : compilation.sources()) {
      write("java", simpleName(source) + ".java", source.text());
    }
  }

  /** The stages on the way to a GPU, whose files are named apart from those for this machine. */
  void write(Compilation compilation, DeviceProgram program) {
    String kernel = "device_" + String.join("_", compilation.plan().written().outputs());
    kernel = NameAllocator.sanitize(kernel.substring(0, Math.min(kernel.length(), 48)));
    stages(kernel, compilation);
    write("cuda", kernel + ".cu", program.text());
  }

  private void stages(String kernel, Compilation compilation) {
    String written = IndexPrinter.print(compilation.plan().written());
    String optimized = IndexPrinter.print(compilation.plan().optimized());
    write("index", kernel + ".index.txt", written);
    write("plan", kernel + ".plan.txt", optimized.equals(written) ? "unchanged\n" : optimized);
    var loops = new StringBuilder();
    var scheduled = new StringBuilder();
    for (Compilation.Step step : compilation.steps()) {
      loops.append(LoopPrinter.print(step.canonical())).append('\n');
      boolean same = step.scheduled().equals(step.canonical());
      scheduled
          .append("# ")
          .append(step.schedule())
          .append('\n')
          .append(same ? "unchanged\n" : LoopPrinter.print(step.scheduled()))
          .append('\n');
    }
    write("loops", kernel + ".loops.txt", loops.toString());
    write("schedule", kernel + ".schedule.txt", scheduled.toString());
  }

  private static String simpleName(EmittedSource source) {
    return source.name().substring(source.name().lastIndexOf('.') + 1);
  }

  private void write(String stage, String file, String text) {
    if (!stages.contains(stage)) {
      return;
    }
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot dump stage " + stage, e);
    }
  }
}
