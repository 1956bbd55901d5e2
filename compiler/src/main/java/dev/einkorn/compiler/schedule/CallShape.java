package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.loop.MergedIndex;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The sizes and strides of one call. A schedule may be chosen from them; the kernel is right for
 * all others too.
 *
 * @param sizes the value of each size, by name
 * @param strides of each operand of the kernel by name, an axis each, in elements
 */
public record CallShape(Map<String, Long> sizes, Map<String, List<Long>> strides) {
  public CallShape {
    sizes = Map.copyOf(sizes);
    Map<String, List<Long>> copies = new LinkedHashMap<>();
    strides.forEach((tensor, axes) -> copies.put(tensor, List.copyOf(axes)));
    strides = Map.copyOf(copies);
  }

  /** The value of an extent. */
  public long value(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> value;
      case Extent.Symbolic(String name) -> {
        Long value = sizes.get(name);
        if (value == null) {
          throw new NoSuchElementException("no size " + name);
        }
        yield value;
      }
    };
  }

  /** The same with the sizes of indices that walk several others. */
  CallShape with(List<MergedIndex> merged) {
    if (merged.isEmpty()) {
      return this;
    }
    Map<String, Long> more = new LinkedHashMap<>(sizes);
    for (MergedIndex index : merged) {
      long positions = 1;
      for (IndexBinding part : index.parts()) {
        positions = Math.multiplyExact(positions, value(part.extent()));
      }
      more.put(index.variable().name(), positions);
    }
    return new CallShape(more, strides);
  }

  /** The distance between neighbours on an axis of an operand, in elements. */
  public long stride(String tensor, int axis) {
    List<Long> axes = strides.get(tensor);
    if (axes == null) {
      throw new NoSuchElementException("no operand " + tensor);
    }
    return axes.get(axis);
  }
}
