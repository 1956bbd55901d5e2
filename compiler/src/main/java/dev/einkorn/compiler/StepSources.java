package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.pass.Compilation;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of generated classes that belong to single steps. The first method of each step has a
 * comment; what is outlined of it follows without one.
 */
final class StepSources {
  private static final String COMMENT = "  /**";
  private static final String STATEMENT = "   * {@code ";

  private StepSources() {}

  /** The Java of each step, or nothing if the classes cannot be taken apart. */
  static List<String> of(Compilation compilation) {
    List<String> parts = new ArrayList<>();
    for (EmittedSource source : compilation.sources()) {
      parts.addAll(parts(source.text()));
    }
    return parts.size() == compilation.steps().size() ? parts : List.of();
  }

  private static List<String> parts(String source) {
    List<String> lines = source.stripTrailing().lines().toList();
    List<Integer> begins = new ArrayList<>();
    for (int n = 0; n + 1 < lines.size(); n++) {
      if (lines.get(n).equals(COMMENT) && lines.get(n + 1).startsWith(STATEMENT)) {
        begins.add(n);
      }
    }
    List<String> parts = new ArrayList<>();
    for (int n = 0; n < begins.size(); n++) {
      // The last line of a class closes it.
      int end = n + 1 < begins.size() ? begins.get(n + 1) : lines.size() - 1;
      parts.add(String.join("\n", lines.subList(begins.get(n), end)).stripTrailing().stripIndent());
    }
    return parts;
  }
}
