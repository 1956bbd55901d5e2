package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Contractions with several indices in a role, of operands that lie across each other. */
class MergedContractionTest {
  private static final List<Target> MACHINES =
      List.of(ScheduledKernel.VECTORS, ScheduledKernel.SCALARS);

  private final Random random = new Random(5);

  private Tensor tensor(ElementType type, long... shape) {
    long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    Tensor flat = Tensor.zeros(type, elements);
    for (long n = 0; n < elements; n++) {
      flat.set(random.nextInt(9) - 4, n);
    }
    return flat.reshape(shape);
  }

  /** Compares with the interpreter under a schedule, or the one that is chosen for the sizes. */
  private static void check(String text, Tensor a, Tensor b, long[] target, String schedule) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", a);
    inputs.put("B", b);
    IndexProgram program = ProgramText.check(text, ProgramText.types(inputs));
    Tensor expected = ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "C");
    for (Target machine : MACHINES) {
      for (int workers : List.of(1, 3)) {
        Tensor actual =
            RandomContractionTest.run(
                program, inputs, Tensor.zeros(a.elementType(), target), schedule, machine, workers);
        ScheduledKernel.assertSame(actual, expected, text + " on " + machine + " " + workers);
      }
    }
  }

  @Test
  void runsOfAMergedSumArePackedLikeRows() {
    for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
      // Chunks of 32 positions: all are runs, some are, none is.
      for (long[] ij : new long[][] {{8, 8}, {3, 100}, {2, 45}, {5, 31}, {9, 7}, {1, 33}}) {
        Tensor a = tensor(type, 13, ij[0], ij[1]);
        Tensor whole = tensor(type, 70, ij[0], ij[1]);
        Tensor apart = tensor(type, 70, ij[0], ij[1] + 3).slice(2, 1, ij[1] + 1, 1);
        Tensor turned = tensor(type, 70, ij[1], ij[0]).permute(0, 2, 1);
        for (Tensor b : List.of(whole, apart, turned)) {
          check("C[m,n] = A[m,i,j] * B[n,i,j]", a, b, new long[] {13, 70}, "");
          check(
              "C[m,n] = A[m,i,j] * B[n,i,j]",
              a,
              b,
              new long[] {13, 70},
              "fuse(m, n); promote(C); contract(); pack(m: 4 of 8, n: 2 x 8 of 32, i+j: 1 of 50)");
        }
      }
    }
  }

  @Test
  void columnsThatLieApartArePackedByThemselves() {
    for (long extent : List.of(47L, 48L, 64L, 65L)) {
      check(
          "C[d,c,b,a] = A[d,a,b,e] * B[e,c]",
          tensor(ElementType.F32, 3, extent, 4, 20),
          tensor(ElementType.F32, 20, 7),
          new long[] {3, 7, 4, extent},
          "");
    }
  }

  @Test
  void loopsOfOtherColumnsStayAroundTilesOfAStrip() {
    for (long extent : List.of(63L, 64L, 100L)) {
      check(
          "C[m,o,j] = A[m,i] * B[o,i,j]",
          tensor(ElementType.F32, 20, 30),
          tensor(ElementType.F32, 40, 30, extent),
          new long[] {20, 40, extent},
          "");
    }
  }

  @Test
  void aChunkIsTurnedWhereItIsARun() {
    LoopNest nest =
        Scheduler.apply(
            Nests.canonical("C[m,n] = A[m,i,j] * B[n,i,j]"),
            Schedule.parse(
                "fuse(m, n); promote(C); contract(); pack(m: 4 of 8, n: 2 x 8 of 32, i+j: 1 of"
                    + " 50)"));
    assertThat(LoopPrinter.print(nest.body()))
        .contains("B[n_block + 16*n_tile + n_step,")
        .contains("function transpose_B:");
  }
}
