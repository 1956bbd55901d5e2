package dev.einkorn.compiler.index;

/**
 * An index of the notation, such as {@code i} in {@code A[i,k]}. Its identity is its name; it is
 * bound by the assignment or the reduction that encloses it, and never bound twice along one path
 * from the root.
 */
public record IndexVariable(String name) {
  public IndexVariable {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("an index variable needs a name");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
