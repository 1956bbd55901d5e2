package dev.einkorn.compiler.check;

import java.util.ArrayList;
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
  ALL("all");

  /** Reductions of the language that are still to come. */
  static final List<String> UNSUPPORTED = List.of("argmax", "argmin", "logsumexp");

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

  /** The names of all, supported or not. */
  static List<String> names() {
    List<String> names = new ArrayList<>(UNSUPPORTED);
    Arrays.stream(values()).map(ReductionKind::symbol).forEach(names::add);
    return names;
  }
}
