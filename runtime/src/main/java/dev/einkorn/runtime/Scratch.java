package dev.einkorn.runtime;

import java.util.Arrays;

/**
 * Arrays that kernels use as working memory, by element type and slot: each is made when it is
 * first asked for, replaced when a longer one is needed, and kept otherwise. A shorter array is let
 * go before the longer one is made, so that never both are held.
 *
 * <p>Vectors that cross the lines of a cache take twice as long to load. Java gives no say in where
 * an array begins, but arrays that G1 puts into regions of their own begin where regions do, so
 * arrays that are large enough are made that long.
 *
 * <p>Thread-safe: a table that was published never changes, so a lookup takes no lock. Threads that
 * ask for the same slot and length at the same time get the same array.
 */
final class Scratch {
  /** The regions of G1's heap: a power of two of bytes, about 2048 of them at most. */
  private static final long REGION_BYTES =
      Math.clamp(
          2 * Long.highestOneBit(Math.max(1, (Runtime.getRuntime().maxMemory() - 1) / 2048)),
          1L << 20,
          1L << 25);

  /** More than half of a region gets regions of its own: it begins at a line, and never moves. */
  private static final long OWN_REGION_BYTES = REGION_BYTES / 2;

  /** How many times as long as was asked for an array may be to get there. */
  private static final int MOST_ROUNDING = 32;

  private volatile float[][] floats = {};
  private volatile double[][] doubles = {};
  private volatile int[][] ints = {};
  private volatile long[][] longs = {};
  private volatile byte[][] bytes = {};

  float[] floats(int slot, int length) {
    float[][] table = floats;
    return slot < table.length && table[slot].length >= length
        ? table[slot]
        : moreFloats(slot, length);
  }

  private synchronized float[] moreFloats(int slot, int length) {
    float[][] table = floats;
    int slots = table.length;
    if (slot < slots && table[slot].length >= length) {
      return table[slot]; // Another thread was first.
    }
    table = Arrays.copyOf(table, Math.max(slots, slot + 1));
    Arrays.fill(table, slots, table.length, new float[0]);
    table[slot] = new float[0];
    floats = table;
    table = table.clone();
    table[slot] = new float[rounded(length, Float.BYTES)];
    floats = table;
    return table[slot];
  }

  double[] doubles(int slot, int length) {
    double[][] table = doubles;
    return slot < table.length && table[slot].length >= length
        ? table[slot]
        : moreDoubles(slot, length);
  }

  private synchronized double[] moreDoubles(int slot, int length) {
    double[][] table = doubles;
    int slots = table.length;
    if (slot < slots && table[slot].length >= length) {
      return table[slot]; // Another thread was first.
    }
    table = Arrays.copyOf(table, Math.max(slots, slot + 1));
    Arrays.fill(table, slots, table.length, new double[0]);
    table[slot] = new double[0];
    doubles = table;
    table = table.clone();
    table[slot] = new double[rounded(length, Double.BYTES)];
    doubles = table;
    return table[slot];
  }

  int[] ints(int slot, int length) {
    int[][] table = ints;
    return slot < table.length && table[slot].length >= length
        ? table[slot]
        : moreInts(slot, length);
  }

  private synchronized int[] moreInts(int slot, int length) {
    int[][] table = ints;
    int slots = table.length;
    if (slot < slots && table[slot].length >= length) {
      return table[slot]; // Another thread was first.
    }
    table = Arrays.copyOf(table, Math.max(slots, slot + 1));
    Arrays.fill(table, slots, table.length, new int[0]);
    table[slot] = new int[0];
    ints = table;
    table = table.clone();
    table[slot] = new int[rounded(length, Integer.BYTES)];
    ints = table;
    return table[slot];
  }

  long[] longs(int slot, int length) {
    long[][] table = longs;
    return slot < table.length && table[slot].length >= length
        ? table[slot]
        : moreLongs(slot, length);
  }

  private synchronized long[] moreLongs(int slot, int length) {
    long[][] table = longs;
    int slots = table.length;
    if (slot < slots && table[slot].length >= length) {
      return table[slot]; // Another thread was first.
    }
    table = Arrays.copyOf(table, Math.max(slots, slot + 1));
    Arrays.fill(table, slots, table.length, new long[0]);
    table[slot] = new long[0];
    longs = table;
    table = table.clone();
    table[slot] = new long[rounded(length, Long.BYTES)];
    longs = table;
    return table[slot];
  }

  byte[] bytes(int slot, int length) {
    byte[][] table = bytes;
    return slot < table.length && table[slot].length >= length
        ? table[slot]
        : moreBytes(slot, length);
  }

  private synchronized byte[] moreBytes(int slot, int length) {
    byte[][] table = bytes;
    int slots = table.length;
    if (slot < slots && table[slot].length >= length) {
      return table[slot]; // Another thread was first.
    }
    table = Arrays.copyOf(table, Math.max(slots, slot + 1));
    Arrays.fill(table, slots, table.length, new byte[0]);
    table[slot] = new byte[0];
    bytes = table;
    table = table.clone();
    table[slot] = new byte[length];
    bytes = table;
    return table[slot];
  }

  /** The length of an array: as was asked for, or as much more as lets it begin at a line. */
  private static int rounded(int length, int bytes) {
    return (long) length * bytes * MOST_ROUNDING < OWN_REGION_BYTES
        ? length
        : (int) Math.max(length, OWN_REGION_BYTES / bytes);
  }
}
