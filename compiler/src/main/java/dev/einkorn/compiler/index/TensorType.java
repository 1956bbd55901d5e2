package dev.einkorn.compiler.index;

import dev.einkorn.runtime.ElementType;
import java.util.List;

/** Element type and extents of a tensor; rank 0 is a scalar. */
public record TensorType(ElementType elementType, List<Extent> extents) {
  public TensorType {
    extents = List.copyOf(extents);
  }

  /** The number of axes. */
  public int rank() {
    return extents.size();
  }

  /** As in a header: {@code f32[n,h,d]}, or {@code f32} for a scalar. */
  @Override
  public String toString() {
    if (extents.isEmpty()) {
      return elementType.toString();
    }
    return elementType
        + "["
        + String.join(",", extents.stream().map(Extent::toString).toList())
        + "]";
  }
}
