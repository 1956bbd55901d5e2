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
   * Adds up the parts that slabs have stored of a sum, in their order: {@code target = parts[0] +
   * parts[1] + ..}. The first part is overwritten.
   *
   * @param parts row-major, in an array; its first axis counts the slabs, at least one
   * @param target of the shape of a part and of its element type
   */
  public static void addUp(Tensor parts, Tensor target) {
    int count = (int) parts.extent(0);
    int length = (int) (parts.elementCount() / count);
    int begin = (int) parts.offset();
    switch (parts.elementType()) {
      case F32 -> add(parts.floatArray(), begin, count, length);
      case F64 -> add(parts.doubleArray(), begin, count, length);
      case I32 -> add(parts.intArray(), begin, count, length);
      case I64 -> add(parts.longArray(), begin, count, length);
      case BOOL -> throw new IllegalArgumentException("conditions have no sum");
    }
    target.copyFrom(parts.select(0, 0));
  }

  private static void add(float[] data, int begin, int count, int length) {
    for (int part = 1; part < count; part++) {
      int from = begin + part * length;
      for (int n = 0; n < length; n++) {
        data[begin + n] += data[from + n];
      }
    }
  }

  private static void add(double[] data, int begin, int count, int length) {
    for (int part = 1; part < count; part++) {
      int from = begin + part * length;
      for (int n = 0; n < length; n++) {
        data[begin + n] += data[from + n];
      }
    }
  }

  private static void add(int[] data, int begin, int count, int length) {
    for (int part = 1; part < count; part++) {
      int from = begin + part * length;
      for (int n = 0; n < length; n++) {
        data[begin + n] += data[from + n];
      }
    }
  }

  private static void add(long[] data, int begin, int count, int length) {
    for (int part = 1; part < count; part++) {
      int from = begin + part * length;
      for (int n = 0; n < length; n++) {
        data[begin + n] += data[from + n];
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
