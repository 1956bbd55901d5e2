package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How a kernel is launched. Launches of a program run one after the other, in their order.
 *
 * @param kernel its name in the source
 * @param arguments in order: pointers, sizes, strides
 * @param gridX blocks along x; if there are none, there is nothing to launch
 * @param gridY blocks along y
 * @param blockX threads of a block along x
 * @param blockY threads of a block along y
 * @param dynamicSharedBytes shared memory that the launch must ask for; what the source declares by
 *     itself is not counted
 */
public record Launch(
    String kernel,
    List<Argument> arguments,
    Count gridX,
    Count gridY,
    int blockX,
    int blockY,
    int dynamicSharedBytes) {
  public Launch {
    arguments = List.copyOf(arguments);
  }

  /** What a kernel is called with. */
  public sealed interface Argument {
    /**
     * The address of the first element of a tensor: the one at position 0 of every axis, which need
     * not be the lowest. Of an operand of the program, or a {@link DeviceProgram.Temporary}.
     */
    record Pointer(String tensor, ElementType elementType) implements Argument {}

    /** The address of four 64-bit words that say what failed first; see {@link DeviceFailure}. */
    record Failure() implements Argument {}

    /** The value of an extent, in the width of positions. */
    record Size(Extent extent) implements Argument {}

    /** The distance of neighbours along an axis, in elements and in the width of positions. */
    record Stride(String tensor, int axis) implements Argument {}
  }

  /**
   * What the arguments take together.
   *
   * @param wide whether sizes and strides are 64-bit integers
   */
  public long parameterBytes(boolean wide) {
    return arguments.stream()
        .mapToLong(
            argument ->
                switch (argument) {
                  case Argument.Pointer _, Argument.Failure _ -> Long.BYTES;
                  case Argument.Size _, Argument.Stride _ -> wide ? Long.BYTES : Integer.BYTES;
                })
        .sum();
  }

  /** Whether the kernel reads or writes a tensor. */
  boolean reaches(String tensor) {
    return arguments.stream()
        .anyMatch(it -> it instanceof Argument.Pointer pointer && pointer.tensor().equals(tensor));
  }

  /** How many blocks the launch has for given sizes. */
  public long blocks(ToLongFunction<Extent> sizes) {
    return Math.multiplyExact(gridX.evaluate(sizes), gridY.evaluate(sizes));
  }

  /** Threads of a block. */
  public int threads() {
    return blockX * blockY;
  }

  /** For the header of the source: {@code compute_c<<<ceil(k / 256), 256>>>}. */
  @Override
  public String toString() {
    return kernel
        + "<<<"
        + dim(gridX.toString(), gridY.toString())
        + ", "
        + dim(Integer.toString(blockX), Integer.toString(blockY))
        + (dynamicSharedBytes == 0 ? "" : ", " + dynamicSharedBytes)
        + ">>>";
  }

  private static String dim(String x, String y) {
    return y.equals("1") ? x : "(" + x + ", " + y + ")";
  }
}
