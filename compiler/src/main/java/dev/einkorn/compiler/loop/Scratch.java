package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.TensorType;

/**
 * Memory that a nest works in and that nobody sees afterwards: a row-major tensor of fixed extents.
 * Its contents are undefined until they are written.
 *
 * @param shared whether all workers of a team use the same memory
 */
public record Scratch(String name, TensorType type, boolean shared) {
  public Scratch {
    if (!type.extents().stream().allMatch(Extent.Fixed.class::isInstance)) {
      throw new IllegalArgumentException("scratch " + name + " has a symbolic extent: " + type);
    }
  }

  /** How many elements it holds. */
  public long elements() {
    long product = 1;
    for (Extent extent : type.extents()) {
      if (extent instanceof Extent.Fixed(long value)) {
        product = Math.multiplyExact(product, value);
      }
    }
    return product;
  }

  @Override
  public String toString() {
    return name + ": " + type + ", scratch" + (shared ? " of the team" : " of a worker");
  }
}
