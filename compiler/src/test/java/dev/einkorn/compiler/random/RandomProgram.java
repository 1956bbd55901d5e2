package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A program with the sizes to call it at.
 *
 * @param seed draws the program (unless it has been shrunk since) and its inputs
 * @param sizes the value of each size parameter
 * @param mayFail whether an integer division by zero, a negative integer power or an access out of
 *     range may be reached, so that a {@link dev.einkorn.runtime.KernelException} is an expected
 *     outcome; otherwise every such operation is guarded
 */
public record RandomProgram(
    long seed, Profile profile, IndexProgram program, Map<String, Long> sizes, boolean mayFail) {
  public RandomProgram {
    sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
  }

  /** The number that an extent stands for. */
  public long value(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> value;
      case Extent.Symbolic(String name) -> {
        Long size = sizes.get(name);
        if (size == null) {
          throw new IllegalArgumentException("no size " + name);
        }
        yield size;
      }
    };
  }

  /** All that is needed to see it again. */
  @Override
  public String toString() {
    return "seed %d, profile %s, sizes %s%s%n%s"
        .formatted(seed, profile, sizes, mayFail ? ", may fail" : "", IndexPrinter.print(program))
        .replace("\r\n", "\n");
  }
}
