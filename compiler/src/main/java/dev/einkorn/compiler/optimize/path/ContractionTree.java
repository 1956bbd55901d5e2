package dev.einkorn.compiler.optimize.path;

import java.util.List;

/**
 * The order of a contraction; every node above the operands is one loop nest. A product sums the
 * labels that no operand outside of it and not the result holds.
 *
 * <p>The text form is that of {@code toString} and {@link #parse}: numbers are operands, brackets
 * are nests.
 *
 * {@snippet lang=text :
 * ((0 1) (2 3))    0*1, then 2*3, then the product of both
 * (0 1 2)          one nest over three operands, no intermediate
 * ((0) 1)          operand 0 is first summed over the labels that only it holds
 * (0 1)            the same product, which sums those labels in its own nest
 * }
 *
 * <p>Trees may be thousands of nests deep. What this package does with them does not recurse, but
 * {@code equals} and {@code hashCode} of records do.
 */
public sealed interface ContractionTree {

  /** The tree that a text describes; it must hold the operands 0 to n - 1 once each. */
  static ContractionTree parse(String text) {
    return TreeText.parse(text);
  }

  /** An operand as it is given. */
  record Leaf(int operand) implements ContractionTree {
    public Leaf {
      if (operand < 0) {
        throw new IllegalArgumentException("operand " + operand + " is negative");
      }
    }

    @Override
    public String toString() {
      return TreeText.print(this);
    }
  }

  /** An operand that is summed, by a nest of its own, over the labels that only it holds. */
  record Sum(Leaf leaf) implements ContractionTree {
    @Override
    public String toString() {
      return TreeText.print(this);
    }
  }

  /** A nest over two factors. */
  record Pair(ContractionTree left, ContractionTree right) implements ContractionTree {
    @Override
    public String toString() {
      return TreeText.print(this);
    }
  }

  /** A nest over three factors or more, where no product of fewer may be stored. */
  record Join(List<ContractionTree> parts) implements ContractionTree {
    public Join {
      parts = List.copyOf(parts);
      if (parts.size() < 3) {
        throw new IllegalArgumentException("a join has at least 3 parts, not " + parts.size());
      }
    }

    @Override
    public String toString() {
      return TreeText.print(this);
    }
  }
}
