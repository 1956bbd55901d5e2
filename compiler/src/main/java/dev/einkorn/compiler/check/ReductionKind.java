package dev.einkorn.compiler.check;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The reductions that can be written. */
enum ReductionKind {
  SUM("sum"),
  PRODUCT("prod"),
  MAX("max"),
  MIN("min"),
  /** The sum divided by the number of positions. */
  MEAN("mean"),
  ANY("any"),
  ALL("all"),
  /** The first position of the largest value. */
  ARGMAX("argmax"),
  /** The first position of the smallest value. */
  ARGMIN("argmin"),
  /** The logarithm of the sum of exponentials, without overflow. */
  LOGSUMEXP("logsumexp");

  private final String symbol;

  ReductionKind(String symbol) {
    this.symbol = symbol;
  }

  /** The name as written. */
  String symbol() {
    return symbol;
  }

  /** The reduction of this name. */
  static Optional<ReductionKind> named(String name) {
    return Arrays.stream(values()).filter(each -> each.symbol.equals(name)).findFirst();
  }

  /** The names of all. */
  static List<String> names() {
    return Arrays.stream(values()).map(ReductionKind::symbol).toList();
  }
}
