package dev.einkorn.compiler;

import com.sun.management.ThreadMXBean;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import dev.einkorn.runtime.kernel.WorkspacePool;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Times the steps of a plan one by one. Each has a kernel of its own here, with the schedule that
 * it has in the plan, on as many workers; steps that run slab by slab are timed together.
 */
final class StepTimer {
  private static final int ATTEMPTS = 5;

  private final StagedPlan plan;
  private final List<Executable> executables;
  private final StagedBody body;
  private final int workers;
  private final Map<String, Tensor> tensors;
  private final Tensor[] frame;

  /**
   * Compiles the steps.
   *
   * @param plan with a stage for each step
   * @param tensors inputs and outputs by name
   */
  StepTimer(Einkorn einkorn, StagedPlan plan, Map<String, Tensor> tensors, int workers) {
    this.plan = plan;
    executables = plan.parts().stream().map(part -> einkorn.executable(part.chosen())).toList();
    this.tensors = tensors;
    frame = tensors.values().toArray(Tensor[]::new);
    this.workers = workers;
    body = body(einkorn.workspaces(), einkorn.pool());
  }

  private StagedBody body(WorkspacePool workspaces, WorkerPool pool) {
    return new StagedBody(
        plan, executables, List.copyOf(tensors.keySet()), workspaces, pool, workers);
  }

  /**
   * The bytes that a call allocates if nothing is kept from calls before, by whatever thread: the
   * least of a few calls, because other threads of the process allocate too.
   */
  long allocatedBytes() throws InterruptedException {
    var least = new AtomicLong(Long.MAX_VALUE);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      // A thread whose worker has no arrays yet.
      Thread fresh = new Thread(() -> least.accumulateAndGet(allocatedNow(), Math::min));
      fresh.start();
      fresh.join();
    }
    return least.get();
  }

  private long allocatedNow() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (var pool = new WorkerPool(workers)) {
      StagedBody alone = body(new WorkspacePool(0), pool);
      long before = threads.getTotalThreadAllocatedBytes();
      alone.run(frame);
      return threads.getTotalThreadAllocatedBytes() - before;
    }
  }

  /** An output as the last run has left it. */
  Optional<Tensor> output(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /**
   * The median times of all steps.
   *
   * @param warmUp the longest that is waited for fast kernels
   */
  List<Measurement.Steps> time(Duration warmUp) throws InterruptedException {
    body.run(frame);
    long end = System.nanoTime() + warmUp.toNanos();
    for (Executable executable : executables) {
      executable.tiers().await(end - System.nanoTime());
    }
    List<long[]> runs = Measurement.repeated(() -> body.time(frame));
    List<Measurement.Steps> steps = new ArrayList<>();
    for (int n = 0; n < plan.parts().size(); n++) {
      int part = n;
      long[] sorted = runs.stream().mapToLong(run -> run[part]).sorted().toArray();
      int from = plan.parts().get(n).stage().from();
      int to = plan.parts().get(n).stage().to();
      steps.add(new Measurement.Steps(from + 1, to, sorted[sorted.length / 2]));
    }
    return steps;
  }
}
