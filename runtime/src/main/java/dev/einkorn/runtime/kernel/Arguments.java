package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Strided;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;

/**
 * What the tensors of a call must be. Each method returns if its condition holds and throws with
 * both sides of the contradiction otherwise.
 */
public final class Arguments {
  private Arguments() {}

  /**
   * Checks the element type and the rank of an input.
   *
   * @param name in the program
   * @throws IllegalArgumentException if either is another one
   */
  public static void input(String name, Tensor tensor, ElementType type, int rank) {
    if (tensor.rank() != rank) {
      throw new IllegalArgumentException(
          "RANK_MISMATCH: %s has %s %s in the program, but the tensor passed for it is %s%s"
              .formatted(
                  name,
                  rank,
                  rank == 1 ? "axis" : "axes",
                  tensor.elementType(),
                  text(tensor.shape())));
    }
    if (tensor.elementType() != type) {
      throw new IllegalArgumentException(
          "TYPE_MISMATCH: %s is %s in the program, but the tensor passed for it is %s%s"
              .formatted(name, type, tensor.elementType(), text(tensor.shape())));
    }
  }

  /**
   * Checks that two axes that one index walks are equally long.
   *
   * @param size the name of the index, or of the size
   * @param expected the extent of the first axis
   * @param where the first axis is, such as {@code axis 1 of A}
   * @param found the extent of the other axis
   * @throws IllegalArgumentException if they differ
   */
  public static void sameExtent(
      String size, long expected, String where, long found, String elsewhere) {
    if (expected != found) {
      throw new IllegalArgumentException(
          "EXTENT_MISMATCH: %s is %s at %s, but %s at %s"
              .formatted(size, expected, where, found, elsewhere));
    }
  }

  /**
   * Checks an axis whose extent the program fixes.
   *
   * @throws IllegalArgumentException if it has another one
   */
  public static void fixedExtent(String name, int axis, long expected, long found) {
    if (expected != found) {
      throw new IllegalArgumentException(
          "EXTENT_MISMATCH: axis %s of %s has extent %s in the program, but %s in the tensor passed"
              .formatted(axis, name, expected, found));
    }
  }

  /**
   * Checks a tensor that is to receive an output.
   *
   * @throws IllegalArgumentException if it is of another type or shape, or has positions that
   *     cannot be written on their own
   */
  public static void output(String name, Strided tensor, ElementType type, long... shape) {
    boolean same = tensor.elementType() == type && tensor.rank() == shape.length;
    for (int axis = 0; same && axis < shape.length; axis++) {
      same = tensor.extent(axis) == shape[axis];
    }
    if (!same) {
      throw new IllegalArgumentException(
          "OUTPUT_MISMATCH: output %s is %s%s in the program, but the tensor passed for it is %s%s"
              .formatted(name, type, text(shape), tensor.elementType(), text(tensor.shape())));
    }
    if (!tensor.isWritableView()) {
      throw new IllegalArgumentException(
          "OUTPUT_MISMATCH: output "
              + name
              + " is a view in which two positions share an element, such as a broadcast; pass a"
              + " copy");
    }
  }

  /**
   * Checks that an affine position stays within its axis.
   *
   * @param access as the program writes it, such as {@code I[x + r]}
   * @param tensor that is read
   * @param least the smallest position
   * @param most the largest position
   * @param positions how many each loop around the access has; if one has none, nothing is read
   * @throws KernelException if it does not
   */
  public static void inside(
      String access, String tensor, int axis, long least, long most, long extent, long positions) {
    if (positions != 0 && (least < 0 || most >= extent)) {
      throw new KernelException(
          KernelException.Code.INDEX_OUT_OF_RANGE,
          "position %s is outside of axis %s of %s, of extent %s, in %s"
              .formatted(least < 0 ? least : most, axis, tensor, extent, access));
    }
  }

  /**
   * The extent that an array's length leaves for one axis.
   *
   * @param length of the array
   * @param others the product of the other extents
   * @throws IllegalArgumentException if the one is no multiple of the other
   */
  public static long extentOf(String name, long length, long others) {
    if (others == 0 || length % others != 0) {
      throw new IllegalArgumentException(
          "EXTENT_MISMATCH: %s has %s elements, which is no multiple of %s, the product of its other"
                  .formatted(name, length, others)
              + " extents");
    }
    return length / others;
  }

  /**
   * Checks that an array or a segment has as many elements as its shape.
   *
   * @param found how many it has
   * @throws IllegalArgumentException if it has not
   */
  public static void elementCount(String name, long found, long... shape) {
    long expected = elements(shape);
    if (expected != found) {
      throw new IllegalArgumentException(
          "EXTENT_MISMATCH: %s has %s elements, but its shape %s has %s"
              .formatted(name, found, text(shape), expected));
    }
  }

  /**
   * The number of elements of a shape.
   *
   * @throws IllegalArgumentException if a long cannot count them
   */
  public static long elements(long... shape) {
    long count = 1;
    try {
      for (long extent : shape) {
        count = Math.multiplyExact(count, extent);
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "a tensor of shape %s has more elements than a long can count".formatted(text(shape)), e);
    }
    return count;
  }

  /**
   * How many workers fit a memory budget.
   *
   * @param bytes that a call of one worker takes
   * @param another what each further worker takes
   * @throws IllegalStateException if not even one fits
   */
  public static int workersWithin(long budget, long bytes, long another) {
    if (bytes > budget) {
      throw new IllegalStateException(
          "MEMORY_BUDGET: the budget of this kernel is %s bytes, but a call of these sizes takes %s"
              .formatted(budget, bytes));
    }
    long more = another == 0 ? Integer.MAX_VALUE - 1 : (budget - bytes) / another;
    return (int) Math.min(Integer.MAX_VALUE, more + 1);
  }

  private static String text(long[] shape) {
    return Arrays.toString(shape).replace(" ", "");
  }
}
