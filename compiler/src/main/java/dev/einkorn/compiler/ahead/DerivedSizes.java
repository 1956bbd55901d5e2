package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.index.DerivedSize;
import java.util.List;

/** Sizes that follow from others, as Java. */
final class DerivedSizes {
  private DerivedSizes() {}

  /** For instance {@code Math.max(0, i - r + 1)}. */
  static String write(DerivedSize size, SizeNames names) {
    List<String> candidates = size.candidates().stream().map(each -> write(each, names)).toList();
    String least = candidates.getLast();
    for (String candidate : candidates.reversed().subList(1, candidates.size())) {
      least = "Math.min(" + candidate + ", " + least + ")";
    }
    return "Math.max(0, " + least + ")";
  }

  private static String write(DerivedSize.Candidate candidate, SizeNames names) {
    var sum = new StringBuilder();
    for (DerivedSize.Summand summand : candidate.summands()) {
      long magnitude = Math.abs(summand.coefficient());
      boolean negative = summand.coefficient() < 0;
      sum.append(sum.isEmpty() ? (negative ? "-" : "") : negative ? " - " : " + ")
          .append(magnitude == 1 ? "" : magnitude + "L * ")
          .append(names.extent(summand.extent()));
    }
    long rest =
        candidate.divisor() == 1 ? candidate.constant() + candidate.offset() : candidate.constant();
    append(sum, rest);
    if (candidate.divisor() == 1) {
      return sum.toString();
    }
    var quotient = new StringBuilder("Math.floorDiv(" + sum + ", " + candidate.divisor() + "L)");
    if (candidate.offset() != 0) {
      append(quotient, candidate.offset());
    }
    return quotient.toString();
  }

  /** Adds a constant; a sum of nothing is 0. */
  static void append(StringBuilder sum, long constant) {
    if (sum.isEmpty()) {
      sum.append(constant).append('L');
    } else if (constant != 0) {
      sum.append(constant < 0 ? " - " : " + ").append(Math.abs(constant));
    }
  }
}
