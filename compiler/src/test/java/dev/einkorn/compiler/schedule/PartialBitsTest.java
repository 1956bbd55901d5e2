package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.ScheduledKernel.SCALARS;
import static dev.einkorn.compiler.schedule.ScheduledKernel.VECTORS;
import static dev.einkorn.compiler.schedule.ScheduledKernel.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Partial results give the same bits in every form of vectors, for any number of lanes. */
class PartialBitsTest {
  private static final List<Integer> EXTENTS =
      List.of(0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 200, 1000);
  private static final List<String> PROGRAMS =
      List.of(
          "s = x[k]",
          "s = x[k] * y[k]",
          "s = prod[k](x[k] * 0.01 + 1.0)",
          "m = max[k](x[k] - y[k])",
          "m = min[k](abs(x[k]))",
          "s = sum[k](select(x[k] > y[k], x[k], sqrt(abs(y[k]))))",
          "s = (x[k] - y[k]) ^ 2.0");

  // Processors make NaNs of either sign.
  private static final List<Double> NANS =
      List.of(Double.NaN, Double.longBitsToDouble(0xFFF8000000000000L));

  private enum Values {
    WHOLE,
    REAL,
    SPECIAL
  }

  @Test
  void everyFormAndNumberOfLanesGivesTheSameBits() {
    for (String type : List.of("f32", "f64")) {
      for (String program : PROGRAMS) {
        String typed = typed(program, type);
        for (boolean contracted : List.of(false, true)) {
          if (contracted ? isProduct(program) : !program.contains("^")) {
            checkForms(typed, contracted ? "contract(); " : "", type);
          }
        }
      }
    }
  }

  @Test
  void polynomialsFoldTheSameInAllForms() {
    for (String type : List.of("f32", "f64")) {
      checkForms("(x: " + type + "[k])\ns = sum[k](exp(x[k]))", "polynomial(); ", type);
    }
  }

  @Test
  void integersFoldTheSameInAnyOrder() {
    for (String type : List.of("i32", "i64")) {
      for (String program :
          List.of("s = x[k] * y[k]", "m = max[k](x[k] - y[k])", "s = prod[k](x[k] + y[k])")) {
        checkForms(typed(program, type), "", type);
      }
    }
  }

  private static boolean isExtreme(String program) {
    return program.contains("max") || program.contains("min");
  }

  private static boolean isProduct(String program) {
    return program.contains("] * y") || program.contains("^");
  }

  private static String typed(String program, String type) {
    boolean both = program.contains("y[");
    String inputs = "(x: %1$s[k]".formatted(type) + (both ? ", y: %1$s[k])" : ")").formatted(type);
    return inputs + "\n" + program;
  }

  private static void checkForms(String program, String before, String type) {
    int partials = type.endsWith("32") ? 64 : 32;
    IndexProgram checked = ProgramText.check(program);
    String target = checked.targets().getFirst().name();
    String start = "promote(" + target + "); hoist(); " + before;
    var forms = new LinkedHashMap<String, ScheduledKernel>();
    for (int lanes = 1; lanes <= partials; lanes *= 2) {
      String schedule = start + "partial(k, %s x %s)".formatted(partials, lanes);
      forms.put("arrays of " + lanes, ScheduledKernel.of(program, schedule, SCALARS));
      if (lanes > 1) {
        forms.put("vectors of " + lanes, ScheduledKernel.of(program, schedule, VECTORS));
      }
      if (lanes > 1 && isExtreme(program) && type.startsWith("f")) {
        String ranked = schedule + "; rank(k)";
        forms.put("arrays of " + lanes + " ranks", ScheduledKernel.of(program, ranked, SCALARS));
        forms.put("vectors of " + lanes + " ranks", ScheduledKernel.of(program, ranked, VECTORS));
      }
    }
    for (int extent : EXTENTS) {
      for (Values values : Values.values()) {
        Map<String, Tensor> inputs = draw(checked, extent, values);
        Tensor reference =
            ProgramText.named(ReferenceInterpreter.evaluate(checked, inputs), target);
        Tensor first = null;
        for (var form : forms.entrySet()) {
          Tensor result = ProgramText.named(form.getValue().run(inputs, 1), target);
          String what = program + " of " + extent + " " + values + ", " + form.getKey();
          if (first == null) {
            first = result;
            check(what, values, program, result, reference, inputs);
          }
          assertSame(result, first, what);
        }
      }
    }
  }

  private static void check(
      String what,
      Values values,
      String program,
      Tensor result,
      Tensor reference,
      Map<String, Tensor> inputs) {
    boolean exact =
        result.elementType().isInteger()
            || isExtreme(program)
            || (values == Values.WHOLE
                && !program.contains("prod")
                && !program.contains("sqrt")
                && !program.contains("exp"));
    double expected = reference.getDouble();
    double actual = result.getDouble();
    if (exact) {
      assertThat(actual).as(what).isEqualTo((Double) expected);
    } else if (Double.isFinite(expected)) {
      // Terms are below 21 in magnitude; the sum of n of them errs by less than n roundings.
      double terms = Math.max(1, inputs.values().iterator().next().elementCount());
      double unit = result.elementType() == ElementType.F32 ? 0x1p-23 : 0x1p-52;
      double magnitude = program.contains("prod") ? Math.abs(expected) : 21 * terms;
      assertThat(Math.abs(actual - expected))
          .as(what)
          .isLessThanOrEqualTo(4 * terms * unit * magnitude);
    } else {
      assertThat(actual).as(what).isEqualTo((Double) expected);
    }
  }

  private static Map<String, Tensor> draw(IndexProgram program, int extent, Values values) {
    var random = new SplittableRandom(extent);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (TensorDeclaration input : program.inputs()) {
      Tensor tensor = Tensor.zeros(input.type().elementType(), extent);
      for (int n = 0; n < extent; n++) {
        if (input.type().elementType().isInteger()) {
          tensor.setLong(random.nextInt(-9, 10), n);
        } else {
          tensor.set(
              switch (values) {
                case WHOLE -> random.nextInt(-3, 4);
                case REAL -> random.nextDouble(-1.5, 1.5);
                case SPECIAL ->
                    switch (random.nextInt(40)) {
                      case 0 -> extent % 2 == 0 ? NANS.get(n % 2) : -0.0;
                      case 1 -> 0.0;
                      case 2 -> -0.0;
                      default -> random.nextDouble(-1.5, -0.0);
                    };
              },
              n);
        }
      }
      inputs.put(input.name(), tensor);
    }
    return inputs;
  }
}
