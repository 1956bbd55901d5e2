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
 * @param overhang how many positions beyond the range stand for the last one in it
 */
public record MergedIndex(IndexVariable variable, List<IndexBinding> parts, int overhang) {
  public MergedIndex {
    parts = List.copyOf(parts);
    if (overhang < 0) {
      throw new IllegalArgumentException(variable + " hangs over by " + overhang);
    }
  }

  /** No position beyond the range has a meaning. */
  public MergedIndex(IndexVariable variable, List<IndexBinding> parts) {
    this(variable, parts, 0);
  }

  @Override
  public String toString() {
    return variable + " walks " + parts + (overhang == 0 ? "" : " and " + overhang + " beyond");
  }

  /** The loop's variable with the product of the ranges. */
  public IndexBinding binding() {
    return new IndexBinding(variable, new Extent.Symbolic(variable.name()));
  }
}
