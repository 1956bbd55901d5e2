package dev.einkorn.compiler.emit.java;

import dev.einkorn.runtime.ElementType;

/** How vector values become Java; both forms give the same bits. */
public enum VectorForm {
  /**
   * Objects of {@code jdk.incubator.vector}, which C2 keeps in registers. Vectors for which there
   * is no register take the other form.
   */
  VECTOR_API,
  /** Small arrays and loops over their lanes, which C2 may vectorize by itself. */
  LANE_LOOPS;

  private static final int WIDEST_REGISTER = 512;

  /** Whether vectors of this shape are objects. */
  boolean isObject(ElementType type, int lanes) {
    return this == VECTOR_API && lanes * type.byteSize() * Byte.SIZE <= WIDEST_REGISTER;
  }
}
