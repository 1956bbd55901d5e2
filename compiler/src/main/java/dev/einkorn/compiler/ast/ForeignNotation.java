package dev.einkorn.compiler.ast;

import java.util.Map;
import java.util.Optional;

/** What other languages and printed mathematics write, and what is written here instead. */
final class ForeignNotation {
  /** The most characters of an operator below. */
  static final int LONGEST = 3;

  private static final String PRODUCT = "a product is written *";
  private static final String MINUS = "minus is written -";
  private static final String ASSIGNMENT = "an assignment is written =";
  private static final String NO_DIFFERENCE = "to subtract, add the negated value: +=";
  private static final String NO_QUOTIENT = "to divide, multiply by the reciprocal: *=";

  private static final Map<String, String> OPERATORS =
      Map.ofEntries(
          Map.entry("**", "a power is written ^"),
          Map.entry("&&", "logical and is written: and"),
          Map.entry("&", "logical and is written: and"),
          Map.entry("||", "logical or is written: or"),
          Map.entry("|", "logical or is written: or; an absolute value: abs(x)"),
          Map.entry("!", "logical not is written: not"),
          Map.entry("~", "logical not is written: not"),
          Map.entry("=>", "greater or equal is written >="),
          Map.entry("=<", "less or equal is written <="),
          Map.entry("<>", "unequal is written !="),
          Map.entry("===", "equality is written =="),
          Map.entry("?", "a choice is written select(condition, a, b)"),
          Map.entry("@", "a matrix product is written with indices: A[i,k] * B[k,j]"),
          Map.entry("'", "a transposed matrix is read with its indices exchanged: A[j,i]"),
          Map.entry("{", "parentheses are ( and ), subscripts stand in [ and ]"),
          Map.entry("}", "parentheses are ( and ), subscripts stand in [ and ]"),
          Map.entry("..", "an ellipsis is written ..."),
          Map.entry("\u2026", "an ellipsis is written ..."),
          Map.entry("\u2212", MINUS),
          Map.entry("\u2013", MINUS),
          Map.entry("\u2014", MINUS),
          Map.entry("\u00d7", PRODUCT),
          Map.entry("\u00b7", PRODUCT),
          Map.entry("\u22c5", PRODUCT),
          Map.entry("\u2217", PRODUCT),
          Map.entry("\u2297", PRODUCT),
          Map.entry("\u2299", PRODUCT),
          Map.entry("\u00f7", "a quotient is written /"),
          Map.entry("\u2215", "a quotient is written /"),
          Map.entry("\u2264", "less or equal is written <="),
          Map.entry("\u2265", "greater or equal is written >="),
          Map.entry("\u2260", "unequal is written !="),
          Map.entry("\u2227", "logical and is written: and"),
          Map.entry("\u2228", "logical or is written: or"),
          Map.entry("\u00ac", "logical not is written: not"),
          Map.entry("\u221e", "infinity is written inf"),
          Map.entry("\u2211", "a sum is written sum[k](...)"),
          Map.entry("\u220f", "a product over an index is written prod[k](...)"),
          Map.entry("\u221a", "a square root is written sqrt(x)"),
          Map.entry("\u00b2", "a power is written ^2"),
          Map.entry("\u00b3", "a power is written ^3"),
          Map.entry("\u2190", ASSIGNMENT),
          Map.entry("\u2192", "the arrow of a header is written ->"));

  private static final Map<String, String> ASSIGNMENTS =
      Map.of(
          ":=", ASSIGNMENT,
          "<-", ASSIGNMENT,
          "==", ASSIGNMENT,
          "-=", NO_DIFFERENCE,
          "/=", NO_QUOTIENT,
          "^=", "a target is accumulated into by +=, *=, max= or min=",
          "%=", "a target is accumulated into by +=, *=, max= or min=");

  private ForeignNotation() {}

  /** What to write instead of an operator inside an expression. */
  static Optional<String> operator(String text) {
    return Optional.ofNullable(OPERATORS.get(text));
  }

  /** What to write instead of an operator after a target. */
  static Optional<String> assignment(String text) {
    return Optional.ofNullable(ASSIGNMENTS.get(text));
  }
}
