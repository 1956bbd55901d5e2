package dev.einkorn.compiler.emit.java;

/** How vector values become Java; both forms give the same bits. */
public enum VectorForm {
  /** Objects of {@code jdk.incubator.vector}, which C2 keeps in registers. */
  VECTOR_API,
  /** Small arrays and loops over their lanes, which C2 may vectorize by itself. */
  LANE_LOOPS
}
