package dev.einkorn.cuda.template;

import java.util.List;

/**
 * A kernel whose threads, or groups of them, compute elements of the target each by themselves.
 *
 * @param statement what is computed, in the language
 * @param name of the kernel
 * @param target the tensor that is computed
 * @param threads of a block
 * @param parameters of the kernel, with their types
 * @param positions statements that find out which elements are this thread's
 * @param body statements that compute them
 */
public record ElementsKernel(
    String statement,
    String name,
    String target,
    int threads,
    List<String> parameters,
    List<String> positions,
    List<String> body)
    implements KernelTemplate {
  public ElementsKernel {
    parameters = List.copyOf(parameters);
    positions = List.copyOf(positions);
    body = List.copyOf(body);
  }
}
