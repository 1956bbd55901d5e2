package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which inputs index other tensors, as {@code idx} in {@code T[idx[k], j]} and {@code T[idx[k] + 1,
 * j]}, and how many values they may therefore take, from 0.
 */
final class IndexRanges {
  private final RandomProgram drawn;
  private final Map<String, Long> ranges = new LinkedHashMap<>();

  private IndexRanges(RandomProgram drawn) {
    this.drawn = drawn;
  }

  /** The number of values of each input that is an index; at least 1. */
  static Map<String, Long> of(RandomProgram drawn) {
    var ranges = new IndexRanges(drawn);
    drawn.program().assignments().forEach(assignment -> ranges.collect(assignment.value()));
    return ranges.ranges;
  }

  private void collect(IndexExpr expression) {
    if (expression instanceof IndexExpr.Access(String tensor, List<Subscript> subscripts, _, _)) {
      for (int axis = 0; axis < subscripts.size(); axis++) {
        if (subscripts.get(axis) instanceof Subscript.Gather(IndexExpr index)) {
          index(index, drawn.value(drawn.program().typeOf(tensor).extents().get(axis)));
        }
      }
    }
    expression.children().forEach(this::collect);
  }

  private void index(IndexExpr index, long extent) {
    switch (index) {
      case IndexExpr.Cast(IndexExpr operand, _) -> index(operand, extent);
      case IndexExpr.Binary(
              BinaryOperator operator,
              IndexExpr left,
              IndexExpr.Literal(Object value, _))
          when operator == BinaryOperator.ADD && value instanceof Long shift && shift >= 0 ->
          index(left, extent - shift);
      case IndexExpr.Access access -> {
        if (input(access.tensor()).isPresent()) {
          ranges.merge(access.tensor(), Math.max(1, extent), Math::min);
        }
      }
      case IndexExpr.Literal _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Select _,
          IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _ -> {}
    }
  }

  private Optional<TensorDeclaration> input(String tensor) {
    return drawn.program().inputs().stream().filter(d -> d.name().equals(tensor)).findFirst();
  }
}
