package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Extent;
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

  /** The distance between neighbours on an axis of an operand, in elements. */
  public long stride(String tensor, int axis) {
    List<Long> axes = strides.get(tensor);
    if (axes == null) {
      throw new NoSuchElementException("no operand " + tensor);
    }
    return axes.get(axis);
  }
}
