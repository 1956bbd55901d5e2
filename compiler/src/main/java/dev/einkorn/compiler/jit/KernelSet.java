package dev.einkorn.compiler.jit;

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
}
