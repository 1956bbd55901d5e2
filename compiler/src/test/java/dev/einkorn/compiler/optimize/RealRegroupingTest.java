package dev.einkorn.compiler.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Plans of random sums, products and quotients of real numbers are as near to the written programs
 * as roundings allow.
 *
 * <p>The bound is derived, not tuned (Higham, Accuracy and Stability of Numerical Algorithms,
 * sections 3.1 and 3.4). A result is the sum of monomials of the inputs, and each has been
 * multiplied by at most {@code D} factors of {@code (1 + d)^(+-1)} with {@code |d| <= u}, where D
 * is the largest number of roundings between an input and the result: one for a product, a quotient
 * or a sum of two, n for a sum over n positions. So its error is at most {@code D*u / (1 - D*u)}
 * times the sum of the absolute monomials, which is what the program with plus for minus gives for
 * absolute inputs, whatever the form. The plan's and the written program's errors add up.
 */
class RealRegroupingTest {
  private static final long COUNT = Long.getLong("einkorn.property.regroupings", 300);
  private static final double UNIT = 0x1p-53;

  /** Roundings of a power of two factors: {@link Math#pow} is off by one unit in the last place. */
  private static final long POWER = 2;

  @Test
  void plansStayWithinTheDerivedBound() {
    int checked = 0;
    int rewritten = 0;
    int different = 0;
    for (long seed = 1; seed <= COUNT; seed++) {
      PolynomialPrograms.Drawn drawn;
      IndexProgram absolute;
      try {
        drawn = PolynomialPrograms.drawReal(seed);
        absolute = absolute(drawn);
      } catch (CompileException e) {
        continue; // An index without an axis to range over, for instance.
      }
      PlannedProgram planned = Planner.plan(drawn.program(), request(seed));
      IndexProgram optimized = planned.plan().optimized();
      double[] expected = result(drawn.program(), drawn.inputs());
      double[] actual = result(optimized, drawn.inputs());
      double[] terms = result(absolute, absolute(drawn.inputs()));
      double written = gamma(roundings(drawn.program(), drawn.inputs()));
      double allowed = (written + gamma(roundings(optimized, drawn.inputs()))) * (1 + 2 * written);
      for (int n = 0; n < expected.length; n++) {
        assertThat(Math.abs(actual[n] - expected[n]))
            .as("seed %s\n%s\n%s", seed, drawn.text(), IndexPrinter.print(optimized))
            .isLessThanOrEqualTo(allowed * terms[n]);
        different += actual[n] == expected[n] ? 0 : 1;
      }
      checked++;
      rewritten += planned.decisions().isEmpty() ? 0 : 1;
    }
    assertThat(checked).isGreaterThan((int) COUNT / 3);
    assertThat(rewritten).isGreaterThan((int) COUNT / 8);
    // Otherwise nothing would have been tested.
    assertThat(different).isPositive();
  }

  private static PlanRequest request(long seed) {
    var random = new Random(seed);
    Map<Extent, Long> sizes = new HashMap<>();
    return new PlanRequest(
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
  }

  private static IndexProgram absolute(PolynomialPrograms.Drawn drawn) {
    Map<String, InputType> types = new LinkedHashMap<>();
    drawn
        .inputs()
        .forEach(
            (name, tensor) ->
                types.put(name, InputType.ofRank(ElementType.F64, tensor.shape().length)));
    return ProgramText.check(drawn.text().replace(" - ", " + "), types);
  }

  private static Map<String, Tensor> absolute(Map<String, Tensor> inputs) {
    Map<String, Tensor> absolute = new LinkedHashMap<>();
    inputs.forEach(
        (name, tensor) -> {
          double[] values = tensor.toDoubleArray();
          for (int n = 0; n < values.length; n++) {
            values[n] = Math.abs(values[n]);
          }
          absolute.put(name, Tensor.of(values, tensor.shape()));
        });
    return absolute;
  }

  private static double[] result(IndexProgram program, Map<String, Tensor> inputs) {
    return ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "R").toDoubleArray();
  }

  private static double gamma(long roundings) {
    return roundings * UNIT / (1 - roundings * UNIT);
  }

  /** The largest number of roundings between an input and the result. */
  private static long roundings(IndexProgram program, Map<String, Tensor> inputs) {
    Map<Extent, Long> sizes = new HashMap<>();
    program
        .sizes()
        .forEach(
            size ->
                sizes.put(
                    new Extent.Symbolic(size.name()),
                    ProgramText.named(inputs, size.axes().getFirst().tensor())
                        .extent(size.axes().getFirst().position())));
    Map<String, Long> known = new HashMap<>();
    for (Assignment step : program.assignments()) {
      long value = roundings(step.value(), known, sizes);
      known.merge(
          step.target(),
          value,
          (before, added) ->
              step.operator() == AssignmentOperator.MULTIPLY
                  ? before + added + 1
                  : Math.max(before, added) + 1);
    }
    return ProgramText.named(known, "R");
  }

  private static long roundings(IndexExpr value, Map<String, Long> known, Map<Extent, Long> sizes) {
    long most = 0;
    long all = 0;
    for (IndexExpr child : value.children()) {
      long own = roundings(child, known, sizes);
      most = Math.max(most, own);
      all += own;
    }
    return switch (value) {
      case IndexExpr.Access access -> known.getOrDefault(access.tensor(), 0L);
      case IndexExpr.Reduction(_, List<IndexBinding> bindings, _) -> {
        long terms = 1;
        for (IndexBinding binding : bindings) {
          terms *=
              binding.extent() instanceof Extent.Fixed(long fixed)
                  ? fixed
                  : sizes.getOrDefault(binding.extent(), 0L);
        }
        yield most + terms;
      }
      case IndexExpr.Binary(var operator, _, IndexExpr right) ->
          switch (operator) {
            case ADD, SUBTRACT -> most + 1;
            case MULTIPLY, DIVIDE -> all + 1;
            case POWER -> {
              if (!(right instanceof IndexExpr.Literal(Number power, _))) {
                throw new AssertionError("no polynomial has " + value);
              }
              yield Math.round(power.doubleValue() * most) + POWER;
            }
            default -> throw new AssertionError("no polynomial has " + value);
          };
      case IndexExpr.Literal _, IndexExpr.ExtentValue _ -> 0;
      case IndexExpr.Unary _, IndexExpr.Cast _ -> most;
      default -> throw new AssertionError("no polynomial has " + value);
    };
  }
}
