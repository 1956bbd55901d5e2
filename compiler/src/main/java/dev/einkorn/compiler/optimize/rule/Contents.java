package dev.einkorn.compiler.optimize.rule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexExpr;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a value consists of, for rules that weigh copying it.
 *
 * @param nodes how many nodes it has
 * @param reduces whether it folds or searches over an index
 * @param expensive whether it divides, raises to a power or calls a function
 * @param tensors the names of all that it reads
 */
record Contents(int nodes, boolean reduces, boolean expensive, Set<String> tensors) {

  static Contents of(IndexExpr expr) {
    int nodes = 1;
    boolean reduces = false;
    boolean expensive = false;
    Set<String> tensors = new LinkedHashSet<>();
    switch (expr) {
      case IndexExpr.Reduction _, IndexExpr.ArgumentReduction _ -> reduces = true;
      case IndexExpr.Call _ -> expensive = true;
      case IndexExpr.Binary(BinaryOperator operator, _, _) ->
          expensive = operator.mayFail() || operator == BinaryOperator.DIVIDE;
      case IndexExpr.Access access -> tensors.add(access.tensor());
      case IndexExpr.Literal _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Cast _,
          IndexExpr.Select _ -> {}
    }
    for (IndexExpr child : expr.children()) {
      Contents inside = of(child);
      nodes += inside.nodes;
      reduces |= inside.reduces;
      expensive |= inside.expensive;
      tensors.addAll(inside.tensors);
    }
    return new Contents(nodes, reduces, expensive, tensors);
  }
}
