package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of few columns or rows whose vectors lie along the sum. */
class InnerProductTest {
  private static final int DRAWS = 6;

  /** Terms for each row or column of the smaller factor, enough for most programs. */
  private static final int TERMS = 48;

  private static final List<Target> MACHINES =
      Stream.of(List.of(0, 1), List.of(0, 3), List.of(128, 1), List.of(256, 3), List.of(512, 1))
          .map(m -> new Target(m.getFirst(), m.getLast(), 32 << 10, 1 << 20, 2 << 20))
          .toList();

  private static final String SUMS = "fuse(m, n); promote(C); contract(); hoist(); ";

  /**
   * Sizes decide, on both sides of each limit.
   *
   * @param columns the axes of the second factor
   * @param chosen what follows the sums; empty if another family is better
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // The sum lies side by side in both factors.
        "m,k | n,k | 100 | 3 | 72 | f32 | reorder(m, n); tile(m: 5, n: 3); partial(k, 8 x 8)",
        "m,k | n,k | 100 | 3 | 71 | f32 | ''",
        "m,k | n,k | 3 | 100 | 72 | f32 | reorder(n, m); tile(n: 5, m: 3); partial(k, 8 x 8)",
        "m,k | n,k | 100 | 3 | 72 | f64 | reorder(m, n); tile(m: 5, n: 3); partial(k, 4 x 4)",
        "m,k | n,k | 9 | 2 | 5000 | f32 | reorder(m, n); tile(m: 3, n: 2); partial(k, 16 x 16)",
        // Whole vectors of columns, where caches hold them.
        "m,k | n,k | 20 | 16 | 1536 | f32 | reorder(m, n); tile(m: 5, n: 4); partial(k, 8 x 8)",
        "m,k | n,k | 20 | 16 | 1535 | f32 | ''",
        "m,k | n,k | 500 | 16 | 1536 | f32 | ''",
        // The smaller factor is turned, whose columns do not lie side by side..
        "k,m | n,k | 3 | 100 | 72 | f32 | reorder(m, n); stage(A, m: 3, k: 72 whole); "
            + "tile(n: 5, m: 3); partial(k, 8 x 8)",
        "k,m | n,k | 3 | 100 | 71 | f32 | ''",
        // ..or do, so that vectors along them are another way.
        "m,k | k,n | 100 | 3 | 144 | f32 | reorder(n, m); stage(B, n: 3, k: 144 whole); "
            + "tile(m: 5, n: 3); partial(k, 8 x 8)",
        "m,k | k,n | 100 | 3 | 143 | f32 | ''",
        "m,k | k,n | 100 | 10 | 960 | f32 | reorder(n, m); stage(B, n: 10, k: 960 whole); "
            + "tile(m: 4, n: 5); partial(k, 8 x 8)",
        "m,k | k,n | 100 | 10 | 959 | f32 | ''",
        // The larger one would have to be.
        "k,m | n,k | 100 | 3 | 1000 | f32 | ''",
        "m,k | k,n | 3 | 100 | 1000 | f32 | ''",
      })
  void it_is_chosen_by_sizes(
      String rows, String columns, long m, long n, long k, String type, String chosen) {
    LoopNest nest =
        Nests.canonical(
            "(A: %1$s[%2$s], B: %1$s[%3$s])\nC[m,n] = A[%2$s] * B[%3$s]"
                .formatted(type, rows, columns));
    Map<String, Long> sizes = Map.of("m", m, "n", n, "k", k);
    var shape =
        new CallShape(
            sizes,
            Map.of("A", strides(rows, sizes), "B", strides(columns, sizes), "C", List.of(n, 1L)));
    assertThat(chosen(nest, shape, ScheduledKernel.VECTORS.alone(), Arithmetic.DETERMINISTIC))
        .isEqualTo(chosen.isEmpty() ? "" : SUMS + chosen);
    // Without vectors the same partial results, so the same bits.
    String scalar = chosen.replaceFirst("tile.*; ", "").replaceFirst(" x \\d+\\)$", " x 1)");
    assertThat(chosen(nest, shape, ScheduledKernel.SCALARS.alone(), Arithmetic.DETERMINISTIC))
        .isEqualTo(scalar.isEmpty() ? "" : SUMS + scalar);
    assertThat(chosen(nest, shape, ScheduledKernel.VECTORS, Arithmetic.STRICT)).isEmpty();
  }

  private static String chosen(
      LoopNest nest, CallShape shape, Target target, Arithmetic arithmetic) {
    return InnerProductSchedule.choose(nest, shape, target, arithmetic)
        .map(directives -> new Schedule(directives).toString())
        .orElse("");
  }

  private static List<Long> strides(String axes, Map<String, Long> sizes) {
    long second = ProgramText.named(sizes, axes.substring(axes.indexOf(',') + 1));
    return List.of(second, 1L);
  }

  /** Extents around tiles and numbers of partial results, for all machines and teams. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "C[m,n] = A[m,k] * B[n,k]",
        "C[m,n] = A[k,m] * B[n,k]",
        "C[m,n] = A[m,k] * B[k,n]",
        "C[n,m] = A[m,k] * B[n,k]",
        "C[b,m,n] = A[b,m,k] * B[b,n,k]",
        "C[m,n] = sum[i,k](A[m,i,k] * B[n,i,k])",
        "C[m,n] = relu(sum[k](A[m,k] * B[n,k])) + D[n]",
        "C[m,n] = sum[k](A[m,k] * D[k] * B[n,k])",
      })
  void all_machines_and_teams_compute_the_same(String program) {
    var random = new SplittableRandom(program.hashCode());
    int chosen = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      int few = random.nextInt(2, 9);
      int many = random.nextInt(2, 24);
      boolean turned = random.nextBoolean();
      Map<String, Integer> sizes =
          Map.of(
              "m",
              turned ? few : many,
              "n",
              turned ? many : few,
              "k",
              few * TERMS + random.nextInt(0, 40),
              "i",
              random.nextInt(1, 4),
              "b",
              random.nextInt(1, 4));
      for (ElementType type : List.of(ElementType.F32, ElementType.F64, ElementType.I32)) {
        for (boolean whole : List.of(true, false)) {
          chosen += check(program, sizes, type, whole, random) ? 1 : 0;
        }
      }
    }
    assertThat(chosen).isGreaterThan(DRAWS);
  }

  /** Whether vectors lay along the sum. */
  private static boolean check(
      String text,
      Map<String, Integer> sizes,
      ElementType type,
      boolean whole,
      SplittableRandom random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : List.of("A", "B", "D")) {
      int at = text.indexOf(name + "[");
      if (at >= 0) {
        inputs.put(name, drawn(axes(text, at), sizes, type, whole, random));
      }
    }
    IndexProgram program = ProgramText.check(text, ProgramText.types(inputs));
    Tensor target = drawn(axes(text, 0), sizes, type, whole, random);
    Tensor expected =
        whole ? ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "C") : null;
    for (Target machine : MACHINES) {
      Tensor result =
          RandomContractionTest.run(program, inputs, target, "", machine, machine.threads());
      expected = expected == null ? result : expected;
      ScheduledKernel.assertSame(
          result, expected, text + " " + sizes + " " + type + " on " + machine);
    }
    String types =
        String.join(
            ", ",
            inputs.keySet().stream()
                .map(
                    name ->
                        "%s: %s[%s]"
                            .formatted(
                                name, type, String.join(",", axes(text, text.indexOf(name + "[")))))
                .toList());
    Map<String, Long> values = new LinkedHashMap<>();
    sizes.forEach((name, size) -> values.put(name, (long) size));
    Map<String, List<Long>> strides = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> strides.put(name, strides(tensor)));
    strides.put("C", strides(target));
    return !chosen(
            Nests.canonical("(" + types + ")\n" + text),
            new CallShape(values, strides),
            ScheduledKernel.VECTORS,
            Arithmetic.DETERMINISTIC)
        .isEmpty();
  }

  private static List<Long> strides(Tensor tensor) {
    return IntStream.range(0, tensor.rank()).mapToObj(tensor::stride).toList();
  }

  private static List<String> axes(String text, int at) {
    String inside = text.substring(text.indexOf('[', at) + 1, text.indexOf(']', at));
    return Arrays.asList(inside.split(","));
  }

  private static Tensor drawn(
      List<String> axes,
      Map<String, Integer> sizes,
      ElementType type,
      boolean whole,
      SplittableRandom random) {
    long[] shape = axes.stream().mapToLong(axis -> ProgramText.named(sizes, axis)).toArray();
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    Tensor flat = Tensor.zeros(type, count);
    for (long n = 0; n < count; n++) {
      if (whole || type.isInteger()) {
        flat.setLong(random.nextInt(-4, 5), n);
      } else {
        flat.set(random.nextDouble(-1.5, 1.5), n);
      }
    }
    return flat.reshape(shape);
  }
}
