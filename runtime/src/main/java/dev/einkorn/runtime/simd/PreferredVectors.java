package dev.einkorn.runtime.simd;

import jdk.incubator.vector.VectorShape;

/** What vectors this machine prefers. Loads only where the module of vectors is there. */
final class PreferredVectors {
  private PreferredVectors() {}

  static int bits() {
    return VectorShape.preferredShape().vectorBitSize();
  }
}
