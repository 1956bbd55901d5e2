package dev.einkorn.runtime.cuda;

import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * How a tensor lies in memory, apart from gaps: which axes are repeated (stride 0), which run
 * backward, and which order of the others is that of memory. Applied to a tensor of the same shape,
 * {@link #inMemoryOrder} drops the repeated axes, turns the backward ones and sorts the rest, so
 * that walking the result row by row walks memory forward.
 *
 * <p>Two tensors of one shape can so be copied element by element in the order of the one whose
 * order matters.
 */
final class Arrangement {
  private final Tensor tensor;
  private final UnaryOperator<Tensor> inMemoryOrder;
  private final boolean repeats;

  private Arrangement(Tensor tensor, UnaryOperator<Tensor> inMemoryOrder, boolean repeats) {
    this.tensor = tensor;
    this.inMemoryOrder = inMemoryOrder;
    this.repeats = repeats;
  }

  static Arrangement of(Tensor tensor) {
    int rank = tensor.rank();
    boolean[] repeated = new boolean[rank];
    boolean[] backward = new boolean[rank];
    for (int axis = 0; axis < rank; axis++) {
      repeated[axis] = tensor.extent(axis) > 1 && tensor.stride(axis) == 0;
      backward[axis] = tensor.extent(axis) > 1 && tensor.stride(axis) < 0;
    }
    int[] kept = IntStream.range(0, rank).filter(axis -> !repeated[axis]).toArray();
    // The sort is stable: axes of extent 1 and of equal strides stay where they are.
    int[] order =
        IntStream.range(0, kept.length)
            .boxed()
            .sorted(Comparator.comparingLong((Integer i) -> -magnitude(tensor, kept[i])))
            .mapToInt(Integer::intValue)
            .toArray();
    boolean repeats = kept.length < rank;
    return new Arrangement(
        tensor,
        given -> {
          Tensor view = given;
          for (int axis = rank - 1; axis >= 0; axis--) {
            if (repeated[axis]) {
              view = view.select(axis, 0);
            } else if (backward[axis]) {
              view = view.reverse(axis);
            }
          }
          return view.permute(order);
        },
        repeats);
  }

  private static long magnitude(Tensor tensor, int axis) {
    return Math.abs(tensor.stride(axis));
  }

  /** A tensor of the same shape in this one's memory order, without the repeated axes. */
  Tensor inMemoryOrder(Tensor other) {
    return inMemoryOrder.apply(other);
  }

  /** Whether several positions are one element. */
  boolean repeats() {
    return repeats;
  }

  /** Whether the elements lie one after another, in whatever order of the axes. */
  boolean isCompact() {
    return inMemoryOrder(tensor).isContiguous();
  }

  /** The elements there are in memory; fewer than positions if axes are repeated. */
  long distinctElements() {
    return inMemoryOrder(tensor).elementCount();
  }

  /** The strides of the same arrangement with all gaps closed. */
  long[] compactStrides() {
    long[] strides = new long[tensor.rank()];
    if (tensor.elementCount() == 0) {
      return strides;
    }
    Integer[] axes = IntStream.range(0, tensor.rank()).boxed().toArray(Integer[]::new);
    Arrays.sort(axes, Comparator.comparingLong(axis -> -magnitude(tensor, axis)));
    long stride = distinctElements();
    for (int axis : axes) {
      if (tensor.extent(axis) > 1 && tensor.stride(axis) != 0) {
        stride /= tensor.extent(axis);
        strides[axis] = tensor.stride(axis) < 0 ? -stride : stride;
      }
    }
    return strides;
  }
}
