package dev.einkorn.runtime;

import java.util.Arrays;

/**
 * Arrays that kernels use as working memory, by element type and slot: each is made when it is
 * first asked for, replaced when a longer one is needed, and kept otherwise.
 *
 * <p>Thread-safe: a table that was published never changes, so a lookup takes no lock. Threads that
 * ask for the same slot and length at the same time get the same array.
 */
final class Scratch {
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
    float[][] old = floats;
    if (slot < old.length && old[slot].length >= length) {
      return old[slot]; // Another thread was first.
    }
    float[][] table = Arrays.copyOf(old, Math.max(old.length, slot + 1));
    Arrays.fill(table, old.length, table.length, new float[0]);
    table[slot] = new float[length];
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
    double[][] old = doubles;
    if (slot < old.length && old[slot].length >= length) {
      return old[slot]; // Another thread was first.
    }
    double[][] table = Arrays.copyOf(old, Math.max(old.length, slot + 1));
    Arrays.fill(table, old.length, table.length, new double[0]);
    table[slot] = new double[length];
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
    int[][] old = ints;
    if (slot < old.length && old[slot].length >= length) {
      return old[slot]; // Another thread was first.
    }
    int[][] table = Arrays.copyOf(old, Math.max(old.length, slot + 1));
    Arrays.fill(table, old.length, table.length, new int[0]);
    table[slot] = new int[length];
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
    long[][] old = longs;
    if (slot < old.length && old[slot].length >= length) {
      return old[slot]; // Another thread was first.
    }
    long[][] table = Arrays.copyOf(old, Math.max(old.length, slot + 1));
    Arrays.fill(table, old.length, table.length, new long[0]);
    table[slot] = new long[length];
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
    byte[][] old = bytes;
    if (slot < old.length && old[slot].length >= length) {
      return old[slot]; // Another thread was first.
    }
    byte[][] table = Arrays.copyOf(old, Math.max(old.length, slot + 1));
    Arrays.fill(table, old.length, table.length, new byte[0]);
    table[slot] = new byte[length];
    bytes = table;
    return table[slot];
  }
}
