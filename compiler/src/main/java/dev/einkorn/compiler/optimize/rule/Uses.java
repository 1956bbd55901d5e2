package dev.einkorn.compiler.optimize.rule;

import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import java.util.ArrayList;
import java.util.List;

/** Where a program reads and writes a tensor. */
final class Uses {
  private Uses() {}

  /** The accesses of a tensor in a value. */
  static List<IndexExpr.Access> reads(IndexExpr value, String tensor) {
    List<IndexExpr.Access> reads = new ArrayList<>();
    if (value instanceof IndexExpr.Access access && access.tensor().equals(tensor)) {
      reads.add(access);
    }
    value.children().forEach(child -> reads.addAll(reads(child, tensor)));
    return reads;
  }

  /** How many statements write a tensor. */
  static long writes(IndexProgram program, String tensor) {
    return program.assignments().stream().filter(a -> a.target().equals(tensor)).count();
  }
}
