package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexVariable;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Consecutive steps that may run slab by slab: each of them computes its target for some positions
 * of an index from what the others have computed for the same positions.
 *
 * @param from the first step, from 0
 * @param to after the last step
 * @param variables what each step calls the index
 * @param positions of the index
 * @param uses the axes that the index walks of each tensor that the steps read or write; {@link
 *     #WHOLE} for a tensor that it does not walk
 * @param temporaries that no other step needs
 * @param temporaryBytes of all temporaries together, in full
 */
public record SlabGroup(
    int from,
    int to,
    List<IndexVariable> variables,
    long positions,
    Map<String, Set<Integer>> uses,
    List<String> temporaries,
    double temporaryBytes) {
  /** Instead of an axis: all of a tensor is needed for every slab. */
  public static final int WHOLE = -1;

  public SlabGroup {
    variables = List.copyOf(variables);
    uses = Map.copyOf(uses);
    temporaries = List.copyOf(temporaries);
  }
}
