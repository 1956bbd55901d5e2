package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * Types of reductions. An accumulator has its body's type: conditions are counted as {@code i64},
 * the mean of integers is an {@code f64}. A reduction is never weak, even over literals.
 */
final class ReductionTypes {
  private static final Typed UNKNOWN = new Typed.Unknown();

  private final SourceText source;
  private final Diagnostics diagnostics;
  private final Conversion conversion;
  private final Extents extents;

  ReductionTypes(
      SourceText source, Diagnostics diagnostics, Conversion conversion, Extents extents) {
    this.source = source;
    this.diagnostics = diagnostics;
    this.conversion = conversion;
    this.extents = extents;
  }

  /** The reduction of {@code body}, the typed form of the reduction's body. */
  Typed reduce(Term.Reduce reduce, Typed body) {
    if (body.isUnknown()) {
      return UNKNOWN;
    }
    List<IndexBinding> bindings =
        reduce.variables().stream()
            .map(each -> new IndexBinding(new IndexVariable(each.name()), extents.of(each)))
            .toList();
    if (bindings.isEmpty()) {
      return UNKNOWN;
    }
    Promotion type = body.promotion();
    return switch (reduce.kind()) {
      case SUM -> fold(reduce, bindings, ReductionOperator.SUM, body, type.arithmetic());
      case PRODUCT -> fold(reduce, bindings, ReductionOperator.PRODUCT, body, type.arithmetic());
      case MAX -> extremum(reduce, bindings, ReductionOperator.MAX, body);
      case MIN -> extremum(reduce, bindings, ReductionOperator.MIN, body);
      case MEAN -> mean(reduce, bindings, body);
      case ANY -> logical(reduce, bindings, ReductionOperator.ANY, body);
      case ALL -> logical(reduce, bindings, ReductionOperator.ALL, body);
    };
  }

  private Typed fold(
      Term.Reduce reduce,
      List<IndexBinding> bindings,
      ReductionOperator operator,
      Typed body,
      Promotion type) {
    return conversion
        .convert(body, type.element(), reduce.body().span())
        .map(each -> Typed.strong(new IndexExpr.Reduction(operator, bindings, each)))
        .orElse(UNKNOWN);
  }

  private Typed extremum(
      Term.Reduce reduce, List<IndexBinding> bindings, ReductionOperator operator, Typed body) {
    if (!body.promotion().element().isNumeric()) {
      diagnostics.error(
          ErrorCode.TYPE_MISMATCH,
          reduce.body().span(),
          operator.symbol() + " needs a number, found a condition",
          "of conditions, any[...] is the largest and all[...] the smallest");
      return UNKNOWN;
    }
    return fold(reduce, bindings, operator, body, body.promotion());
  }

  private Typed mean(Term.Reduce reduce, List<IndexBinding> bindings, Typed body) {
    ElementType type = body.promotion().floating().element();
    IndexExpr count =
        bindings.stream()
            .map(IndexBinding::extent)
            .map(ReductionTypes::value)
            .reduce((a, b) -> new IndexExpr.Binary(BinaryOperator.MULTIPLY, a, b))
            .orElseThrow();
    return conversion
        .convert(body, type, reduce.body().span())
        .map(each -> new IndexExpr.Reduction(ReductionOperator.SUM, bindings, each))
        .map(
            sum ->
                Typed.strong(
                    new IndexExpr.Binary(BinaryOperator.DIVIDE, sum, Conversion.cast(count, type))))
        .orElse(UNKNOWN);
  }

  private static IndexExpr value(Extent extent) {
    return new IndexExpr.ExtentValue(extent);
  }

  private Typed logical(
      Term.Reduce reduce, List<IndexBinding> bindings, ReductionOperator operator, Typed body) {
    Optional<IndexExpr> condition =
        TypeChecker.requireCondition(source, diagnostics, reduce.body(), body, operator.symbol());
    return condition
        .map(each -> Typed.strong(new IndexExpr.Reduction(operator, bindings, each)))
        .orElse(UNKNOWN);
  }
}
