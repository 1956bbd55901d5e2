package dev.einkorn.compiler.examples;

import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Random inputs: whole numbers from -4 to 4 in nested Java arrays. */
final class Draw {
  private final SplittableRandom random = new SplittableRandom(20_250);

  double number() {
    return random.nextInt(-4, 5);
  }

  /** A number from 0 to {@code bound - 1}. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  double[] vector(int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = number();
    }
    return values;
  }

  double[][] matrix(int rows, int columns) {
    return fill(new double[rows][], () -> vector(columns));
  }

  double[][][] cube(int n, int rows, int columns) {
    return fill(new double[n][][], () -> matrix(rows, columns));
  }

  double[][][][] array4(int n0, int n1, int n2, int n3) {
    return fill(new double[n0][][][], () -> cube(n1, n2, n3));
  }

  double[][][][][] array5(int n0, int n1, int n2, int n3, int n4) {
    return fill(new double[n0][][][][], () -> array4(n1, n2, n3, n4));
  }

  float[] floats(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) number();
    }
    return values;
  }

  float[][] floats(int rows, int columns) {
    return fill(new float[rows][], () -> floats(columns));
  }

  /** Whole numbers from {@code from} to {@code to - 1}. */
  int[] integers(int n, int from, int to) {
    return random.ints(n, from, to).toArray();
  }

  int[][] integers(int rows, int columns, int from, int to) {
    return fill(new int[rows][], () -> integers(columns, from, to));
  }

  long[] longs(int n, long from, long to) {
    return random.longs(n, from, to).toArray();
  }

  boolean[] truths(int n) {
    boolean[] values = new boolean[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(3) == 0;
    }
    return values;
  }

  boolean[][] truths(int rows, int columns) {
    return fill(new boolean[rows][], () -> truths(columns));
  }

  /** Zeros and ones, symmetric with an empty diagonal: an undirected graph without loops. */
  double[][] adjacency(int n) {
    double[][] adjacency = new double[n][n];
    for (int v = 0; v < n; v++) {
      for (int w = 0; w < v; w++) {
        adjacency[v][w] = random.nextInt(2);
        adjacency[w][v] = adjacency[v][w];
      }
    }
    return adjacency;
  }

  /** The numbers from 0 to {@code n - 1} in random order. */
  int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  private static <T> T[] fill(T[] rows, Supplier<T> row) {
    for (int i = 0; i < rows.length; i++) {
      rows[i] = row.get();
    }
    return rows;
  }
}
