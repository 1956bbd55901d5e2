package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexVariable;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Consecutive steps that may run slab by slab: each of them computes its target for some positions
 * of an index from what the others have computed for the same positions, or sums over the index.
 *
 * @param from the first step, from 0
 * @param to after the last step
 * @param variables what each step calls the index
 * @param positions of the index
 * @param uses the axes that the index walks of each tensor that the steps read or write; {@link
 *     #WHOLE} for a tensor that it does not walk, {@link #PARTS} for one that is summed over it
 * @param rereads how often steps read a tensor at positions where another of them has read it
 * @param temporaries that no other step needs
 * @param temporaryBytes of all those temporaries together, in full
 */
public record SlabGroup(
    int from,
    int to,
    List<IndexVariable> variables,
    long positions,
    Map<String, Set<Integer>> uses,
    Map<String, Integer> rereads,
    List<String> temporaries,
    double temporaryBytes) {
  /** Instead of an axis: all of a tensor is needed for every slab. */
  public static final int WHOLE = -1;

  /** Instead of an axis: each slab stores its part of a sum, and the parts are added up at last. */
  public static final int PARTS = -3;

  public SlabGroup {
    variables = List.copyOf(variables);
    uses = Map.copyOf(uses);
    rereads = Map.copyOf(rereads);
    temporaries = List.copyOf(temporaries);
  }

  /** The tensors that are summed over the index. */
  public List<String> sums() {
    return uses.entrySet().stream()
        .filter(use -> use.getValue().contains(PARTS))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }
}
