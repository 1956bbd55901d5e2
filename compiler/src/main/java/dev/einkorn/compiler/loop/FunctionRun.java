package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A loop that stores a polynomial function of neighbours in an array next to each other, which is
 * one call:
 *
 * {@snippet lang=text :
 * for c:
 *   z[r,c] = polynomial_exp(X[r,c] - m)
 * }
 *
 * <p>A function is many operations, and a call of it that the target's compiler does not take in
 * costs more than all of them. So the function is called once for the run. Whole rows that go on in
 * each other are one run, too. What a single element is multiplied by, and what is added to that,
 * the call takes with it, so that the argument is not stored first: where the target is not in a
 * cache, waiting for it and computing go on at the same time.
 *
 * @param loops the loop along the elements; around it the one over rows, if there are several
 */
public record FunctionRun(
    List<Stmt.Loop> loops, Element target, Function function, Argument argument) {
  public FunctionRun {
    loops = List.copyOf(loops);
  }

  /**
   * What the function is taken of: {@code source * factor + summand}, rounded once.
   *
   * @param factor the same for all elements; empty for 1
   * @param summand the same for all elements; empty for -0, which leaves all floats as they are
   */
  public record Argument(Element source, Optional<Expr> factor, Optional<Expr> summand) {
    /** What a value may be read as: either operand may be what lies side by side. */
    private static Stream<Argument> of(Expr value) {
      if (value instanceof Expr.UnaryOp(var operator, Expr operand)
          && operator == UnaryOperator.NEGATE) {
        return element(operand).map(term -> term.times(minusOne(operand)));
      }
      if (!(value instanceof Expr.BinaryOp(var operator, Expr left, Expr right))) {
        return element(value);
      }
      return switch (operator) {
        case ADD ->
            Stream.concat(
                element(left).map(term -> term.plus(right)),
                element(right).map(term -> term.plus(left)));
        case SUBTRACT ->
            Stream.concat(
                element(left).map(term -> term.plus(negated(right))),
                element(right).map(term -> term.times(minusOne(right)).plus(left)));
        case MULTIPLY ->
            Stream.concat(
                element(left).map(term -> term.times(right)),
                element(right).map(term -> term.times(left)));
        case DIVIDE,
            FLOOR_DIVIDE,
            REMAINDER,
            POWER,
            LESS,
            LESS_OR_EQUAL,
            GREATER,
            GREATER_OR_EQUAL,
            EQUAL,
            NOT_EQUAL,
            AND,
            OR ->
            Stream.empty();
      };
    }

    private static Stream<Argument> element(Expr value) {
      return value instanceof Expr.Load(Element source, ElementType type) && type.isFloating()
          ? Stream.of(new Argument(source, Optional.empty(), Optional.empty()))
          : Stream.empty();
    }

    private Argument times(Expr value) {
      return new Argument(source, Optional.of(value), summand);
    }

    private Argument plus(Expr value) {
      return new Argument(source, factor, Optional.of(value));
    }

    private static Expr minusOne(Expr like) {
      return new Expr.Constant(-1.0, like.elementType());
    }

    private static Expr negated(Expr value) {
      return new Expr.UnaryOp(UnaryOperator.NEGATE, value);
    }

    /** Whether this is what lies at the element. */
    public boolean isJust(Element element) {
      return source.equals(element) && factor.isEmpty() && summand.isEmpty();
    }

    private boolean isFixedAlong(IndexVariable variable) {
      boolean[] fixed = {true};
      Stream.of(factor, summand)
          .flatMap(Optional::stream)
          .forEach(value -> LoopWalk.subexpressions(value, e -> fixed[0] &= isFixed(e, variable)));
      return fixed[0];
    }

    /** Functions are left out, since they are runs of their own. */
    private static boolean isFixed(Expr value, IndexVariable variable) {
      boolean varies =
          (value instanceof Expr.Load(Element element, _) && element.dependsOn(variable))
              || (value instanceof Expr.LoopValue(var used) && used.equals(variable));
      return !varies
          && !(value instanceof Expr.Call call && call.polynomial())
          && value.lanes() == 1;
    }
  }

  /** The run that a statement is, if it is one. */
  public static Optional<FunctionRun> of(LoopNest nest, Stmt stmt) {
    if (stmt instanceof Stmt.Loop rows && rows.body() instanceof Stmt.Loop row) {
      return ofRow(nest, row)
          .filter(run -> areRuns(nest, rows, row, run.target()))
          .filter(run -> areRuns(nest, rows, row, run.argument().source()))
          .filter(run -> run.argument().isFixedAlong(rows.variable()))
          .map(run -> new FunctionRun(List.of(rows, row), run.target, run.function, run.argument));
    }
    return ofRow(nest, stmt);
  }

  private static Optional<FunctionRun> ofRow(LoopNest nest, Stmt stmt) {
    return stmt instanceof Stmt.Loop loop
            && loop.step().equals(Stmt.Step.ONE)
            && loop.body() instanceof Stmt.Store(Element target, Expr.Call call)
            && call.polynomial()
            && isRun(nest, loop, target)
        ? Argument.of(call.arguments().getFirst())
            .filter(argument -> isRun(nest, loop, argument.source()))
            .filter(argument -> argument.isFixedAlong(loop.variable()))
            .map(argument -> new FunctionRun(List.of(loop), target, call.function(), argument))
            .findFirst()
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
