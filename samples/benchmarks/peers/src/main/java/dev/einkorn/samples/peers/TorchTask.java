package dev.einkorn.samples.peers;

import dev.einkorn.compiler.cli.bench.Peer;
import dev.einkorn.compiler.cli.bench.Problem;
import dev.einkorn.compiler.cli.bench.Workload;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** An expression of PyTorch on copies of a problem's operands. */
final class TorchTask implements Peer.Task {
  /** A computation with PyTorch's tensors. */
  @FunctionalInterface
  interface Expression {
    /** Computes into a new tensor; the handle that is given must own it. */
    Tensor first(Tensor... inputs);

    /** Computes into the result of an earlier call if PyTorch can, else into a new tensor. */
    default Tensor into(Tensor output, Tensor... inputs) {
      return first(inputs);
    }

    /**
     * Whether the inputs are to be passed row-major as stored, not as views with the axes named.
     */
    default boolean takesStorage() {
      return false;
    }
  }

  private final Expression expression;
  private final Tensor[] inputs;
  private final long[] shape;
  private final ElementType type;
  private Tensor output;

  TorchTask(Expression expression, Problem problem) {
    this.expression = expression;
    Workload workload = problem.workload();
    type = workload.type();
    List<Tensor> tensors = new ArrayList<>();
    for (Workload.Operand operand : workload.operands()) {
      Tensor stored = stored(problem, operand);
      tensors.add(expression.takesStorage() ? stored : named(stored, operand));
    }
    inputs = tensors.toArray(Tensor[]::new);
    try (var _ = new PointerScope()) {
      output = expression.first(inputs);
      output.retainReference();
    }
    shape =
        workload.computation() instanceof Workload.Computation.Einsum einsum
            ? einsum.output().stream().mapToLong(workload::size).toArray()
            : output.shape();
  }

  private static Tensor stored(Problem problem, Workload.Operand operand) {
    dev.einkorn.runtime.Tensor tensor =
        problem.inputs().entrySet().stream()
            .filter(entry -> entry.getKey().equals(operand.name()))
            .findFirst()
            .orElseThrow()
            .getValue();
    long[] stored = operand.storage().stream().mapToLong(tensor::extent).toArray();
    return tensor.elementType() == ElementType.F32
        ? Tensor.create(tensor.floatArray(), stored)
        : Tensor.create(tensor.doubleArray(), stored);
  }

  private static Tensor named(Tensor stored, Workload.Operand operand) {
    long[] axes = new long[operand.storage().size()];
    for (int axis = 0; axis < axes.length; axis++) {
      axes[axis] = operand.storage().indexOf(axis);
    }
    return stored.permute(axes);
  }

  @Override
  public void run() {
    try (var _ = new PointerScope()) {
      Tensor next = expression.into(output, inputs);
      // What was computed into the output comes back as another handle of the same.
      if (next.address() != output.address()) {
        next.retainReference();
        output.close();
        output = next;
      }
    }
  }

  @Override
  public dev.einkorn.runtime.Tensor result() {
    try (var _ = new PointerScope()) {
      Tensor contiguous = output.contiguous();
      long count = contiguous.numel();
      return type == ElementType.F32
          ? OffHeap.tensor(new FloatPointer(contiguous.data_ptr()), count, shape)
          : OffHeap.tensor(new DoublePointer(contiguous.data_ptr()), count, shape);
    }
  }

  @Override
  public void close() {
    output.close();
    for (Tensor input : inputs) {
      input.close();
    }
  }
}
