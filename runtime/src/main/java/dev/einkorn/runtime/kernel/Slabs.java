package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import dev.einkorn.runtime.WorkerPool;

/**
 * What generated kernels need that run steps slab by slab: each worker runs all steps of a slab
 * alone, on temporaries of its own that hold no more than a slab.
 *
 * {@snippet :
 * for (long slab = worker.begin(slabs); slab < worker.end(slabs); slab++) {
 *   Tensor z = Slabs.temporary(ElementType.F32, 0, worker, 64, columns);
 *   Slabs.run(kernels, new Tensor[] {x.slice(0, 64 * slab, 64 * slab + 64), z}, sizes, worker);
 * }
 * }
 */
public final class Slabs {
  private static final long LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private Slabs() {}

  /**
   * Runs kernels one after the other on the calling thread alone.
   *
   * @param worker as which the thread has been called
   */
  public static void run(Kernel[] kernels, Tensor[] operands, long[] sizes, Worker worker) {
    for (Kernel kernel : kernels) {
      if (worker.count() == 1) {
        kernel.run(operands, sizes, worker);
      } else {
        WorkerPool.shared().run(kernel, operands, sizes, 1);
      }
    }
  }

  /**
   * A row-major tensor in an array of the worker's own, of unknown contents.
   *
   * @param slot which no kernel uses that the worker runs alone
   */
  public static Tensor temporary(ElementType type, int slot, Worker worker, long... shape) {
    long elements = Arguments.elements(shape);
    if (elements > LONGEST_ARRAY || type == ElementType.BOOL) {
      return Tensor.zeros(type, shape); // Bytes that others leave may be neither true nor false.
    }
    return ArenaShape.view(array(type, slot, worker, (int) elements), shape);
  }

  private static Tensor array(ElementType type, int slot, Worker worker, int length) {
    return switch (type) {
      case F32 -> {
        float[] floats = worker.floats(slot, length);
        yield Tensor.of(floats, floats.length);
      }
      case F64 -> {
        double[] doubles = worker.doubles(slot, length);
        yield Tensor.of(doubles, doubles.length);
      }
      case I32 -> {
        int[] ints = worker.ints(slot, length);
        yield Tensor.of(ints, ints.length);
      }
      case I64 -> {
        long[] longs = worker.longs(slot, length);
        yield Tensor.of(longs, new long[] {longs.length});
      }
      case BOOL -> throw new AssertionError("conditions are no temporaries of slabs");
    };
  }
}
