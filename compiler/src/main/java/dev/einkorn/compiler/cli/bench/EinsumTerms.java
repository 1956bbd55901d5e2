package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates single output elements of an einsum from its definition, in double precision, with what
 * is needed to bound the error of another evaluation. It shares no code with the compiler. Not
 * thread-safe.
 */
final class EinsumTerms {
  private final List<String> output;
  private final long[] summed;

  private final List<Source> sources;

  /** Where an operand's elements are; strides of output and summed labels are in their order. */
  private static final class Source {
    private final float[] floats;
    private final double[] doubles;
    private final long offset;
    private final long[] outputStrides;
    private final long[] summedStrides;

    Source(Tensor tensor, long[] outputStrides, long[] summedStrides) {
      boolean single = tensor.elementType() == ElementType.F32;
      this.floats = single ? tensor.floatArray() : new float[0];
      this.doubles = single ? new double[0] : tensor.doubleArray();
      this.offset = tensor.offset();
      this.outputStrides = outputStrides;
      this.summedStrides = summedStrides;
    }

    double at(long position) {
      return floats.length > 0 ? floats[(int) position] : doubles[(int) position];
    }
  }

  /**
   * An element and how well another order of evaluation must agree with it.
   *
   * @param value in double precision
   * @param absolute sum of the absolute values of all terms
   * @param squares sum of the squares of all partial sums and, for each factor, of all terms
   * @param terms how many
   * @param factors of each term
   */
  record Element(double value, double absolute, double squares, long terms, int factors) {
    private static final double HEADROOM = 16;

    /**
     * How far an evaluation in any order may be off: never more than the contract's {@code (terms +
     * factors) * eps} times the absolute sum. Where that says little because the terms are many,
     * rounding errors are taken as random (Higham, Accuracy and Stability of Numerical Algorithms,
     * section 2.8): each is at most eps times a partial sum, so they add up like the root of the
     * squares, here with {@value #HEADROOM} for other orders' partial sums. The operands are drawn
     * at random, so no order has much larger ones.
     */
    double bound(double epsilon) {
      double certain = (terms + factors) * epsilon * absolute;
      double likely = HEADROOM * epsilon * Math.sqrt(squares);
      return Math.min(certain, likely) + epsilon * Math.abs(value);
    }
  }

  EinsumTerms(Problem problem, List<String> output) {
    this.output = List.copyOf(output);
    Workload workload = problem.workload();
    List<String> summedLabels =
        workload.indices().stream().filter(label -> !output.contains(label)).toList();
    this.summed = summedLabels.stream().mapToLong(workload::size).toArray();
    this.sources = new ArrayList<>();
    for (Workload.Operand operand : workload.operands()) {
      Tensor tensor = problem.inputs().get(operand.name());
      if (tensor == null) {
        throw new IllegalArgumentException("no tensor for " + operand);
      }
      sources.add(
          new Source(
              tensor, strides(operand, tensor, output), strides(operand, tensor, summedLabels)));
    }
  }

  private static long[] strides(Workload.Operand operand, Tensor tensor, List<String> labels) {
    long[] strides = new long[labels.size()];
    for (int axis = 0; axis < tensor.rank(); axis++) {
      int label = labels.indexOf(operand.indices().get(axis));
      if (label >= 0) {
        strides[label] += tensor.stride(axis);
      }
    }
    return strides;
  }

  /** The number of terms that each element sums. */
  long terms() {
    long terms = 1;
    for (long extent : summed) {
      terms *= extent;
    }
    return terms;
  }

  /** The element at a position of the output. */
  Element at(long[] position) {
    if (position.length != output.size()) {
      throw new IllegalArgumentException("expected a position for " + output);
    }
    int operands = sources.size();
    long[] at = new long[operands];
    for (int n = 0; n < operands; n++) {
      Source source = sources.get(n);
      at[n] = source.offset;
      for (int axis = 0; axis < position.length; axis++) {
        at[n] += position[axis] * source.outputStrides[axis];
      }
    }
    long[] odometer = new long[summed.length];
    double sum = 0;
    double absolute = 0;
    double squares = 0;
    long terms = 0;
    do {
      double term = 1;
      for (int n = 0; n < operands; n++) {
        term *= sources.get(n).at(at[n]);
      }
      sum += term;
      absolute += Math.abs(term);
      squares += sum * sum + operands * term * term;
      terms++;
    } while (advance(odometer, at));
    return new Element(sum, absolute, squares, terms, operands);
  }

  /** Goes to the next term, the last label fastest; false at the end. */
  private boolean advance(long[] odometer, long[] at) {
    for (int label = summed.length - 1; label >= 0; label--) {
      if (++odometer[label] < summed[label]) {
        move(at, label, 1);
        return true;
      }
      odometer[label] = 0;
      move(at, label, 1 - summed[label]);
    }
    return false;
  }

  private void move(long[] at, int label, long steps) {
    for (int n = 0; n < at.length; n++) {
      at[n] += steps * sources.get(n).summedStrides[label];
    }
  }
}
