package dev.einkorn.compiler;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs kernels on a frame. */
final class KernelBody implements BoundCall.Body {
  /** A tensor that is stored and is no output. */
  private record Temporary(ElementType elementType, List<Long> shape) {
    Tensor make() {
      return Tensor.zeros(elementType, shape.stream().mapToLong(Long::longValue).toArray());
    }
  }

  private final Executable executable;
  private final long[] sizes;
  private final int[] slots;
  private final @Nullable Temporary[] temporaries;
  private final boolean direct;
  private final WorkerPool pool;
  private final int workers;

  /**
   * Binds kernels to frames.
   *
   * @param names of the tensors of a frame; of two equal ones the last counts
   * @param workers how many may share the work of a call
   */
  KernelBody(
      Executable executable,
      Specialization specialization,
      Sizes sizes,
      List<String> names,
      WorkerPool pool,
      int workers) {
    this.executable = executable;
    this.pool = pool;
    this.workers = workers;
    this.sizes = sizes.toArray();
    IndexProgram program = specialization.plan().optimized();
    List<TensorDeclaration> operands = Executable.operands(program);
    slots = new int[operands.size()];
    temporaries = new @Nullable Temporary[slots.length];
    boolean inOrder = slots.length == names.size();
    for (int n = 0; n < slots.length; n++) {
      TensorDeclaration operand = operands.get(n);
      slots[n] = names.lastIndexOf(operand.name());
      inOrder &= slots[n] == n;
      if (slots[n] < 0) {
        temporaries[n] =
            new Temporary(
                operand.type().elementType(),
                operand.type().extents().stream().map(sizes::value).toList());
      }
    }
    direct = inOrder;
  }

  @Override
  public void run(Tensor[] frame) {
    executable.run(direct ? frame : operands(frame), sizes, pool, workers);
  }

  private Tensor[] operands(Tensor[] frame) {
    Tensor[] operands = new Tensor[slots.length];
    for (int n = 0; n < slots.length; n++) {
      Temporary temporary = temporaries[n];
      operands[n] = temporary == null ? frame[slots[n]] : temporary.make();
    }
    return operands;
  }
}
