package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * A workload with its data.
 *
 * @param workload what to compute
 * @param inputs its operands, by name and in order, as views of memory in their storage order
 */
public record Problem(Workload workload, SequencedMap<String, Tensor> inputs) {
  private static final long SEED = 20_250_401;

  /** A workload with operands drawn from the standard normal distribution; the same every time. */
  static Problem draw(Workload workload) {
    var random = new SplittableRandom(SEED);
    SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
    for (Workload.Operand operand : workload.operands()) {
      inputs.put(operand.name(), draw(workload, operand, random));
    }
    return new Problem(workload, inputs);
  }

  /** A workload with operands that only have a type and a shape: good for a plan. */
  static Problem shapes(Workload workload) {
    SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
    for (Workload.Operand operand : workload.operands()) {
      long[] units = new long[operand.indices().size()];
      Arrays.fill(units, 1);
      Tensor unit = Tensor.zeros(workload.type(), units);
      inputs.put(operand.name(), unit.broadcastTo(workload.shape(operand)));
    }
    return new Problem(workload, inputs);
  }

  private static Tensor draw(Workload workload, Workload.Operand operand, SplittableRandom random) {
    long[] shape = workload.shape(operand);
    long[] stored = operand.storage().stream().mapToLong(axis -> shape[axis]).toArray();
    Tensor tensor = stored(workload, operand, stored, random);
    int[] axes = new int[shape.length];
    for (int n = 0; n < axes.length; n++) {
      axes[n] = operand.storage().indexOf(n);
    }
    return tensor.permute(axes);
  }

  private static Tensor stored(
      Workload workload, Workload.Operand operand, long[] shape, SplittableRandom random) {
    long count = 1;
    for (long extent : shape) {
      count = Math.multiplyExact(count, extent);
    }
    if (count > Integer.MAX_VALUE - 8) {
      throw new BenchException(
          workload.name() + ": operand " + operand.name() + " does not fit into an array");
    }
    if (workload.type() == ElementType.F32) {
      float[] data = new float[(int) count];
      for (int n = 0; n < data.length; n++) {
        data[n] = (float) random.nextGaussian();
      }
      return Tensor.of(data, shape);
    }
    double[] data = new double[(int) count];
    for (int n = 0; n < data.length; n++) {
      data[n] = random.nextGaussian();
    }
    return Tensor.of(data, shape);
  }

  /** The same problem with other operands. */
  Problem mapInputs(UnaryOperator<Tensor> change) {
    SequencedMap<String, Tensor> changed = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> changed.put(name, change.apply(tensor)));
    return new Problem(workload, changed);
  }

  /** The inputs under the names of a program, which may name them otherwise. */
  SequencedMap<String, Tensor> named(List<String> names) {
    if (workload.computation() instanceof Workload.Computation.Program) {
      return inputs;
    }
    SequencedMap<String, Tensor> named = new LinkedHashMap<>();
    List<Tensor> tensors = new ArrayList<>(inputs.values());
    for (int n = 0; n < tensors.size(); n++) {
      named.put(names.get(n), tensors.get(n));
    }
    return named;
  }
}
