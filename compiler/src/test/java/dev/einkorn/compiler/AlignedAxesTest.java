package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.tier.TierPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * Steps whose tensors lie across one another: how they are computed, and random ones against the
 * interpreter in whole numbers, so exact. {@code -Deinkorn.property.axes=} sets how many.
 */
class AlignedAxesTest {
  private static final long COUNT = Long.getLong("einkorn.property.axes", 60);
  private static final List<ElementType> TYPES =
      List.of(ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64);
  private static final List<Integer> EXTENTS = List.of(1, 2, 3, 7, 8, 9, 16, 17, 33, 64);

  @Test
  void smallResultsAreStoredAsWhatTheyAreSumsOf() {
    assertThat(steps("R[e,b] = A[d,b,e] * v[d]", Map.of("A", "40,20,30", "v", "40")))
        .containsExactly("t1[b,e] = sum[d](A[d,b,e] * v[d])", "R[e,b] = t1[b,e]");
    assertThat(steps("R[a,x,c] = sum[b](A[c,b,a] * v[x])", Map.of("A", "20,40,30", "v", "2")))
        .contains("R[a,x,c] = t1[c,a] * v[x]");
    // As large as what is read, or lying as it does.
    assertThat(steps("R[e,b] = 2 * A[b,e]", Map.of("A", "200,300"))).hasSize(1);
    assertThat(steps("R[b,e] = A[d,b,e] * v[d]", Map.of("A", "40,20,30", "v", "40"))).hasSize(1);
    assertThat(steps("R[e,b] = A[d,b,e] * v[d]", Map.of("A", "4,20,30", "v", "4"))).hasSize(1);
  }

  @Test
  void whatIsSmallIsTurnedFirst() {
    assertThat(steps("R[b,c,d] = A[b,c,d] * w[d,c]", Map.of("A", "40,20,30", "w", "30,20")))
        .containsExactly("t1[c,d] = w[d,c]", "R[b,c,d] = A[b,c,d] * t1[c,d]");
    assertThat(steps("R[b,d,c] = A[c,b] * v[d]", Map.of("A", "50,40", "v", "30")))
        .containsExactly("t1[b,c] = A[c,b]", "R[b,d,c] = t1[b,c] * v[d]");
    assertThat(steps("R[c,d] = A[c,d] * w[d,c]", Map.of("A", "200,300", "w", "300,200")))
        .hasSize(1);
  }

  @Test
  void sumsEndWithWhatLiesSideBySide() {
    assertThat(steps("R[d] = sum[a,e](A[e,d,a])", Map.of("A", "30,20,40")))
        .containsExactly("R[d] = sum[e,a](A[e,d,a])");
    // Too short for vectors: what the other index leaves is summed over it.
    assertThat(steps("R[d] = sum[a,e](A[e,d,a])", Map.of("A", "90,40,5")))
        .containsExactly("t1[d,a] = sum[e](A[e,d,a])", "R[d] = sum[a](t1[d,a])");
    assertThat(steps("R[d] = max[a,e](A[e,d,a])", Map.of("A", "90,40,5")))
        .containsExactly("t1[d,a] = max[e](A[e,d,a])", "R[d] = max[a](t1[d,a])");
  }

  @Test
  void shortAxesCountWithThoseThatGoOnInThem() {
    assertThat(steps("R[c] = sum[h,w](A[h,w,c])", Map.of("A", "200,40,3")))
        .containsExactly("t1[w,c] = sum[h](A[h,w,c])", "R[c] = sum[w](t1[w,c])");
    assertThat(steps("R[] = sum[h,w,c](A[h,w,c] * A[h,w,c])", Map.of("A", "200,40,3"))).hasSize(1);
    assertThat(steps("R[c,b] = sum[a](A[a,b,c])", Map.of("A", "200,40,3")))
        .containsExactly("t1[b,c] = sum[a](A[a,b,c])", "R[c,b] = t1[b,c]");
    // One of the two axes alone is read, too: nothing goes on from one to the other.
    assertThat(steps("R[c] = sum[h,w](A[h,w,c] * g[w])", Map.of("A", "200,40,3", "g", "40")))
        .hasSize(1);
  }

  @Test
  void sumsInsideOfLargerStatementsCountByThemselves() {
    assertThat(steps("R[d,c] = max(x[c], sum[a](A[d,a]))", Map.of("A", "90,5", "x", "200")))
        .hasSize(1);
    assertThat(steps("R[d,c] = max(x[c], sum[e,a](A[d,e,a]))", Map.of("A", "90,9,5", "x", "200")))
        .hasSize(1);
  }

  @Test
  void resultsOfTwoSidesDoNotEndInAnIndexOfBoth() {
    assertThat(steps("R[b,e,c] = A[b,d,c] * B[c,d,e]", Map.of("A", "3,17,17", "B", "17,17,40")))
        .containsExactly("t1[c,b,e] = sum[d](A[b,d,c] * B[c,d,e])", "R[b,e,c] = t1[c,b,e]");
    assertThat(steps("R[n,k,d] = A[n,h,d] * B[k,h,d]", Map.of("A", "8,16,32", "B", "9,16,32")))
        .hasSize(1);
    assertThat(steps("R[j,i] = A[i,k] * B[k,j]", Map.of("A", "30,40", "B", "40,50"))).hasSize(1);
  }

  @Test
  void strictModeStoresNothing() {
    Einkorn strict = Einkorn.builder().mode(Mode.STRICT).build();
    assertThat(steps(strict, "R[e,b] = A[d,b,e] * v[d]", Map.of("A", "40,20,30", "v", "40")))
        .hasSize(1);
  }

  @Test
  void randomProductsComputeWhatIsWritten() {
    int rewritten = 0;
    for (long seed = 1; seed <= COUNT; seed++) {
      rewritten +=
          check(new Random(seed * 6364136223846793005L), "seed " + seed, AlignedAxesTest::einkorn)
              ? 1
              : 0;
    }
    assertThat(rewritten).as("programs of several steps").isGreaterThan((int) COUNT / 4);
  }

  @Test
  void randomProductsComputeWhatIsWrittenWithVectors() {
    for (long seed = COUNT + 1; seed <= COUNT + COUNT / 3; seed++) {
      check(new Random(seed * 6364136223846793005L), "seed " + seed, AlignedAxesTest::withVectors);
    }
  }

  private static Einkorn einkorn(int threads) {
    return Einkorn.builder().threads(threads).build();
  }

  /** Other tests run without, since warming thousands of kernels would take hours. */
  private static Einkorn withVectors(int threads) {
    String usual = System.getProperty(TierPolicy.PROPERTY, "auto");
    System.setProperty(TierPolicy.PROPERTY, "simd");
    try {
      return einkorn(threads);
    } finally {
      System.setProperty(TierPolicy.PROPERTY, usual);
    }
  }

  private static boolean check(Random random, String what, IntFunction<Einkorn> einkorn) {
    List<String> indices = new ArrayList<>(List.of("a", "b", "c", "d"));
    Map<String, Integer> extents = new LinkedHashMap<>();
    int iterations;
    do {
      indices.forEach(index -> extents.put(index, EXTENTS.get(random.nextInt(EXTENTS.size()))));
      iterations = extents.values().stream().reduce(1, (x, y) -> x * y);
    } while (iterations < 1 << 14 || iterations > 1 << 17);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    List<String> factors = new ArrayList<>();
    TreeSet<String> used = new TreeSet<>();
    ElementType type = TYPES.get(random.nextInt(TYPES.size()));
    for (int n = 0; n <= random.nextInt(3); n++) {
      List<String> axes =
          some(indices, n == 0 ? 3 + random.nextInt(2) : 1 + random.nextInt(3), random);
      String name = "A" + n;
      factors.add("%s[%s]".formatted(name, String.join(",", axes)));
      inputs.put(name, tensor(type, axes.stream().map(extents::get).toList(), random));
      used.addAll(axes);
    }
    List<String> kept = some(List.copyOf(used), random.nextInt(used.size() + 1), random);
    List<String> summed = some(List.copyOf(used), used.size(), random);
    summed.removeAll(kept);
    String product = String.join(" * ", factors);
    String value =
        summed.isEmpty()
            ? product
            : "%s[%s](%s)"
                .formatted(
                    random.nextInt(5) == 0 ? "max" : "sum", String.join(",", summed), product);
    String program =
        "R%s = %s"
            .formatted(
                kept.isEmpty() ? "" : "[" + String.join(",", kept) + "]",
                switch (random.nextInt(5)) {
                  case 0 -> "2 * " + value + " + 1";
                  case 1 -> "max(1, " + value + ")";
                  default -> value;
                });
    String all = what + ", " + type + " " + extents + "\n" + program;
    Tensor expected = Einkorn.builder().backend(Backend.REFERENCE).build().run(program, inputs);
    boolean rewritten = false;
    for (int threads : new int[] {1, 2}) {
      CompiledProgram compiled = einkorn.apply(threads).prepare(program);
      rewritten = compiled.plan(inputs).explain().contains("t1[");
      Tensor actual = named(compiled.call(inputs), "R");
      assertThat(values(actual)).as("%s threads, %s", threads, all).isEqualTo(values(expected));
    }
    return rewritten;
  }

  /** So many of the elements in any order. */
  private static List<String> some(List<String> elements, int count, Random random) {
    List<String> shuffled = new ArrayList<>(elements);
    Collections.shuffle(shuffled, random);
    return new ArrayList<>(shuffled.subList(0, count));
  }

  /** The elements as numbers, for which both zeros are equal. */
  private static List<Double> values(Tensor tensor) {
    return Arrays.stream(tensor.cast(ElementType.F64).toDoubleArray())
        .mapToObj(value -> value + 0.0)
        .toList();
  }

  private static Tensor tensor(ElementType type, List<Integer> shape, Random random) {
    long[] extents = shape.stream().mapToLong(Integer::longValue).toArray();
    int count = (int) Arrays.stream(extents).reduce(1, (x, y) -> x * y);
    return Tensor.of(random.doubles(count, -1, 2).map(Math::floor).toArray(), extents).cast(type);
  }

  private static List<String> steps(String program, Map<String, String> shapes) {
    return steps(Einkorn.builder().build(), program, shapes);
  }

  /** The steps of a plan for inputs of these shapes, in {@code f64}. */
  private static List<String> steps(Einkorn einkorn, String program, Map<String, String> shapes) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) ->
            inputs.put(
                name,
                Tensor.zeros(
                    ElementType.F64,
                    Arrays.stream(shape.split(",")).mapToLong(Long::parseLong).toArray())));
    return einkorn
        .prepare(program)
        .plan(inputs)
        .explain()
        .lines()
        .filter(line -> line.startsWith("Step "))
        .map(line -> line.substring(line.indexOf(':') + 2))
        .toList();
  }
}
