package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Extent;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Walks over statements and values: what a statement contains, and the same statement with its
 * values rewritten.
 */
public final class LoopWalk {
  private LoopWalk() {}

  /** Calls {@code visit} for this statement and every statement inside it, outermost first. */
  public static void statements(Stmt stmt, Consumer<Stmt> visit) {
    visit.accept(stmt);
    switch (stmt) {
      case Stmt.Block(List<Stmt> inner) -> inner.forEach(s -> statements(s, visit));
      case Stmt.Loop loop -> statements(loop.body(), visit);
      case Stmt.Guard(_, Stmt whenTrue, Stmt whenFalse) -> {
        statements(whenTrue, visit);
        statements(whenFalse, visit);
      }
      case Stmt.Outline(_, Stmt body) -> statements(body, visit);
      case Stmt.Store _,
          Stmt.Accumulate _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Barrier _ -> {}
    }
  }

  /**
   * Calls {@code visit} for every value in this statement and its parts, operators before operands.
   */
  public static void values(Stmt stmt, Consumer<Expr> visit) {
    statements(
        stmt,
        s -> {
          switch (s) {
            case Stmt.Store(_, Expr value) -> subexpressions(value, visit);
            case Stmt.Accumulate(_, _, Expr value) -> subexpressions(value, visit);
            case Stmt.Declare(_, _, Expr value) -> subexpressions(value, visit);
            case Stmt.Assign(_, Expr value) -> subexpressions(value, visit);
            case Stmt.Update(_, _, Expr value) -> subexpressions(value, visit);
            case Stmt.Guard(Expr condition, _, _) -> subexpressions(condition, visit);
            case Stmt.Loop loop -> {
              subexpressions(loop.lower(), visit);
              subexpressions(loop.upper(), visit);
            }
            case Stmt.Block _, Stmt.Barrier _, Stmt.Outline _ -> {}
          }
        });
  }

  /** Calls {@code visit} for this value and every operand inside it. */
  public static void subexpressions(Expr expr, Consumer<Expr> visit) {
    visit.accept(expr);
    expr.children().forEach(child -> subexpressions(child, visit));
  }

  /** Calls {@code visit} for every extent of a loop or a value. */
  public static void extents(Stmt stmt, Consumer<Extent> visit) {
    statements(
        stmt,
        s -> {
          if (s instanceof Stmt.Loop loop) {
            visit.accept(loop.binding().extent());
          }
        });
    values(
        stmt,
        value -> {
          if (value instanceof Expr.ExtentValue(Extent extent)) {
            visit.accept(extent);
          }
        });
  }

  /**
   * The statement with {@code f} applied to the root of each of its own values, not those of
   * statements inside it.
   */
  public static Stmt mapOwnValues(Stmt stmt, UnaryOperator<Expr> f) {
    return switch (stmt) {
      case Stmt.Store(Element target, Expr value) -> new Stmt.Store(target, f.apply(value));
      case Stmt.Accumulate(Element target, var operator, Expr value) ->
          new Stmt.Accumulate(target, operator, f.apply(value));
      case Stmt.Declare(String local, var type, Expr value) ->
          new Stmt.Declare(local, type, f.apply(value));
      case Stmt.Assign(String local, Expr value) -> new Stmt.Assign(local, f.apply(value));
      case Stmt.Update(String local, var operator, Expr value) ->
          new Stmt.Update(local, operator, f.apply(value));
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) ->
          new Stmt.Guard(f.apply(condition), whenTrue, whenFalse);
      case Stmt.Block _, Stmt.Loop _, Stmt.Barrier _, Stmt.Outline _ -> stmt;
    };
  }

  /** The statement with {@code f} applied to each statement directly inside it. */
  public static Stmt mapChildren(Stmt stmt, UnaryOperator<Stmt> f) {
    return switch (stmt) {
      case Stmt.Block(List<Stmt> inner) -> new Stmt.Block(inner.stream().map(f).toList());
      case Stmt.Loop loop -> loop.withBody(f.apply(loop.body()));
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) ->
          new Stmt.Guard(condition, f.apply(whenTrue), f.apply(whenFalse));
      case Stmt.Outline(String name, Stmt body) -> new Stmt.Outline(name, f.apply(body));
      case Stmt.Store _,
          Stmt.Accumulate _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Barrier _ ->
          stmt;
    };
  }
}
