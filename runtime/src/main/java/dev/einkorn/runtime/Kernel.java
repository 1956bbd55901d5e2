package dev.einkorn.runtime;

/**
 * A compiled kernel. It is stateless and thread-safe: one instance may run many times at once, as
 * long as no two runs write the same elements.
 */
@FunctionalInterface
public interface Kernel {
  /**
   * Computes the outputs from the inputs.
   *
   * <p>The kernel trusts its caller: element types, ranks, extents and the strides it was
   * specialized for are as agreed when it was compiled, and no output shares elements with an
   * input. Whoever offers a kernel to users checks that first.
   *
   * @param operands inputs and outputs, in the order of the kernel's parameters
   * @param sizes the values of the kernel's size parameters, in order
   * @throws KernelException if the values themselves do not allow a result
   */
  void run(Tensor[] operands, long[] sizes);
}
