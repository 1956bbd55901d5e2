package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.IndexVariable;
import java.util.List;

/** An element of a tensor; one that is written has affine positions only. */
public record Element(String tensor, List<Position> positions) {
  public Element {
    positions = List.copyOf(positions);
  }

  /** Whether the element changes with this loop variable. */
  public boolean dependsOn(IndexVariable variable) {
    return positions.stream().anyMatch(position -> position.dependsOn(variable));
  }

  /**
   * Whether reading it may fail at run time: a gather out of range, or a border on an empty axis.
   */
  public boolean mayFail() {
    return positions.stream()
        .anyMatch(
            position ->
                switch (position) {
                  case Position.Affine _, Position.Merged _ -> false;
                  case Position.Bordered bordered -> bordered.border() != Border.ZERO;
                  case Position.Gathered _ -> true;
                });
  }

  /** As in the language: {@code A[i,k]}, or the bare name for a scalar. */
  @Override
  public String toString() {
    return positions.isEmpty()
        ? tensor
        : tensor
            + "["
            + String.join(",", positions.stream().map(Position::toString).toList())
            + "]";
  }
}
