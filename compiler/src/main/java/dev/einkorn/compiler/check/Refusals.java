package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.AstPrinter;
import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.IndexBinding;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.compiler.source.Suggestions;
import java.util.stream.Collectors;

/** The wording of errors about calls and reductions. */
final class Refusals {
  private Refusals() {}

  /** There is no function of this name. */
  static Diagnostic unknownFunction(Expression.Call call) {
    String name = call.name();
    Diagnostic refusal =
        Diagnostic.error(
            ErrorCode.UNKNOWN_FUNCTION, call.nameSpan(), "there is no function " + name);
    if (ReductionKind.names().contains(name)) {
      return Diagnostic.error(
              ErrorCode.UNKNOWN_FUNCTION,
              call.nameSpan(),
              name + " is a reduction and needs its indices in brackets")
          .withHint("write " + name + "[k](...) to reduce over k");
    }
    if (name.equals("bool")) {
      return refusal.withHint("compare with 0 to get a condition");
    }
    return Suggestions.hint(name, Callee.names()).map(refusal::withHint).orElse(refusal);
  }

  /** There is no reduction of this name. */
  static Diagnostic unknownReduction(Expression.Reduction reduction) {
    String name = reduction.name();
    Diagnostic refusal =
        Diagnostic.error(
            ErrorCode.UNKNOWN_FUNCTION, reduction.nameSpan(), "there is no reduction " + name);
    if (Callee.names().contains(name)) {
      return refusal.withHint(name + " is a function, which takes no indices in brackets");
    }
    return refusal.withHint(
        Suggestions.hint(name, ReductionKind.names())
            .orElse("the reductions are " + String.join(", ", ReductionKind.names())));
  }

  /** A function has too few or too many arguments. */
  static Diagnostic wrongArgumentCount(Callee callee, Expression.Call call) {
    String name = callee.symbol();
    Diagnostic refusal =
        Diagnostic.error(
            ErrorCode.WRONG_ARGUMENT_COUNT,
            call.span(),
            "%s takes %s, found %s"
                .formatted(name, arguments(callee.arity()), call.arguments().size()));
    if (callee == Callee.Special.SELECT) {
      return refusal.withHint("select(condition, valueWhereTrue, valueWhereFalse)");
    }
    boolean reduces = ReductionKind.named(name).isPresent() && call.arguments().size() == 1;
    return reduces ? refusal.withHint("write " + name + "[k](...) to reduce over k") : refusal;
  }

  private static String arguments(int count) {
    return count == 1 ? "1 argument" : count + " arguments";
  }

  /** Something other than an index stands on the left side. */
  static Diagnostic targetIndex(Expression expression, Span span) {
    if (SubscriptForm.isGather(expression)) {
      return Diagnostic.error(
              ErrorCode.INVALID_TARGET, span, "a gathered position cannot stand on the left side")
          .withHint(
              "select on the right side: O[i] = sum[k](select(%s == i, A[k], 0))"
                  .formatted(AstPrinter.print(expression)));
    }
    if (expression instanceof Expression.NumberLiteral literal && literal.integer()) {
      return Diagnostic.error(
              ErrorCode.INVALID_TARGET,
              span,
              "a position on the left side must be an index, not the constant " + literal.text())
          .withHint(
              "select on the right side: O[i] = select(i == %s, A[i], 0)"
                  .formatted(literal.text()));
    }
    return Diagnostic.error(
            ErrorCode.INVALID_TARGET, span, "an index on the left side must be a name")
        .withHint("write the shift on the right side: O[i] = A[i+1], not O[i-1] = A[i]");
  }

  /** A subscript is neither affine nor gathered. */
  static Diagnostic notAffine(Border border, Span span) {
    String rule = "an index must be a sum of indices times integers, such as 2*x + r - 1";
    Diagnostic refusal = Diagnostic.error(ErrorCode.NOT_AFFINE, span, rule);
    return border == Border.NONE
        ? refusal.withHint("other positions are gathered: A[p[i]] with p a tensor of integers")
        : refusal.withHint(
            "no other positions can be written inside of %s(...)".formatted(border.symbol()));
  }

  /** A border has a gathered subscript. */
  static Diagnostic gatherInBorder(Expression expression, Border border, String axis, Span span) {
    String text = AstPrinter.print(expression);
    return Diagnostic.error(
            ErrorCode.NOT_AFFINE,
            span,
            "%s(...) takes affine indices only, but %s is gathered"
                .formatted(border.symbol(), text))
        .withHint(
            "bring the position into range: max(0, min(%s, extent(%s) - 1))".formatted(text, axis));
  }

  /** The argument of a border is not an access. */
  static Diagnostic notAnAccess(Expression.Call call) {
    return Diagnostic.error(
            call.arguments().size() == 1
                ? ErrorCode.INVALID_ARGUMENT
                : ErrorCode.WRONG_ARGUMENT_COUNT,
            call.span(),
            "%s needs an access to a tensor with indices as its one argument"
                .formatted(call.name()))
        .withHint("write it around the access alone: %s(A[i-1])".formatted(call.name()));
  }

  /** The arguments of {@code extent} are not a tensor and an axis. */
  static Diagnostic notAnExtent(Expression.Call call) {
    return Diagnostic.error(
            call.arguments().size() == 2
                ? ErrorCode.INVALID_ARGUMENT
                : ErrorCode.WRONG_ARGUMENT_COUNT,
            call.span(),
            "extent needs the name of a tensor and the number of an axis")
        .withHint("write extent(A, 0) for the extent of the first axis of A");
  }

  /** A condition of a reduction contains none of its indices. */
  static Diagnostic conditionOnNothing(Expression.Reduction reduction, Span span) {
    return Diagnostic.error(
            ErrorCode.INVALID_WHERE,
            span,
            "the condition contains no index of this "
                + reduction.name()
                + (reduction.indices().size() == 1 ? ", which is " : ", which are ")
                + reduction.indices().stream()
                    .map(IndexBinding::name)
                    .collect(Collectors.joining(" and ")))
        .withHint("write select(condition, %s[...](...), 0)".formatted(reduction.name()));
  }
}
