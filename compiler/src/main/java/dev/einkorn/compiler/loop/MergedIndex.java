package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import java.util.List;

/**
 * Several index variables that one loop walks together, the last one fastest: {@code ij} over
 * {@code (i, j)}.
 *
 * @param variable of the loop; its range is the product of the parts' ranges
 */
public record MergedIndex(IndexVariable variable, List<IndexBinding> parts) {
  public MergedIndex {
    parts = List.copyOf(parts);
  }

  /** The loop's variable with the product of the ranges. */
  public IndexBinding binding() {
    return new IndexBinding(variable, new Extent.Symbolic(variable.name()));
  }
}
