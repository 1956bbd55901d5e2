package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.ArgumentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Types of reductions. An accumulator has its body's type: conditions are counted as {@code i64},
 * the mean of integers is an {@code f64}. A reduction is never weak, even over literals. Positions
 * that a {@code where} leaves out count as the operator's identity.
 */
final class ReductionTypes {
  private static final Typed UNKNOWN = new Typed.Unknown();

  private final SourceText source;
  private final Diagnostics diagnostics;
  private final Conversion conversion;
  private final Extents extents;

  /** The names of indices that are taken in the statement. */
  private final Set<String> names = new HashSet<>();

  ReductionTypes(
      SourceText source,
      Diagnostics diagnostics,
      Conversion conversion,
      ResolvedStatement statement,
      Extents extents) {
    this.source = source;
    this.diagnostics = diagnostics;
    this.conversion = conversion;
    this.extents = extents;
    statement.places().keySet().forEach(each -> names.add(each.name()));
  }

  /**
   * The reduction of {@code body}, the typed form of the reduction's body.
   *
   * @param condition which positions take part, if not all
   */
  Typed reduce(Term.Reduce reduce, Typed body, Optional<IndexExpr> condition) {
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
    Range range = new Range(bindings, condition);
    Promotion type = body.promotion();
    return switch (reduce.kind()) {
      case SUM -> fold(reduce, range, ReductionOperator.SUM, body, type.arithmetic());
      case PRODUCT -> fold(reduce, range, ReductionOperator.PRODUCT, body, type.arithmetic());
      case MAX -> extremum(reduce, range, ReductionOperator.MAX, body);
      case MIN -> extremum(reduce, range, ReductionOperator.MIN, body);
      case MEAN -> mean(reduce, range, body);
      case ANY -> logical(reduce, range, ReductionOperator.ANY, body);
      case ALL -> logical(reduce, range, ReductionOperator.ALL, body);
      case ARGMAX -> argument(reduce, range, ArgumentOperator.ARGMAX, body);
      case ARGMIN -> argument(reduce, range, ArgumentOperator.ARGMIN, body);
      case LOGSUMEXP -> logSumExp(reduce, range, body);
    };
  }

  /** What a reduction is over. */
  private record Range(List<IndexBinding> bindings, Optional<IndexExpr> condition) {

    /** The fold of the positions that take part; the others count as the operator's identity. */
    IndexExpr fold(ReductionOperator operator, IndexExpr body) {
      IndexExpr selected =
          condition
              .map(
                  each ->
                      (IndexExpr)
                          new IndexExpr.Select(each, body, identity(operator, body.elementType())))
              .orElse(body);
      return new IndexExpr.Reduction(operator, bindings, selected);
    }

    Range renamed(Renaming renaming) {
      return new Range(renaming.of(bindings), condition.map(renaming::of));
    }
  }

  private static IndexExpr identity(ReductionOperator operator, ElementType type) {
    return switch (operator) {
      case SUM -> number(0, type);
      case PRODUCT -> number(1, type);
      case MAX -> extreme(Double.NEGATIVE_INFINITY, Integer.MIN_VALUE, Long.MIN_VALUE, type);
      case MIN -> extreme(Double.POSITIVE_INFINITY, Integer.MAX_VALUE, Long.MAX_VALUE, type);
      case ANY -> IndexExpr.Literal.of(false);
      case ALL -> IndexExpr.Literal.of(true);
    };
  }

  private static IndexExpr number(long value, ElementType type) {
    return extreme((double) value, value, value, type);
  }

  private static IndexExpr extreme(double real, long small, long large, ElementType type) {
    return switch (type) {
      case F32, F64 -> IndexExpr.Literal.of(real, type);
      case I32 -> IndexExpr.Literal.of(small, type);
      case I64 -> IndexExpr.Literal.of(large, type);
      case BOOL -> throw new IllegalArgumentException("a number of type bool");
    };
  }

  private Typed fold(
      Term.Reduce reduce, Range range, ReductionOperator operator, Typed body, Promotion type) {
    return conversion
        .convert(body, type.element(), reduce.body().span())
        .map(each -> Typed.strong(range.fold(operator, each)))
        .orElse(UNKNOWN);
  }

  private Typed extremum(Term.Reduce reduce, Range range, ReductionOperator operator, Typed body) {
    return isNumber(reduce, body) ? fold(reduce, range, operator, body, body.promotion()) : UNKNOWN;
  }

  private boolean isNumber(Term.Reduce reduce, Typed body) {
    if (body.promotion().element().isNumeric()) {
      return true;
    }
    diagnostics.error(
        ErrorCode.TYPE_MISMATCH,
        reduce.body().span(),
        reduce.kind().symbol() + " needs a number, found a condition",
        switch (reduce.kind()) {
          case MAX, MIN -> "of conditions, any[...] is the largest and all[...] the smallest";
          case ARGMAX, ARGMIN -> "write i32(...) around the condition for 0 and 1";
          case SUM, PRODUCT, MEAN, ANY, ALL, LOGSUMEXP -> "compare the other way round";
        });
    return false;
  }

  private Typed argument(Term.Reduce reduce, Range range, ArgumentOperator operator, Typed body) {
    if (!isNumber(reduce, body)) {
      return UNKNOWN;
    }
    IndexExpr condition = range.condition().orElse(IndexExpr.Literal.of(true));
    return conversion
        .convert(body, body.promotion().element(), reduce.body().span())
        .map(
            each ->
                Typed.strong(
                    new IndexExpr.ArgumentReduction(operator, range.bindings(), condition, each)))
        .orElse(UNKNOWN);
  }

  /** The mean of no position is nan, as 0/0 is. */
  private Typed mean(Term.Reduce reduce, Range range, Typed body) {
    ElementType type = body.promotion().floating().element();
    IndexExpr count = count(range, type);
    return conversion
        .convert(body, type, reduce.body().span())
        .map(each -> range.fold(ReductionOperator.SUM, each))
        .map(sum -> Typed.strong(new IndexExpr.Binary(BinaryOperator.DIVIDE, sum, count)))
        .orElse(UNKNOWN);
  }

  /** The number of positions that take part. */
  private static IndexExpr count(Range range, ElementType type) {
    if (range.condition().isPresent()) {
      IndexExpr ones = range.fold(ReductionOperator.SUM, number(1, ElementType.I64));
      return Conversion.cast(ones, type);
    }
    List<IndexExpr> extents = new ArrayList<>();
    long fixed = 1;
    for (IndexBinding binding : range.bindings()) {
      switch (binding.extent()) {
        case Extent.Fixed(long value) -> fixed = fixed * value;
        case Extent.Symbolic _ -> extents.add(new IndexExpr.ExtentValue(binding.extent()));
      }
    }
    if (extents.isEmpty()) {
      return number(fixed, type);
    }
    if (fixed != 1) {
      extents.add(number(fixed, ElementType.I64));
    }
    return Conversion.cast(
        extents.stream()
            .reduce((a, b) -> new IndexExpr.Binary(BinaryOperator.MULTIPLY, a, b))
            .orElseThrow(),
        type);
  }

  /**
   * With {@code m} the maximum of {@code e}: {@code select(abs(m) == inf, m, m + log(sum[k](exp(e -
   * m))))}. The maximum has variables of its own, because it stands inside of the sum too.
   */
  private Typed logSumExp(Term.Reduce reduce, Range range, Typed body) {
    ElementType type = body.promotion().arithmetic().floating().element();
    Optional<IndexExpr> exponent = conversion.convert(body, type, reduce.body().span());
    if (exponent.isEmpty()) {
      return UNKNOWN;
    }
    Map<IndexVariable, IndexVariable> fresh = new LinkedHashMap<>();
    range.bindings().forEach(each -> fresh.put(each.variable(), fresh(each.variable())));
    Renaming renaming = new Renaming(fresh);
    IndexExpr most =
        range.renamed(renaming).fold(ReductionOperator.MAX, renaming.of(exponent.get()));
    IndexExpr term =
        call(Function.EXP, new IndexExpr.Binary(BinaryOperator.SUBTRACT, exponent.get(), most));
    IndexExpr isInfinite =
        new IndexExpr.Binary(
            BinaryOperator.EQUAL,
            call(Function.ABS, most),
            IndexExpr.Literal.of(Double.POSITIVE_INFINITY, type));
    IndexExpr finite =
        new IndexExpr.Binary(
            BinaryOperator.ADD, most, call(Function.LOG, range.fold(ReductionOperator.SUM, term)));
    return Typed.strong(new IndexExpr.Select(isInfinite, most, finite));
  }

  private static IndexExpr call(Function function, IndexExpr argument) {
    return new IndexExpr.Call(function, List.of(argument));
  }

  private IndexVariable fresh(IndexVariable variable) {
    String name = variable.name();
    for (int n = 2; !names.add(name); n++) {
      name = variable.name() + "_" + n;
    }
    return new IndexVariable(name);
  }

  private Typed logical(Term.Reduce reduce, Range range, ReductionOperator operator, Typed body) {
    Optional<IndexExpr> value =
        TypeChecker.requireCondition(source, diagnostics, reduce.body(), body, operator.symbol());
    return value.map(each -> Typed.strong(range.fold(operator, each))).orElse(UNKNOWN);
  }
}
