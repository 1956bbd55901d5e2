package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import java.util.List;

/** An element of a tensor at affine positions of the loop variables. */
public record Element(String tensor, List<Subscript.Affine> subscripts) {
  public Element {
    subscripts = List.copyOf(subscripts);
  }

  /** Whether the position changes with this loop variable. */
  public boolean dependsOn(IndexVariable variable) {
    return subscripts.stream()
        .flatMap(subscript -> subscript.terms().stream())
        .anyMatch(term -> term.variable().equals(variable));
  }

  /** As in the language: {@code A[i,k]}, or the bare name for a scalar. */
  @Override
  public String toString() {
    return subscripts.isEmpty()
        ? tensor
        : tensor
            + "["
            + String.join(",", subscripts.stream().map(Subscript.Affine::toString).toList())
            + "]";
  }
}
