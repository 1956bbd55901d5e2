package dev.einkorn.compiler.index;

import java.util.List;

/**
 * A size that a call determines: the common extent of the listed axes. The first axis gives the
 * value; a call in which the others differ is an {@code EXTENT_MISMATCH}.
 *
 * @param name what {@link Extent.Symbolic} refers to; by convention the index variable that ranges
 *     over the axes
 * @param axes axes of inputs and of accumulated outputs, at least one
 */
public record SizeParameter(String name, List<Axis> axes) {
  public SizeParameter {
    axes = List.copyOf(axes);
    if (axes.isEmpty()) {
      throw new IllegalArgumentException("size " + name + " is determined by no axis");
    }
  }

  /** Axis {@code position} (from 0) of the tensor of this name. */
  public record Axis(String tensor, int position) {}
}
