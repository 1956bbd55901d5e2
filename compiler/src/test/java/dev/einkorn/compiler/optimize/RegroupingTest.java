package dev.einkorn.compiler.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Plans of random sums of products compute what the written programs do. Plans are made for sizes
 * that are drawn, and checked at small ones. {@code -Deinkorn.property.regroupings=} sets how many.
 */
class RegroupingTest {
  private static final long COUNT = Long.getLong("einkorn.property.regroupings", 300);

  /** Results of doubles that are far enough from 2^53 for everything on the way to be exact. */
  private static final double LARGEST_EXACT = 1e8;

  private int rewritten;

  @Test
  void plansComputeWhatIsWritten() {
    int checked = 0;
    for (long seed = 1; seed <= COUNT; seed++) {
      PolynomialPrograms.Drawn drawn;
      try {
        drawn = PolynomialPrograms.draw(seed);
      } catch (CompileException e) {
        continue; // An index without an axis to range over, for instance.
      }
      check(drawn, seed);
      checked++;
    }
    assertThat(checked).isGreaterThan((int) COUNT / 3);
    assertThat(rewritten).isGreaterThan((int) COUNT / 8);
  }

  private void check(PolynomialPrograms.Drawn drawn, long seed) {
    var random = new Random(seed);
    Map<Extent, Long> sizes = new HashMap<>();
    var request =
        new PlanRequest(
            extent ->
                extent instanceof Extent.Fixed(long value)
                    ? value
                    : sizes.computeIfAbsent(
                        extent, _ -> List.of(1L, 2L, 30L, 400L).get(random.nextInt(4))),
            true,
            random.nextBoolean(),
            CostModel.TYPICAL,
            random.nextInt(4) == 0 ? 64 : Long.MAX_VALUE,
            Duration.ofSeconds(2));
    String what = "seed " + seed + "\n" + drawn.text();
    PlannedProgram planned;
    try {
      planned = Planner.plan(drawn.program(), request);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(what, e);
    }
    if (Boolean.getBoolean("times")) {
      System.out.println(
          seed + " " + planned.planning().toMillis() + " ms " + drawn.text().length());
    }
    if (!planned.decisions().isEmpty()) {
      rewritten++;
    }
    String optimized = IndexPrinter.print(planned.plan().optimized());
    Tensor expected =
        ProgramText.named(ReferenceInterpreter.evaluate(drawn.program(), drawn.inputs()), "R");
    Tensor actual =
        ProgramText.named(
            ReferenceInterpreter.evaluate(planned.plan().optimized(), drawn.inputs()), "R");
    if (values(expected).stream().anyMatch(value -> Math.abs(value) > LARGEST_EXACT)
        && expected.elementType().isFloating()) {
      return; // Beyond whole numbers that doubles hold, orders of operations differ.
    }
    assertThat(values(actual)).as(what + "\n" + optimized).isEqualTo(values(expected));
  }

  /** The elements as numbers, for which both zeros are equal. */
  private static List<Double> values(Tensor tensor) {
    List<Double> values = new ArrayList<>();
    for (double value : tensor.cast(ElementType.F64).toDoubleArray()) {
      values.add(value + 0.0);
    }
    return values;
  }
}
