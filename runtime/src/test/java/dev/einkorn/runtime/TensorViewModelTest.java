package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Random chains of views, against a model that maps positions to positions of the original. */
final class TensorViewModelTest {
  private static final int CHAINS = 3000;

  /** A shape, and for each position of it the number of the element it shows. */
  private static final class Model {
    private final long[] shape;
    private final ToLongFunction<long[]> element;

    Model(ToLongFunction<long[]> element, long... shape) {
      this.shape = shape;
      this.element = element;
    }

    long at(long... position) {
      return element.applyAsLong(position);
    }

    int rank() {
      return shape.length;
    }

    /** All positions in row-major order. */
    List<long[]> positions() {
      List<long[]> positions = List.of(new long[0]);
      for (long extent : shape) {
        List<long[]> longer = new ArrayList<>();
        for (long[] head : positions) {
          for (long i = 0; i < extent; i++) {
            long[] position = Arrays.copyOf(head, head.length + 1);
            position[head.length] = i;
            longer.add(position);
          }
        }
        positions = longer;
      }
      return positions;
    }
  }

  private record Pair(Model model, Tensor tensor, String step) {}

  @Test
  void chainsOfViewsShowTheElementsOfTheModel() {
    for (int seed = 0; seed < CHAINS; seed++) {
      runChain(seed);
    }
    assertThat(CHAINS).isPositive();
  }

  private static void runChain(int seed) {
    Random random = new Random(seed);
    Tensor base = base(random);
    long[] shape = base.shape();
    Model root = new Model(position -> rowMajor(shape, position), shape);
    Pair pair = new Pair(root, base, base.describe());
    StringBuilder chain = new StringBuilder("seed " + seed + ": " + pair.step());
    for (int i = random.nextInt(7); i >= 0; i--) {
      pair = step(pair, random);
      chain.append(", ").append(pair.step());
      check(pair, chain.toString());
    }
    checkWrites(pair, base, chain.toString());
  }

  private static Tensor base(Random random) {
    ElementType type =
        List.of(ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64)
            .get(random.nextInt(4));
    long[] shape =
        random.longs(random.nextInt(5), 0, 5).map(e -> e == 0 ? random.nextInt(2) : e).toArray();
    Tensor base = Tensor.zeros(type, shape);
    if (random.nextBoolean()) {
      long bytes = base.elementCount() * type.byteSize();
      base = Tensor.of(type, Arena.ofAuto().allocate(bytes + 1).asSlice(1), shape);
    }
    long next = 0;
    for (long[] position : new Model(_ -> 0, shape).positions()) {
      base.setLong(next++, position);
    }
    return base;
  }

  private static Pair step(Pair before, Random random) {
    Model m = before.model();
    Tensor t = before.tensor();
    int rank = m.rank();
    int axis = rank == 0 ? 0 : random.nextInt(rank);
    int kind = random.nextInt(9);
    if (rank == 0 && kind < 6 && kind != 0) {
      kind = 6;
    }
    return switch (kind) {
      case 0 -> permute(m, t, random);
      case 1 -> slice(m, t, axis, random);
      case 2 -> {
        Model reversed = new Model(p -> m.at(with(p, axis, m.shape[axis] - 1 - p[axis])), m.shape);
        yield new Pair(reversed, t.reverse(axis), "reverse " + axis);
      }
      case 3 -> select(m, t, axis, random);
      case 4 -> rank > 1 ? diagonal(m, t, random) : permute(m, t, random);
      case 5, 6 -> {
        int place = random.nextInt(rank + 1);
        long[] shape = inserted(m.shape, place, 1);
        Model longer = new Model(p -> m.at(removed(p, place)), shape);
        yield new Pair(longer, t.insertAxis(place), "insert " + place);
      }
      case 7 -> broadcast(m, t, random);
      case 8 -> reshape(m, t, random);
      default -> throw new AssertionError(kind);
    };
  }

  private static Pair permute(Model m, Tensor t, Random random) {
    List<Integer> axes = new ArrayList<>(IntStream.range(0, m.rank()).boxed().toList());
    Collections.shuffle(axes, random);
    long[] shape = axes.stream().mapToLong(axis -> m.shape[axis]).toArray();
    Model permuted =
        new Model(
            p -> {
              long[] old = new long[p.length];
              for (int i = 0; i < p.length; i++) {
                old[axes.get(i)] = p[i];
              }
              return m.at(old);
            },
            shape);
    int[] order = axes.stream().mapToInt(Integer::intValue).toArray();
    return new Pair(permuted, t.permute(order), "permute " + axes);
  }

  private static Pair slice(Model m, Tensor t, int axis, Random random) {
    long extent = m.shape[axis];
    boolean forward = random.nextBoolean();
    long step = (forward ? 1 : -1) * (1 + random.nextLong(3));
    long from = random.nextLong(extent + 1) - (forward ? 0 : 1);
    long to = random.nextLong(extent + 1) - (forward ? 0 : 1);
    List<Long> taken = new ArrayList<>();
    for (long at = from; forward ? at < to : at > to; at += step) {
      taken.add(at);
    }
    Model sliced =
        new Model(
            p -> m.at(with(p, axis, taken.get((int) p[axis]))), with(m.shape, axis, taken.size()));
    return new Pair(
        sliced, t.slice(axis, from, to, step), "slice %s %s:%s:%s".formatted(axis, from, to, step));
  }

  private static Pair select(Model m, Tensor t, int axis, Random random) {
    if (m.shape[axis] == 0) {
      return new Pair(m, t, "nothing");
    }
    long at = random.nextLong(m.shape[axis]);
    Model selected = new Model(p -> m.at(inserted(p, axis, at)), removed(m.shape, axis));
    return new Pair(selected, t.select(axis, at), "select %s %s".formatted(axis, at));
  }

  private static Pair diagonal(Model m, Tensor t, Random random) {
    int first = random.nextInt(m.rank());
    int second = (first + 1 + random.nextInt(m.rank() - 1)) % m.rank();
    int low = Math.min(first, second);
    int high = Math.max(first, second);
    long[] rest = removed(removed(m.shape, high), low);
    long[] shape = inserted(rest, rest.length, Math.min(m.shape[first], m.shape[second]));
    Model diagonal =
        new Model(
            p -> {
              long d = p[p.length - 1];
              return m.at(inserted(inserted(Arrays.copyOf(p, p.length - 1), low, d), high, d));
            },
            shape);
    return new Pair(diagonal, t.diagonal(first, second), "diagonal " + first + " " + second);
  }

  private static Pair broadcast(Model m, Tensor t, Random random) {
    int added = m.rank() < 5 ? random.nextInt(2) : 0;
    long[] shape = new long[m.rank() + added];
    for (int i = 0; i < shape.length; i++) {
      long extent = i < added ? 1 : m.shape[i - added];
      shape[i] = extent == 1 ? random.nextLong(4) : extent;
    }
    Model broadcast =
        new Model(
            p -> {
              long[] old = Arrays.copyOfRange(p, added, p.length);
              for (int i = 0; i < old.length; i++) {
                old[i] = m.shape[i] == 1 ? 0 : old[i];
              }
              return m.at(old);
            },
            shape);
    return new Pair(broadcast, t.broadcastTo(shape), "broadcast " + Arrays.toString(shape));
  }

  private static Pair reshape(Model m, Tensor t, Random random) {
    long[] shape = factors(t.elementCount(), random);
    List<long[]> positions = m.positions();
    Model reshaped = new Model(p -> m.at(positions.get((int) rowMajor(shape, p))), shape);
    String step = "reshape " + Arrays.toString(shape);
    boolean possible = isLinear(t, m.positions(), new Model(_ -> 0, shape).positions(), shape);
    try {
      Pair pair = new Pair(reshaped, t.reshape(shape), step);
      assertThat(possible).as(step).isTrue();
      return pair;
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("copy()");
      assertThat(possible).as("%s of %s", step, t.describe()).isFalse();
      return new Pair(reshaped, t.copy().reshape(shape), "copy and " + step);
    }
  }

  /** Whether any strides at all show the old positions in order under the new shape. */
  private static boolean isLinear(
      Tensor t, List<long[]> oldPositions, List<long[]> newPositions, long... shape) {
    if (oldPositions.isEmpty()) {
      return true;
    }
    long[] places = oldPositions.stream().mapToLong(p -> place(t, p)).toArray();
    long[] strides = new long[shape.length];
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] > 1) {
        long[] unit = new long[shape.length];
        unit[axis] = 1;
        strides[axis] = places[(int) rowMajor(shape, unit)] - places[0];
      }
    }
    for (int i = 0; i < places.length; i++) {
      long expected = places[0];
      for (int axis = 0; axis < shape.length; axis++) {
        expected += newPositions.get(i)[axis] * strides[axis];
      }
      if (expected != places[i]) {
        return false;
      }
    }
    return true;
  }

  private static long[] factors(long count, Random random) {
    List<Long> factors = new ArrayList<>();
    long rest = count;
    for (long f = 2; f <= rest && rest > 1; f++) {
      while (rest % f == 0) {
        factors.add(f);
        rest /= f;
      }
    }
    if (count == 0) {
      factors.add(0L);
    }
    if (random.nextInt(3) == 0) {
      factors.add(1L);
    }
    Collections.shuffle(factors, random);
    while (factors.size() > 1 && (factors.size() > 5 || random.nextInt(3) > 0)) {
      factors.set(0, factors.get(0) * factors.remove(1));
      Collections.rotate(factors, 1);
    }
    return factors.stream().mapToLong(Long::longValue).toArray();
  }

  private static void check(Pair pair, String chain) {
    Model m = pair.model();
    Tensor t = pair.tensor();
    assertThat(t.shape()).as(chain).containsExactly(m.shape);
    List<long[]> positions = m.positions();
    assertThat(t.elementCount()).as(chain).isEqualTo(positions.size());
    long[] expected = positions.stream().mapToLong(m::at).toArray();
    long[] found = positions.stream().mapToLong(t::getLong).toArray();
    assertThat(found).as(chain).containsExactly(expected);
    assertThat(t.cast(ElementType.I64).longArray()).as(chain).containsExactly(expected);
    Tensor copy = t.copy();
    assertThat(copy.contentEquals(t)).as(chain).isTrue();
    assertThat(copy.isContiguous()).as(chain).isTrue();
    assertThat(copy.overlaps(t)).as(chain).isFalse();
    assertThat(t.overlaps(t)).as(chain).isEqualTo(!positions.isEmpty());

    long[] places = positions.stream().mapToLong(p -> place(t, p)).toArray();
    boolean dense = true;
    Set<Long> distinct = new HashSet<>();
    for (int i = 0; i < places.length; i++) {
      dense &= places[i] == places[0] + i;
      distinct.add(places[i]);
    }
    assertThat(t.isContiguous()).as(chain).isEqualTo(dense);
    if (t.isWritableView()) {
      assertThat(distinct).as(chain).hasSize(places.length);
    }
  }

  /** Copies onto the view, from its own mirror image, and looks at the base. */
  private static void checkWrites(Pair pair, Tensor base, String chain) {
    Tensor t = pair.tensor();
    if (!t.isWritableView()) {
      return;
    }
    Tensor mirror = t;
    for (int axis = 0; axis < t.rank(); axis++) {
      mirror = mirror.reverse(axis);
    }
    Tensor expected = mirror.copy();
    t.copyFrom(mirror);
    assertThat(t.contentEquals(expected)).as(chain).isTrue();
    t.fill(-1);
    if (t.overlaps(base)) {
      long changed =
          Arrays.stream(base.cast(ElementType.I64).longArray()).filter(v -> v == -1).count();
      assertThat(changed).as(chain).isEqualTo(t.elementCount());
    }
  }

  private static long place(Tensor t, long... position) {
    long place = t.offset();
    for (int axis = 0; axis < position.length; axis++) {
      place += position[axis] * t.stride(axis);
    }
    return place;
  }

  private static long rowMajor(long[] shape, long... position) {
    long number = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      number = number * shape[axis] + position[axis];
    }
    return number;
  }

  private static long[] with(long[] values, int index, long value) {
    long[] changed = values.clone();
    changed[index] = value;
    return changed;
  }

  private static long[] removed(long[] values, int index) {
    return IntStream.range(0, values.length)
        .filter(i -> i != index)
        .mapToLong(i -> values[i])
        .toArray();
  }

  private static long[] inserted(long[] values, int index, long value) {
    return IntStream.range(0, values.length + 1)
        .mapToLong(i -> i == index ? value : values[i < index ? i : i - 1])
        .toArray();
  }
}
