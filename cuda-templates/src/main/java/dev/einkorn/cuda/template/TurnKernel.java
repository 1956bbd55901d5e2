package dev.einkorn.cuda.template;

import java.util.List;

/**
 * A move of elements whose neighbours lie along one index where they are read and along another one
 * where they are written.
 *
 * @param statement what is computed, in the language
 * @param name of the kernel
 * @param target the tensor that is computed
 * @param source the tensor that is read across
 * @param type of its elements, as they are stored
 * @param index the type of positions
 * @param threads of a block
 * @param tile how many elements a block has on each side
 * @param rows of threads; those of the first one take a line at once
 * @param along what the source calls the index that neighbours of the source lie along
 * @param across likewise of the target
 * @param alongExtent of that index
 * @param acrossExtent of that index
 * @param parameters of the kernel, with their types
 * @param positions statements that set {@code along_0}, {@code across_0} and all other indices
 * @param read the element that goes through shared memory
 * @param result statements that store the target's element
 */
public record TurnKernel(
    String statement,
    String name,
    String target,
    String source,
    String type,
    String index,
    int threads,
    int tile,
    int rows,
    String along,
    String across,
    String alongExtent,
    String acrossExtent,
    List<String> parameters,
    List<String> positions,
    String read,
    List<String> result)
    implements KernelTemplate {
  public TurnKernel {
    parameters = List.copyOf(parameters);
    positions = List.copyOf(positions);
    result = List.copyOf(result);
  }
}
