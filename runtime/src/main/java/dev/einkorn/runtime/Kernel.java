package dev.einkorn.runtime;

/**
 * A compiled kernel. It is stateless and thread-safe: one instance may run many times at once, as
 * long as no two runs write the same elements.
 *
 * <p>One run is the work of a team: every {@link Worker} of the team calls {@code run} with the
 * same operands and sizes, computes its own share, and meets the others where the kernel says so. A
 * caller without a {@link WorkerPool} passes {@link Worker#solo()}, a team of one.
 */
@FunctionalInterface
public interface Kernel {
  /**
   * Computes this worker's share of the outputs from the inputs.
   *
   * <p>The kernel trusts its caller: element types, ranks, extents and the strides it was
   * specialized for are as agreed when it was compiled, and no output shares elements with an
   * input. Whoever offers a kernel to users checks that first.
   *
   * @param operands inputs and outputs, in the order of the kernel's parameters
   * @param sizes the values of the kernel's size parameters, in order
   * @param worker who calls; each worker of a team must call exactly once
   * @throws KernelException if the values themselves do not allow a result
   */
  void run(Tensor[] operands, long[] sizes, Worker worker);
}
