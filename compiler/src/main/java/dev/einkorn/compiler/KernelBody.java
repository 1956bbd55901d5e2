package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import dev.einkorn.runtime.kernel.Workspace;
import dev.einkorn.runtime.kernel.WorkspacePool;
import java.util.List;

/** Runs kernels on a frame. */
final class KernelBody implements BoundCall.Body {
  private static final Tensor[] NONE = {};

  private final Executable executable;
  private final long[] sizes;

  /** For each operand its place in a frame, or -1 minus its place in a workspace. */
  private final int[] slots;

  private final boolean direct;
  private final WorkspaceLayout layout;
  private final WorkspacePool workspaces;
  private final WorkerPool pool;
  private final int workers;

  /**
   * Binds kernels to frames.
   *
   * @param operands inputs, then targets
   * @param names of the tensors of a frame; of two equal ones the last counts
   * @param layout of the operands that a frame does not have
   * @param workspaces where calls find their memory
   * @param workers how many may share the work of a call
   */
  KernelBody(
      Executable executable,
      List<TensorDeclaration> operands,
      Sizes sizes,
      List<String> names,
      WorkspaceLayout layout,
      WorkspacePool workspaces,
      WorkerPool pool,
      int workers) {
    this.executable = executable;
    this.layout = layout;
    this.workspaces = workspaces;
    this.pool = pool;
    this.workers = workers;
    this.sizes = sizes.toArray();
    List<String> temporaries =
        layout.temporaries().stream().map(t -> t.declaration().name()).toList();
    slots = new int[operands.size()];
    boolean inOrder = slots.length == names.size();
    for (int n = 0; n < slots.length; n++) {
      String operand = operands.get(n).name();
      slots[n] = names.lastIndexOf(operand);
      inOrder &= slots[n] == n;
      if (slots[n] < 0) {
        slots[n] = -1 - temporaries.indexOf(operand);
      }
    }
    direct = inOrder;
  }

  @Override
  public void run(Tensor[] frame) {
    if (direct) {
      executable.run(frame, sizes, pool, workers);
      return;
    }
    if (layout.temporaries().isEmpty()) {
      executable.run(operands(frame, NONE), sizes, pool, workers);
      return;
    }
    Workspace workspace = workspaces.take(layout);
    try {
      executable.run(operands(frame, workspace.tensors()), sizes, pool, workers);
    } finally {
      workspaces.give(workspace);
    }
  }

  private Tensor[] operands(Tensor[] frame, Tensor[] temporaries) {
    Tensor[] operands = new Tensor[slots.length];
    for (int n = 0; n < slots.length; n++) {
      operands[n] = slots[n] >= 0 ? frame[slots[n]] : temporaries[-1 - slots[n]];
    }
    return operands;
  }
}
