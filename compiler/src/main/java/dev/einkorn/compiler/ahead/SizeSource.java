package dev.einkorn.compiler.ahead;

import java.util.List;

/**
 * Where one size of a call comes from. Sizes are found in order: a source mentions only those
 * before it.
 *
 * @param size the name of the size, as the program or a shape calls it
 */
record SizeSource(String size, Origin origin) {
  /** What gives the value. */
  sealed interface Origin {
    /** An integer parameter. */
    record Argument(String parameter) implements Origin {}

    /** An axis of a tensor. */
    record Axis(String tensor, int axis) implements Origin {}

    /** A number in a shape. */
    record Constant(long value) implements Origin {}

    /** What the number of elements leaves, over the other extents: names or numbers. */
    record Elements(String parameter, List<String> others) implements Origin {
      public Elements {
        others = List.copyOf(others);
      }
    }
  }
}
