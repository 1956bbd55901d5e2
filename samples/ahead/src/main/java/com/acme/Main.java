package com.acme;

import dev.einkorn.runtime.Tensor;
import java.util.Arrays;

/** Calls each kernel and compares with what it must give. */
public final class Main {
  private Main() {}

  /** Prints the results; fails if one is wrong, or if anything but the runtime is there. */
  public static void main(String[] arguments) {
    Pairwise kernels = Pairwise.create();
    Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    Tensor b = Tensor.of(new float[] {1, 0, 2, 0, 1, 1}, 2, 3);

    Tensor dots = kernels.columnDots(a, b);
    System.out.println("column dots " + dots);
    expect(dots.toFloatArray(), 1, 5, 12);

    Tensor left = a.reshape(2, 1, 3);
    Tensor sums = Tensor.of(new float[2 * 2 * 3], 2, 2, 3);
    kernels.pairwise(left, left.permute(0, 1, 2).reverse(0), sums);
    System.out.println("pairwise " + sums);
    expect(sums.toFloatArray(), 4, 10, 18, 1, 4, 9, 16, 25, 36, 4, 10, 18);

    Tensor ones = Tensor.of(new float[] {1, 1, 1}, 3);
    Tensor square = Tensor.of(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3);
    Tensor composed = kernels.composed(ones, square, ones, square);
    System.out.println("composed " + composed);
    expect(composed.toFloatArray(), 6, 6, 6);

    double[] y = kernels.scaledProduct(2, new double[] {1, 2, 3, 4}, new double[] {1, 1});
    System.out.println("scaled product " + Arrays.toString(y));
    if (!Arrays.equals(y, new double[] {6, 14})) {
      throw new AssertionError("wrong: " + Arrays.toString(y));
    }

    for (String absent :
        new String[] {"dev.einkorn.compiler.Einkorn", "org.antlr.v4.runtime.Lexer"}) {
      if (isThere(absent)) {
        throw new AssertionError(absent + " is on the class path, and should not be");
      }
    }
    System.out.println("class path " + System.getProperty("java.class.path"));
  }

  private static boolean isThere(String name) {
    try {
      Class.forName(name);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static void expect(float[] found, float... expected) {
    if (!Arrays.equals(found, expected)) {
      throw new AssertionError("wrong: " + Arrays.toString(found));
    }
  }
}
