package dev.einkorn.compiler.schedule;

import dev.einkorn.runtime.ElementType;

/**
 * The machine that a schedule is chosen for.
 *
 * @param simdBits the width of a vector register that kernels may use; 0 if kernels are scalar
 * @param threads the most workers that one call may have, at least 1
 * @param l1 bytes of the first-level data cache of a core
 * @param l2 bytes of the second-level cache of a core
 * @param l3 bytes of the last-level cache that all cores share
 * @param halfRate whether operations on 512 bits take twice the time of those on 256, as on AMD's
 *     Zen 4; never that the result of one differs
 */
public record Target(int simdBits, int threads, long l1, long l2, long l3, boolean halfRate) {
  /** Bytes up to which rows are too short for the processor to fetch several of them ahead. */
  private static final long SHORT_ROW = 8 << 10;

  /** Tensors of a part of the last-level cache do not wait there from call to call. */
  private static final long FAR = 4;

  /** One thread of scalar code on a core of common cache sizes, the same on every machine. */
  public static final Target SCALAR = new Target(0, 1, 32 << 10, 1 << 20, 2 << 20);

  /** A machine whose widest vectors have the whole rate. */
  public Target(int simdBits, int threads, long l1, long l2, long l3) {
    this(simdBits, threads, l1, l2, l3, false);
  }

  public Target {
    if (simdBits < 0 || threads < 1 || l1 < 1 || l2 < 1 || l3 < 1) {
      throw new IllegalArgumentException(
          "no such target: %s bits, %s threads, caches of %s, %s and %s bytes"
              .formatted(simdBits, threads, l1, l2, l3));
    }
  }

  /** Whether kernels may use vector registers. */
  public boolean simd() {
    return simdBits > 0;
  }

  /**
   * How many numbers of a type a vector register holds; 1 if kernels are scalar, or for conditions.
   */
  public int lanes(ElementType type) {
    return !type.isNumeric() ? 1 : Math.max(1, simdBits / (type.byteSize() * Byte.SIZE));
  }

  /** Whether a tensor of so many bytes comes from memory in each call. */
  boolean isFar(long bytes) {
    return FAR * bytes > l3;
  }

  /**
   * Whether the rows of a tensor had better be taken in one after the other: they come from memory,
   * as one stream that is fetched ahead, where several at a time would be streams that end soon.
   */
  boolean takesRowByRow(long rowBytes, long bytes) {
    return rowBytes <= SHORT_ROW && isFar(bytes);
  }

  /**
   * Whether rows that are added up had better be added one after the other. All sums are loaded and
   * stored for each row then, so the tensor must be larger than every cache, and short rows must
   * gain more if something else is read for each column as well.
   */
  boolean addsRowByRow(long rowBytes, long bytes, boolean alone) {
    return bytes >= l3 && rowBytes <= (alone ? SHORT_ROW : SHORT_ROW / 4);
  }

  /** This machine without its vector registers. */
  public Target withoutSimd() {
    return new Target(0, threads, l1, l2, l3, halfRate);
  }

  /** One thread of this machine. */
  public Target alone() {
    return new Target(simdBits, 1, l1, l2, l3, halfRate);
  }

  /** This machine with other caches. */
  public Target withCaches(long newL1, long newL2, long newL3) {
    return new Target(simdBits, threads, newL1, newL2, newL3, halfRate);
  }
}
