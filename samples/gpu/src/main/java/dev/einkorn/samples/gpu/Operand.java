package dev.einkorn.samples.gpu;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A tensor to be drawn.
 *
 * @param name in the program
 * @param shape the extents
 */
record Operand(String name, ElementType type, List<Long> shape) {
  Operand {
    shape = List.copyOf(shape);
  }

  static Operand f32(String name, long... shape) {
    return new Operand(name, ElementType.F32, java.util.Arrays.stream(shape).boxed().toList());
  }

  long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  long bytes() {
    return elements() * type.byteSize();
  }

  /** Eighths between -1 and 1: sums of products of a few thousand of them are exact in f32. */
  Tensor draw(long seed) {
    long[] extents = shape.stream().mapToLong(Long::longValue).toArray();
    Tensor flat = Tensor.zeros(type, elements());
    var random = new SplittableRandom(seed * 31 + name.hashCode());
    for (long n = 0; n < elements(); n++) {
      switch (type) {
        case F32, F64 -> flat.set(random.nextInt(-8, 9) / 8.0, n);
        case I32, I64 -> flat.setLong(random.nextInt(-8, 9), n);
        case BOOL -> flat.setBoolean(random.nextBoolean(), n);
      }
    }
    return flat.reshape(extents);
  }
}
