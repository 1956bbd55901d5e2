package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * A loop that replaces neighbours in an array by a polynomial function of them, which is one call:
 *
 * {@snippet lang=text :
 * for c:
 *   z[r,c] = polynomial_exp(z[r,c])
 * }
 *
 * <p>A function is many operations, and a call of it that the target's compiler does not take in
 * costs more than all of them. So the function is called once for the run.
 */
public record FunctionRun(Stmt.Loop loop, Element element, Function function) {

  /** The run that a statement is, if it is one. */
  public static Optional<FunctionRun> of(LoopNest nest, Stmt stmt) {
    return stmt instanceof Stmt.Loop loop
            && loop.step().equals(Stmt.Step.ONE)
            && loop.body() instanceof Stmt.Store(Element target, Expr value)
            && isInPlace(target, value)
            && isRun(nest, loop, target)
        ? Optional.of(new FunctionRun(loop, target, ((Expr.Call) value).function()))
        : Optional.empty();
  }

  /** Whether what is stored is a polynomial function of what was there. */
  static boolean isInPlace(Element target, Expr value) {
    return value instanceof Expr.Call(_, List<Expr> arguments, boolean polynomial)
        && polynomial
        && arguments.getFirst() instanceof Expr.Load(Element element, ElementType type)
        && element.equals(target)
        && type.isFloating();
  }

  /** Whether the loop walks neighbours in an array. */
  public static boolean isRun(LoopNest nest, Stmt.Loop loop, Element element) {
    Layout layout = nest.tensor(element.tensor()).layout();
    if (layout.storage() != Layout.Storage.ARRAY || layout.unitAxis() == Layout.NO_AXIS) {
      return false;
    }
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      if (!(position instanceof Position.Affine(Subscript.Affine form))) {
        return false;
      }
      long step =
          form.terms().stream()
              .filter(term -> term.variable().equals(loop.variable()))
              .mapToLong(Subscript.Term::coefficient)
              .sum();
      if (step != (axis == layout.unitAxis() ? 1 : 0)) {
        return false;
      }
    }
    return true;
  }
}
