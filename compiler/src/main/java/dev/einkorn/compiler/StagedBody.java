package dev.einkorn.compiler;

import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.PlanStage;
import dev.einkorn.compiler.optimize.SlabGroup;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import dev.einkorn.runtime.WorkerPool;
import dev.einkorn.runtime.kernel.Slabs;
import dev.einkorn.runtime.kernel.Workspace;
import dev.einkorn.runtime.kernel.WorkspacePool;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the stages of a plan on a frame. Slabs are shared out among the workers, each of which runs
 * the kernels of a slab alone, on temporaries of its own.
 */
final class StagedBody implements BoundCall.Body {
  private final List<Stage> stages = new ArrayList<>();
  private final WorkspaceLayout layout;
  private final WorkspacePool workspaces;
  private final WorkerPool pool;
  private final int workers;

  /**
   * Binds stages to frames.
   *
   * @param executables one a part of the plan
   * @param names of the tensors of a frame; of two equal ones the last counts
   * @param workers how many may share the work of a call; the workspace is for so many
   */
  StagedBody(
      StagedPlan plan,
      List<Executable> executables,
      List<String> names,
      WorkspacePool workspaces,
      WorkerPool pool,
      int workers) {
    this.layout = plan.layout(workers);
    this.workspaces = workspaces;
    this.pool = pool;
    this.workers = workers;
    List<String> temporaries =
        layout.temporaries().stream().map(t -> t.declaration().name()).toList();
    for (int n = 0; n < executables.size(); n++) {
      stages.add(new Stage(plan.parts().get(n), executables.get(n), names, temporaries));
    }
  }

  @Override
  public void run(Tensor[] frame) {
    Workspace workspace = workspaces.take(layout);
    try {
      for (Stage stage : stages) {
        stage.run(frame, workspace.tensors());
      }
    } finally {
      workspaces.give(workspace);
    }
  }

  /** Runs a frame and gives the nanoseconds of each stage. */
  long[] time(Tensor[] frame) {
    long[] nanos = new long[stages.size()];
    Workspace workspace = workspaces.take(layout);
    try {
      for (int n = 0; n < nanos.length; n++) {
        long begin = System.nanoTime();
        stages.get(n).run(frame, workspace.tensors());
        nanos[n] = System.nanoTime() - begin;
      }
    } finally {
      workspaces.give(workspace);
    }
    return nanos;
  }

  private final class Stage {
    private final Executable executable;
    private final long[] sizes;

    /** For each operand its place in a frame, or -1 minus its place in a workspace. */
    private final int[] slots;

    /** For each operand how far the temporaries of two workers are apart, or 0. */
    private final int[] distances;

    /** For each operand that is summed in parts its place among operands, and the target's slot. */
    private final List<int[]> sums = new ArrayList<>();

    /** For each operand the axis that is cut. */
    private final int[] axes;

    /** For each operand whether it holds one slab only. */
    private final boolean[] own;

    private final long positions;

    /** The positions of a slab; 0 if nothing is cut. */
    private final long slab;

    /** The place of that number among the sizes. */
    private final int slabSize;

    Stage(
        StagedPlan.Part part, Executable executable, List<String> names, List<String> temporaries) {
      this.executable = executable;
      sizes = part.sizes().toArray();
      List<TensorDeclaration> operands = Executable.operands(part.stage().plan().optimized());
      slots = new int[operands.size()];
      distances = new int[slots.length];
      axes = new int[slots.length];
      own = new boolean[slots.length];
      for (int n = 0; n < slots.length; n++) {
        PlanStage.Operand operand = StagedPlan.operand(part.stage(), operands.get(n).name());
        axes[n] = operand.axis();
        own[n] = operand.own();
        slots[n] = slot(operand.tensor(), names, temporaries);
        if (operand.axis() == SlabGroup.PARTS) {
          sums.add(new int[] {n, slots[n]});
          slots[n] = slot(WorkspaceLayout.partsOf(operand.tensor()), List.of(), temporaries);
        } else if (slots[n] < 0) {
          int last = temporaries.lastIndexOf(operand.tensor());
          distances[n] = operand.own() && workers > 1 ? (last + 1 + slots[n]) / (workers - 1) : 0;
        }
      }
      positions = part.stage().slabs().map(cut -> cut.group().positions()).orElse(0L);
      slab = part.stage().slabs().map(part::slab).orElse(0L);
      slabSize =
          part.stage()
              .slabs()
              .map(cut -> List.copyOf(part.sizes().byName().keySet()).indexOf(cut.size()))
              .orElse(-1);
    }

    void run(Tensor[] frame, Tensor[] temporaries) {
      if (slab == 0) {
        executable.run(operands(frame, temporaries, 0), sizes, pool, workers);
        return;
      }
      long slabs = (positions + slab - 1) / slab;
      Kernel kernel =
          (_, _, worker) -> {
            Tensor[] operands = operands(frame, temporaries, worker.index());
            long end = worker.end(slabs);
            for (long number = worker.begin(slabs); number < end; number++) {
              long from = number * slab;
              run(operands, from, Math.min(from + slab, positions), worker);
            }
          };
      pool.run(kernel, frame, sizes, (int) Math.min(workers, slabs));
      for (int[] sum : sums) {
        Tensor target = tensor(sum[1], frame, temporaries);
        Slabs.addUp(tensor(slots[sum[0]], frame, temporaries), target);
      }
    }

    private static int slot(String tensor, List<String> names, List<String> temporaries) {
      int slot = names.lastIndexOf(tensor);
      return slot >= 0 ? slot : -1 - temporaries.indexOf(tensor);
    }

    private static Tensor tensor(int slot, Tensor[] frame, Tensor[] temporaries) {
      return slot >= 0 ? frame[slot] : temporaries[-1 - slot];
    }

    /** Runs one slab. */
    private void run(Tensor[] operands, long from, long to, Worker worker) {
      Tensor[] views = operands.clone();
      for (int n = 0; n < views.length; n++) {
        if (axes[n] == SlabGroup.PARTS) {
          views[n] = operands[n].select(0, from / slab);
        } else if (axes[n] != SlabGroup.WHOLE) {
          long begin = own[n] ? from : 0;
          views[n] = operands[n].slice(axes[n], from - begin, to - begin);
        }
      }
      long[] slabSizes = sizes.clone();
      slabSizes[slabSize] = to - from;
      executable.runAlone(views, slabSizes, pool, worker);
    }

    private Tensor[] operands(Tensor[] frame, Tensor[] temporaries, int worker) {
      Tensor[] operands = new Tensor[slots.length];
      for (int n = 0; n < slots.length; n++) {
        operands[n] = tensor(slots[n] - worker * distances[n], frame, temporaries);
      }
      return operands;
    }
  }
}
