package dev.einkorn.compiler.jit;

import dev.einkorn.compiler.emit.EmittedSource;
import java.util.Locale;

/**
 * An internal fault: generated source that does not compile. The message holds the source with
 * numbered lines.
 */
public final class KernelCompilationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  KernelCompilationException(EmittedSource source, Throwable cause) {
    super(
        "generated kernel "
            + source.name()
            + " does not compile: "
            + cause
            + "\n"
            + numbered(source),
        cause);
  }

  private static String numbered(EmittedSource source) {
    var text = new StringBuilder();
    int number = 1;
    for (String line : source.text().split("\n", -1)) {
      text.append(String.format(Locale.ROOT, "%4s  %s%n", number++, line));
    }
    return text.toString();
  }
}
