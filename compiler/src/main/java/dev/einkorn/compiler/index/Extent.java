package dev.einkorn.compiler.index;

/**
 * The number of positions along an axis, or the number of values of an index variable: {@code 0 ..
 * extent-1}.
 */
public sealed interface Extent {

  /** An extent that the program itself fixes. */
  record Fixed(long value) implements Extent {
    public Fixed {
      if (value < 0) {
        throw new IllegalArgumentException("an extent cannot be negative: " + value);
      }
    }

    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /**
   * An extent known when the program is called: the value of the {@link SizeParameter} of this
   * name.
   */
  record Symbolic(String name) implements Extent {
    @Override
    public String toString() {
      return name;
    }
  }
}
