package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random convolutions, whose elements stand in many terms, with rows read in place, packed or as
 * chosen, by both vector forms and several workers, against the interpreter. {@code
 * -Deinkorn.property.convolutions=} sets how many.
 */
class RandomConvolutionTest {
  private static final long COUNT = Long.getLong("einkorn.property.convolutions", 25);

  /** One axis along which a window slides: {@code X[stride*y + dilation*r]}. */
  private record Window(String at, String within, int stride, int dilation, int size, int extent) {
    String subscript() {
      return times(stride, at) + " + " + times(dilation, within);
    }

    private static String times(int factor, String variable) {
      return factor == 1 ? variable : factor + "*" + variable;
    }

    /** How many positions there are. */
    long positions() {
      return Math.floorDiv(extent - 1 - dilation * (size - 1), stride) + 1L;
    }
  }

  private static final class Drawn {
    final Random random;
    final ElementType type;
    final boolean integers;
    final List<Window> windows = new ArrayList<>();
    final int images;
    final int channels;
    final int filters;
    final List<String> target = new ArrayList<>();
    final List<String> filter = new ArrayList<>();

    Drawn(long seed, boolean integers) {
      random = new Random(seed * 6301);
      this.integers = integers;
      type = random.nextBoolean() ? ElementType.F32 : ElementType.F64;
      images = random.nextInt(3);
      channels = random.nextInt(4);
      filters = 1 + random.nextInt(40);
      int axes = 1 + random.nextInt(2);
      for (int n = 0; n < axes; n++) {
        int size = 1 + random.nextInt(3);
        int dilation = 1 + random.nextInt(2);
        int extent = dilation * (size - 1) + 1 + random.nextInt(axes == 1 ? 40 : 10);
        windows.add(new Window("y" + n, "r" + n, 1 + random.nextInt(2), dilation, size, extent));
      }
      target.addAll(rows());
      target.add("f");
      Collections.shuffle(target, random);
      filter.addAll(summed());
      filter.add("f");
      Collections.shuffle(filter, random);
    }

    /** Indices of the image that the target has. */
    List<String> rows() {
      List<String> rows = new ArrayList<>(images > 0 ? List.of("n") : List.of());
      windows.forEach(window -> rows.add(window.at()));
      return rows;
    }

    List<String> summed() {
      List<String> summed = new ArrayList<>(channels > 0 ? List.of("c") : List.of());
      windows.forEach(window -> summed.add(window.within()));
      return summed;
    }

    String program() {
      List<String> image = new ArrayList<>();
      if (images > 0) {
        image.add("n");
      }
      if (channels > 0) {
        image.add("c");
      }
      windows.forEach(window -> image.add(window.subscript()));
      return "C[%s] = sum[%s](X[%s] * K[%s])"
          .formatted(
              String.join(",", target),
              String.join(",", summed()),
              String.join(",", image),
              String.join(",", filter));
    }

    Map<String, Tensor> inputs() {
      List<Integer> image = new ArrayList<>();
      if (images > 0) {
        image.add(images);
      }
      if (channels > 0) {
        image.add(channels);
      }
      windows.forEach(window -> image.add(window.extent()));
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      inputs.put("X", tensor(image.stream().mapToLong(n -> n).toArray()));
      inputs.put("K", tensor(filter.stream().mapToLong(this::extent).toArray()));
      return inputs;
    }

    long extent(String index) {
      for (Window window : windows) {
        if (index.equals(window.at())) {
          return window.positions();
        }
        if (index.equals(window.within())) {
          return window.size();
        }
      }
      return index.equals("n") ? images : index.equals("c") ? channels : filters;
    }

    /** A tensor that is stored in another order of axes. */
    Tensor tensor(long[] shape) {
      List<Integer> order = new ArrayList<>();
      for (int axis = 0; axis < shape.length; axis++) {
        order.add(axis);
      }
      Collections.shuffle(order, random);
      Tensor stored = Tensor.zeros(type, order.stream().mapToLong(axis -> shape[axis]).toArray());
      Tensor flat = stored.reshape(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
      for (long n = 0; n < flat.extent(0); n++) {
        flat.set(integers ? random.nextInt(9) - 4 : random.nextGaussian(), n);
      }
      int[] back = new int[shape.length];
      for (int axis = 0; axis < shape.length; axis++) {
        back[axis] = order.indexOf(axis);
      }
      return stored.permute(back);
    }

    String schedule() {
      List<String> rows = rows();
      Collections.shuffle(rows, random);
      int height = 1 + random.nextInt(6);
      int width = 1 + random.nextInt(2);
      int lanes = 2 << random.nextInt(type == ElementType.F32 ? 4 : 3);
      return "fuse(%s); promote(C); contract(); pack(%s: %s of %s%s, f: %s x %s of %s, %s: 1 of %s%s)"
          .formatted(
              String.join(", ", target),
              String.join("+", rows),
              height,
              height * (1 + random.nextInt(3)),
              random.nextInt(4) == 0 ? "" : " in place",
              width,
              lanes,
              width * lanes * (1 + random.nextInt(2)),
              String.join("+", summed()),
              1 + random.nextInt(12),
              List.of("", ", share rows", ", share columns").get(random.nextInt(3)));
    }
  }

  @Test
  void everyScheduleComputesTheSameBits() {
    int checked = 0;
    for (long seed = 1; seed <= COUNT; seed++) {
      for (boolean integers : List.of(true, false)) {
        checked += check(new Drawn(seed, integers), seed);
      }
    }
    assertThat(checked).isEqualTo((int) COUNT * 16);
  }

  /** Checks one; how many runs were compared. */
  private static int check(Drawn drawn, long seed) {
    Map<String, Tensor> inputs = drawn.inputs();
    IndexProgram program = ProgramText.check(drawn.program(), ProgramText.types(inputs));
    Tensor target = drawn.tensor(drawn.target.stream().mapToLong(drawn::extent).toArray());
    Tensor expected =
        drawn.integers
            ? ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "C")
            : RandomContractionTest.run(
                program, inputs, target, "contract(); hoist()", ScheduledKernel.SCALARS, 1);
    int checked = 0;
    for (String schedule : List.of(drawn.schedule(), "")) {
      for (Target machine : List.of(ScheduledKernel.VECTORS, ScheduledKernel.SCALARS)) {
        for (int workers : List.of(1, 3)) {
          String what =
              "seed %s: %s\n%s %s %s".formatted(seed, drawn.program(), schedule, machine, workers);
          Tensor actual;
          try {
            actual =
                RandomContractionTest.run(
                    program, inputs, target, schedule, machine, workers, seed % 3 == 0);
          } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(what, e);
          }
          ScheduledKernel.assertSame(actual, expected, what);
          checked++;
        }
      }
    }
    return checked;
  }
}
