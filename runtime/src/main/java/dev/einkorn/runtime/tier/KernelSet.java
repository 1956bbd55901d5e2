package dev.einkorn.runtime.tier;

import dev.einkorn.runtime.Kernel;
import java.util.List;

/**
 * The compiled kernels of one plan.
 *
 * @param kernels run one after the other
 * @param parallel whether several workers may share a run
 */
public record KernelSet(List<Kernel> kernels, boolean parallel) {
  public KernelSet {
    kernels = List.copyOf(kernels);
  }

  /** The kernel for a team whose other workers have nothing to do. */
  public static Kernel ofFirstWorker(Kernel kernel) {
    return (operands, sizes, worker) -> {
      if (worker.index() == 0) {
        kernel.run(operands, sizes, worker);
      }
    };
  }
}
