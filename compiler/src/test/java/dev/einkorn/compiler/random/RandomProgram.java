package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.Sizes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A program with the sizes to call it at.
 *
 * @param seed draws the program (unless it has been shrunk since) and its inputs
 * @param sizes the value of each size parameter
 * @param risk what may be reached that is a {@link dev.einkorn.runtime.KernelException}
 */
public record RandomProgram(
    long seed, Profile profile, IndexProgram program, Map<String, Long> sizes, Risk risk) {
  public RandomProgram {
    sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
  }

  /** Whether a {@link dev.einkorn.runtime.KernelException} is an expected outcome. */
  public boolean mayFail() {
    return risk != Risk.NONE;
  }

  /** The number that an extent stands for. */
  public long value(Extent extent) {
    return new Sizes(program, sizes).value(extent);
  }

  /** All that is needed to see it again. */
  @Override
  public String toString() {
    return "seed %s, profile %s, sizes %s%s%n%s"
        .formatted(
            seed, profile, sizes, mayFail() ? ", risks " + risk : "", IndexPrinter.print(program))
        .replace("\r\n", "\n");
  }
}
