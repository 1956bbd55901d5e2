package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Draws tensors for a program: mostly small whole numbers, in views of larger tensors that are
 * permuted, sliced with steps of either sign, diagonal or broadcast, on heap arrays and in memory
 * segments. The values of a tensor that indexes others are positions, with an occasional one out of
 * range if that is what the program risks. The values depend only on the seed, the tensor's name
 * and shape, and what it indexes.
 */
public final class RandomInputs {
  private final SplittableRandom random;
  private final RandomProgram drawn;

  /** How many values a tensor that indexes others takes, from 0; none for all others. */
  private final OptionalLong range;

  private RandomInputs(SplittableRandom random, RandomProgram drawn, OptionalLong range) {
    this.random = random;
    this.drawn = drawn;
    this.range = range;
  }

  /** A tensor for each input and for each target that accumulates into the caller's. */
  public static Map<String, Tensor> draw(RandomProgram drawn) {
    var declarations = new ArrayList<>(drawn.program().inputs());
    for (TensorDeclaration target : drawn.program().targets()) {
      if (drawn.program().isAccumulatedFromCaller(target.name())) {
        declarations.add(target);
      }
    }
    Map<String, Long> ranges = IndexRanges.of(drawn);
    var tensors = new LinkedHashMap<String, Tensor>();
    for (TensorDeclaration declaration : declarations) {
      long[] shape = declaration.type().extents().stream().mapToLong(drawn::value).toArray();
      long seed = drawn.seed() * 31 + declaration.name().hashCode();
      Long range = ranges.get(declaration.name());
      var inputs =
          new RandomInputs(
              new SplittableRandom(seed),
              drawn,
              range == null ? OptionalLong.empty() : OptionalLong.of(range));
      tensors.put(declaration.name(), inputs.view(declaration.type().elementType(), shape));
    }
    return tensors;
  }

  /** A view of this shape on random storage. */
  private Tensor view(ElementType type, long[] shape) {
    if (random.nextInt(4) == 0) {
      return dense(type, shape);
    }
    int[] order = permutation(shape.length);
    long[] ordered = new long[shape.length];
    for (int axis = 0; axis < order.length; axis++) {
      ordered[order[axis]] = shape[axis];
    }
    return strided(type, ordered).permute(order);
  }

  /** Slices, a diagonal and broadcast axes, in the order of the storage's axes. */
  private Tensor strided(ElementType type, long[] shape) {
    int rank = shape.length;
    List<Slice> slices = new ArrayList<>();
    boolean broadcast = false;
    for (int axis = 0; axis < rank; axis++) {
      Slice slice =
          switch (random.nextInt(8)) {
            case 0 -> {
              broadcast = true;
              yield Slice.whole(1);
            }
            case 1, 2 -> Slice.forward(shape[axis], random.nextInt(3), 1 + random.nextInt(3));
            case 3 -> Slice.backward(shape[axis], random.nextInt(3), 1 + random.nextInt(2));
            default -> Slice.whole(shape[axis]);
          };
      slices.add(slice);
    }
    boolean diagonal = rank > 0 && random.nextInt(8) == 0;
    if (diagonal) {
      // the diagonal of two axes becomes the last one
      slices.set(rank - 1, Slice.whole(shape[rank - 1]));
      slices.add(Slice.whole(shape[rank - 1] + random.nextInt(2)));
    }
    boolean extraAxis = random.nextInt(8) == 0;
    if (extraAxis) {
      slices.addFirst(Slice.whole(2));
    }
    Tensor tensor = dense(type, slices.stream().mapToLong(Slice::storageExtent).toArray());
    for (int axis = 0; axis < slices.size(); axis++) {
      Slice slice = slices.get(axis);
      tensor = tensor.slice(axis, slice.from(), slice.to(), slice.step());
    }
    if (extraAxis) {
      tensor = tensor.select(0, random.nextInt(2));
    }
    if (diagonal) {
      tensor = tensor.diagonal(rank - 1, rank);
    }
    return broadcast ? tensor.broadcastTo(shape) : tensor;
  }

  /** What to take of a storage axis. */
  private record Slice(long storageExtent, long from, long to, long step) {
    static Slice whole(long extent) {
      return new Slice(extent, 0, extent, 1);
    }

    static Slice forward(long extent, long offset, long step) {
      long to = extent == 0 ? offset : offset + (extent - 1) * step + 1;
      return new Slice(to + 1, offset, to, step);
    }

    static Slice backward(long extent, long offset, long step) {
      if (extent == 0) {
        return whole(0);
      }
      long from = offset + (extent - 1) * step;
      return new Slice(from + 1, from, offset - 1, -step);
    }
  }

  private Tensor dense(ElementType type, long[] shape) {
    long product = 1;
    for (long extent : shape) {
      product *= extent;
    }
    int count = (int) product;
    boolean wild = drawn.profile() == Profile.FULL && random.nextInt(8) == 0;
    if (random.nextInt(4) == 0) {
      long bytes = (long) count * type.byteSize();
      MemorySegment segment =
          random.nextBoolean()
              ? Arena.ofAuto().allocate(bytes, 8)
              : MemorySegment.ofArray(new byte[(int) bytes]);
      Tensor flat = Tensor.of(type, segment, count);
      for (int n = 0; n < count; n++) {
        if (type.isInteger()) {
          flat.setLong(integer(type, wild), n);
        } else if (type == ElementType.BOOL) {
          flat.setBoolean(random.nextBoolean(), n);
        } else {
          flat.set(real(wild), n);
        }
      }
      return Tensor.of(type, segment, shape);
    }
    return switch (type) {
      case F32 -> {
        float[] values = new float[count];
        for (int n = 0; n < count; n++) {
          values[n] = (float) real(wild);
        }
        yield Tensor.of(values, shape);
      }
      case F64 -> {
        double[] values = new double[count];
        for (int n = 0; n < count; n++) {
          values[n] = real(wild);
        }
        yield Tensor.of(values, shape);
      }
      case I32 -> {
        int[] values = new int[count];
        for (int n = 0; n < count; n++) {
          values[n] = (int) integer(type, wild);
        }
        yield Tensor.of(values, shape);
      }
      case I64 -> {
        long[] values = new long[count];
        for (int n = 0; n < count; n++) {
          values[n] = integer(type, wild);
        }
        yield Tensor.of(values, shape);
      }
      case BOOL -> {
        byte[] values = new byte[count];
        for (int n = 0; n < count; n++) {
          values[n] = (byte) random.nextInt(2);
        }
        yield Tensor.ofBooleans(values, shape);
      }
    };
  }

  private double real(boolean wild) {
    if (wild && random.nextInt(3) == 0) {
      double[] rare = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        -0.0,
        0.1,
        -2.5,
        1e8,
        1e-40,
        Float.MAX_VALUE
      };
      return rare[random.nextInt(rare.length)];
    }
    return small();
  }

  private long integer(ElementType type, boolean wild) {
    if (range.isPresent()) {
      if (drawn.risk() == Risk.OUT_OF_RANGE && random.nextInt(12) == 0) {
        long[] outside = {-1, -7, range.getAsLong(), range.getAsLong() + 3, Integer.MIN_VALUE};
        return outside[random.nextInt(outside.length)];
      }
      return random.nextLong(range.getAsLong());
    }
    if (wild && random.nextInt(3) == 0) {
      long[] rare =
          type == ElementType.I32
              ? new long[] {Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 20, -46_341}
              : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, -3_037_000_500L};
      return rare[random.nextInt(rare.length)];
    }
    return small();
  }

  private long small() {
    if (drawn.profile() == Profile.FULL && random.nextInt(6) == 0) {
      return random.nextInt(-40, 41);
    }
    return random.nextInt(-3, 4);
  }

  private int[] permutation(int rank) {
    int[] order = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      int other = random.nextInt(axis + 1);
      order[axis] = order[other];
      order[other] = axis;
    }
    return order;
  }
}
