package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexVariable;
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
 * costs more than all of them. So the function is called once for the run. Whole rows that go on in
 * each other are one run, too.
 *
 * @param loops the loop along the elements; around it the one over rows, if there are several
 */
public record FunctionRun(List<Stmt.Loop> loops, Element element, Function function) {
  public FunctionRun {
    loops = List.copyOf(loops);
  }

  /** The run that a statement is, if it is one. */
  public static Optional<FunctionRun> of(LoopNest nest, Stmt stmt) {
    if (stmt instanceof Stmt.Loop rows && rows.body() instanceof Stmt.Loop row) {
      return ofRow(nest, row)
          .filter(run -> areRuns(nest, rows, row, run.element()))
          .map(run -> new FunctionRun(List.of(rows, row), run.element(), run.function()));
    }
    return ofRow(nest, stmt);
  }

  private static Optional<FunctionRun> ofRow(LoopNest nest, Stmt stmt) {
    return stmt instanceof Stmt.Loop loop
            && loop.step().equals(Stmt.Step.ONE)
            && loop.body() instanceof Stmt.Store(Element target, Expr value)
            && isInPlace(target, value)
            && isRun(nest, loop, target)
        ? Optional.of(new FunctionRun(List.of(loop), target, ((Expr.Call) value).function()))
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

  /**
   * Whether two loops walk whole rows that go on in each other: the one around rows, the other one
   * the elements of a row.
   */
  public static boolean areRuns(LoopNest nest, Stmt.Loop rows, Stmt.Loop row, Element element) {
    TensorParameter tensor = nest.tensor(element.tensor());
    int along = tensor.layout().unitAxis();
    return rows.step().equals(Stmt.Step.ONE)
        && row.isWhole()
        && isRun(nest, row, element)
        && along > 0
        && tensor.type().extents().get(along).equals(row.binding().extent())
        && tensor.layout().joined().contains(along - 1)
        && walks(element, along, row.variable())
        && walks(element, along - 1, rows.variable());
  }

  /** Whether a step of the variable is one on the axis and none on another one. */
  private static boolean walks(Element element, int axis, IndexVariable variable) {
    for (int other = 0; other < element.positions().size(); other++) {
      if (other != axis && element.positions().get(other).dependsOn(variable)) {
        return false;
      }
    }
    return element.positions().get(axis) instanceof Position.Affine(Subscript.Affine form)
        && form.terms().contains(new Subscript.Term(variable, 1));
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
