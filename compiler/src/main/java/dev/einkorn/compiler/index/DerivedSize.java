package dev.einkorn.compiler.index;

import java.util.ArrayList;
import java.util.List;

/**
 * A size that follows from other sizes: the smallest of its candidates, and at least 0. {@code O[x]
 * = I[x + r] * K[r]} has the size {@code x = extent(I, 0) - extent(K, 0) + 1}; with {@code I[2*x +
 * r]} it is {@code (extent(I, 0) - extent(K, 0)) // 2 + 1}.
 *
 * @param name what {@link Extent.Symbolic} refers to; by convention the index variable
 * @param candidates at least one; they mention fixed extents, size parameters, and derived sizes
 *     that stand earlier in the program
 */
public record DerivedSize(String name, List<Candidate> candidates) {
  public DerivedSize {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("size " + name + " is derived from nothing");
    }
  }

  /** One summand: {@code coefficient * extent}. */
  public record Summand(long coefficient, Extent extent) {}

  /**
   * {@code floor((sum of summands + constant) / divisor) + offset}, where the divisor is positive.
   */
  public record Candidate(List<Summand> summands, long constant, long divisor, long offset) {
    public Candidate {
      summands = List.copyOf(summands);
      if (divisor < 1) {
        throw new IllegalArgumentException("divisor must be positive: " + divisor);
      }
    }

    /** For instance {@code (i - r) // 2 + 1}, over the names of sizes. */
    @Override
    public String toString() {
      List<String> parts = new ArrayList<>();
      for (Summand summand : summands) {
        long magnitude = Math.abs(summand.coefficient());
        String text = (magnitude == 1 ? "" : magnitude + "*") + summand.extent();
        parts.add(sign(summand.coefficient(), parts.isEmpty()) + text);
      }
      long rest = divisor == 1 ? constant + offset : constant;
      if (rest != 0 || parts.isEmpty()) {
        parts.add(sign(rest, parts.isEmpty()) + Math.abs(rest));
      }
      String sum = String.join("", parts);
      if (divisor == 1) {
        return sum;
      }
      String quotient = (parts.size() == 1 ? sum : "(" + sum + ")") + " // " + divisor;
      return offset == 0 ? quotient : quotient + sign(offset, false) + Math.abs(offset);
    }

    private static String sign(long value, boolean first) {
      if (first) {
        return value < 0 ? "-" : "";
      }
      return value < 0 ? " - " : " + ";
    }
  }
}
