package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Suggestions;

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
            "%s takes %s, found %d"
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
}
