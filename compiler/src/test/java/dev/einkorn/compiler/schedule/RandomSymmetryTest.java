package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Mirrored schedules of symmetric products, with extents just below, at and above tiles and blocks,
 * targets of any strides, both vector forms and several workers: whole numbers against the
 * interpreter, real ones against a schedule that mirrors nothing.
 */
class RandomSymmetryTest {
  private static final long COUNT = Long.getLong("einkorn.property.symmetries", 28);

  private static final List<String> EXACT =
      List.of(
          "C[i,j] = A[i,k] * A[j,k]",
          "C[i,j] = A[k,i] * A[k,j]",
          "C[i,j] = sum[k]((A[i,k] + B[i,k]) * (A[j,k] + B[j,k]))",
          "C[b,i,j] = D[b,i,k] * D[b,j,k]",
          "C[i,b,j] = D[b,i,k] * D[b,j,k]",
          "C[i,j] = relu(sum[k](A[i,k] * A[j,k]))",
          "C[i,j] = sum[k]((A[i,k] - A[j,k]) ^ 2)");
  private static final List<String> REGROUPED =
      List.of("C[i,j] = A[i,k] * w[k] * A[j,k]", "C[b,i,j] = D[b,i,k] * w[k] * D[b,j,k]");

  private final Random random = new Random(11);
  private int applied;

  @Test
  void aMirroredTargetHasTheBitsOfAComputedOne() {
    for (int n = 0; n < COUNT; n++) {
      check(EXACT.get(n % EXACT.size()), true, n);
    }
    assertThat(applied).isGreaterThan((int) COUNT);
  }

  @Test
  void allTiersMirrorTheSameHalf() {
    for (int n = 0; n < COUNT / 3; n++) {
      check(REGROUPED.get(n % REGROUPED.size()), false, n);
    }
    assertThat(applied).isGreaterThan((int) COUNT / 3);
  }

  /** Around the extent from which on it pays, and around tiles, blocks and blocks of the copy. */
  @Test
  void chosenSchedulesAgreeWithTheInterpreter() {
    for (int n : new int[] {95, 96, 97, 127, 129, 192, 205}) {
      for (String text : List.of(EXACT.get(n % EXACT.size()), REGROUPED.get(n % 2))) {
        Map<String, Tensor> inputs = inputs(text, ElementType.F32, true, n, 50);
        IndexProgram program = program(text, inputs);
        Tensor expected = ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "C");
        Tensor target = target(ElementType.F32, text, n);
        for (Target machine : List.of(ScheduledKernel.VECTORS, ScheduledKernel.SCALARS)) {
          for (int workers : List.of(1, 4)) {
            Tensor actual =
                RandomContractionTest.run(program, inputs, target, "", machine, workers);
            ScheduledKernel.assertSame(actual, expected, text + " " + n);
          }
        }
      }
    }
  }

  private void check(String text, boolean exact, int number) {
    int height = 1 + random.nextInt(5);
    int width = 1 + random.nextInt(2);
    ElementType type = number % 2 == 0 ? ElementType.F32 : ElementType.F64;
    int lanes = 2 << random.nextInt(3);
    int rowBlock = height * (1 + random.nextInt(3));
    int columnBlock = width * lanes * (1 + random.nextInt(3));
    int[] near = {height, rowBlock, width * lanes, columnBlock, 32, 64};
    int n = Math.max(0, near[random.nextInt(near.length)] + random.nextInt(3) - 1);
    int depthBlock = 1 + random.nextInt(9);
    int k = Math.max(0, depthBlock + random.nextInt(3) - 1) * (1 + random.nextInt(2));
    boolean batched = text.contains("D[");
    boolean swapped = random.nextBoolean();
    String share = List.of("", ", share rows").get(random.nextInt(2));
    String loops = batched ? text.startsWith("C[b") ? "b, i, j" : "i, b, j" : "i, j";
    String before = text.contains("relu") ? "" : "fuse(" + loops + "); promote(C); ";
    String mirror = exact ? "contract(); mirror(i, j); " : "contract(); mirror(i, j, regrouped); ";
    String packed =
        before
            + mirror
            + "pack(%s: %s of %s, %s: %s x %s of %s, k: 1 of %s%s)"
                .formatted(
                    swapped ? "j" : "i",
                    height,
                    rowBlock,
                    swapped ? "i" : "j",
                    width,
                    lanes,
                    columnBlock,
                    depthBlock,
                    share);
    String scalar = before + mirror.strip().replaceAll(";$", "");
    boolean integers = number % 3 != 0;
    Map<String, Tensor> inputs = inputs(text, type, integers, n, k);
    IndexProgram program = program(text, inputs);
    Tensor target = target(type, text, n);
    String what = "draw " + number + ": " + text + ", " + n + " x " + k + "\n" + packed;
    Tensor expected =
        integers
            ? ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "C")
            : RandomContractionTest.run(
                program,
                inputs,
                target,
                exact ? "contract(); hoist()" : scalar,
                ScheduledKernel.SCALARS,
                1);
    for (Target machine : List.of(ScheduledKernel.VECTORS, ScheduledKernel.SCALARS)) {
      for (String schedule : List.of(packed, scalar)) {
        for (int workers : List.of(1, 3)) {
          Tensor actual;
          try {
            actual = RandomContractionTest.run(program, inputs, target, schedule, machine, workers);
          } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(what, e);
          }
          applied++;
          ScheduledKernel.assertSame(
              actual, expected, what + "\n" + schedule + "\n" + machine + " " + workers);
        }
      }
    }
  }

  private Map<String, Tensor> inputs(
      String text, ElementType type, boolean integers, int n, int k) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    if (text.contains("D[")) {
      inputs.put("D", tensor(type, integers, 3, n, k));
    } else if (text.contains("A[k,")) {
      inputs.put("A", tensor(type, integers, k, n));
    } else {
      inputs.put("A", tensor(type, integers, n, k));
    }
    if (text.contains("B[")) {
      inputs.put("B", tensor(type, integers, n, k));
    }
    if (text.contains("w[")) {
      inputs.put("w", tensor(type, integers, k));
    }
    return inputs;
  }

  private static IndexProgram program(String text, Map<String, Tensor> inputs) {
    return ProgramText.check(text, ProgramText.types(inputs));
  }

  private Tensor tensor(ElementType type, boolean integers, long... shape) {
    Tensor tensor = Tensor.zeros(type, shape);
    long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    Tensor flat = tensor.reshape(elements);
    for (long n = 0; n < elements; n++) {
      flat.set(integers ? random.nextInt(9) - 4 : random.nextGaussian(), n);
    }
    return tensor;
  }

  /** A target whose rows, or columns, lie side by side. */
  private Tensor target(ElementType type, String text, int n) {
    if (text.startsWith("C[b")) {
      Tensor stored = Tensor.zeros(type, 3, n, n);
      return random.nextBoolean() ? stored : stored.permute(0, 2, 1);
    }
    if (text.startsWith("C[i,b")) {
      return Tensor.zeros(type, n, 3, n);
    }
    Tensor stored = Tensor.zeros(type, n, n);
    return random.nextBoolean() ? stored : stored.permute(1, 0);
  }
}
