package dev.einkorn.compiler.cli.bench;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Checks the outputs of a program against those of a trusted evaluation of it, which is exact in
 * order but has roundings of its own.
 *
 * <p>An {@code f32} program is also evaluated in {@code f64}. The trusted {@code f32} result is off
 * that by its own rounding error; a result may be off by {@value #HEADROOM} times as much, for
 * other orders of sums. Where the trusted result has no error at all, such as for moves, the result
 * must have none. For {@code f64} the bound is the contract's: {@code c * eps} times the largest
 * sum of absolute terms, which the program gives for the absolute values of its inputs, with {@code
 * c = 16 + 8 * sqrt(operations of an element)} (errors taken as random: Higham, Accuracy and
 * Stability of Numerical Algorithms, section 2.8). A program that subtracts makes that sum too
 * small, so the largest element counts too.
 */
final class ProgramCheck implements ResultCheck {
  private static final double HEADROOM = 32;

  /**
   * An output and how far off it one may be.
   *
   * @param value in the highest precision there is
   */
  private record Expected(String name, Tensor value, double tolerance) {}

  private final String how;
  private final List<Expected> expected = new ArrayList<>();

  /**
   * Evaluates the problem.
   *
   * @param trusted what evaluates it
   * @param how this checks, for people
   */
  ProgramCheck(Problem problem, Einkorn trusted, String how) {
    this.how = how;
    Subject subject = Subject.of(trusted);
    Subject.Prepared prepared = subject.prepare(problem);
    Map<String, Tensor> plain = prepared.call();
    boolean single = problem.workload().type() == ElementType.F32;
    Map<String, Tensor> precise = single ? inDouble(subject, problem, plain) : plain;
    Map<String, Tensor> absolute =
        single ? precise : inDouble(subject, problem.mapInputs(Elements::absolute), precise);
    // Counted for the strict program, which is the one that is written.
    double operations = Reduction.operations(problem.workload());
    plain.forEach(
        (name, value) -> {
          Tensor best = get(precise, name);
          double each = Math.max(1, operations / Math.max(1, value.elementCount()));
          double scale = Math.max(Elements.largest(best), finite(get(absolute, name)));
          expected.add(new Expected(name, best, tolerance(value, best, each, scale)));
        });
  }

  private static double tolerance(Tensor plain, Tensor best, double operations, double scale) {
    if (plain.elementType() == ElementType.F32 && best.elementType() == ElementType.F64) {
      double own = Elements.largestDifference(plain, best);
      return own == 0 ? 0 : HEADROOM * (own + Math.ulp(1f) * scale);
    }
    return (16 + 8 * Math.sqrt(operations)) * epsilon(plain.elementType()) * scale;
  }

  private static double epsilon(ElementType type) {
    return switch (type) {
      case F32 -> Math.ulp(1f);
      case F64 -> Math.ulp(1d);
      case I32, I64, BOOL -> 0;
    };
  }

  private static double finite(Tensor tensor) {
    double largest = Elements.largest(tensor);
    return Double.isFinite(largest) ? largest : 0;
  }

  /** The outputs for f64 inputs; the plain ones if the program does not take those. */
  private static Map<String, Tensor> inDouble(
      Subject subject, Problem problem, Map<String, Tensor> otherwise) {
    Problem cast = problem.mapInputs(tensor -> tensor.cast(ElementType.F64));
    try {
      return subject.prepare(cast).call();
    } catch (CompileException e) {
      return otherwise; // A header says f32.
    }
  }

  private static Tensor get(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalStateException("no tensor " + name + " among " + tensors.keySet());
    }
    return tensor;
  }

  @Override
  public Verdict verify(Map<String, Tensor> outputs) {
    for (Expected output : expected) {
      Tensor found = outputs.get(output.name());
      if (found == null) {
        return Verdict.wrong("there is no output " + output.name());
      }
      double difference = Elements.largestDifference(found, output.value());
      if (!(difference <= output.tolerance())) {
        return Verdict.wrong(
            String.format(
                Locale.ROOT,
                "%s is off by %.3g (%s), but may be by %.3g",
                output.name(),
                difference,
                how,
                output.tolerance()));
      }
    }
    return Verdict.right(how);
  }
}
