package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whole-nest rules that no record can check alone: every loop variable and local is in scope and
 * bound once along a path, subscripts match ranks, types agree, the target is written and never
 * loaded.
 */
public final class LoopVerifier {
  private final LoopNest nest;
  private final List<String> violations = new ArrayList<>();

  private LoopVerifier(LoopNest nest) {
    this.nest = nest;
  }

  /** What is wrong with the nest; empty if nothing is. */
  public static List<String> verify(LoopNest nest) {
    var verifier = new LoopVerifier(nest);
    verifier.statement(nest.body(), Set.of(), new HashMap<>());
    return List.copyOf(verifier.violations);
  }

  /**
   * Throws if the nest is malformed.
   *
   * @throws AssertionError naming the stage that produced the nest, with the nest printed
   */
  public static LoopNest check(LoopNest nest, String stage) {
    List<String> found = verify(nest);
    if (!found.isEmpty()) {
      throw new AssertionError(
          "after " + stage + ": " + String.join("; ", found) + "\n" + LoopPrinter.print(nest));
    }
    return nest;
  }

  private void statement(Stmt stmt, Set<IndexVariable> loops, Map<String, ElementType> locals) {
    switch (stmt) {
      case Stmt.Block(List<Stmt> statements) -> {
        var inner = new HashMap<>(locals);
        for (Stmt s : statements) {
          statement(s, loops, inner);
        }
      }
      case Stmt.Loop loop -> {
        expect(loop.lower(), ElementType.I64, "lower bound", loops, locals);
        expect(loop.upper(), ElementType.I64, "upper bound", loops, locals);
        var inner = new HashSet<>(loops);
        if (!inner.add(loop.variable())) {
          violations.add("loop " + loop.variable() + " is nested in itself");
        }
        statement(loop.body(), inner, new HashMap<>(locals));
      }
      case Stmt.Store(Element target, Expr value) -> write(target, value, loops, locals);
      case Stmt.Accumulate(Element target, _, Expr value) -> write(target, value, loops, locals);
      case Stmt.Declare(String local, ElementType type, Expr value) -> {
        expect(value, type, "declaration of " + local, loops, locals);
        if (locals.put(local, type) != null) {
          violations.add("local " + local + " is declared twice");
        }
      }
      case Stmt.Assign(String local, Expr value) -> writeLocal(local, value, loops, locals);
      case Stmt.Update(String local, _, Expr value) -> writeLocal(local, value, loops, locals);
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        expect(condition, ElementType.BOOL, "condition", loops, locals);
        statement(whenTrue, loops, new HashMap<>(locals));
        statement(whenFalse, loops, new HashMap<>(locals));
      }
    }
  }

  private void write(
      Element target, Expr value, Set<IndexVariable> loops, Map<String, ElementType> locals) {
    element(target, loops);
    if (!target.positions().stream().allMatch(Position.Affine.class::isInstance)) {
      violations.add("write to a position that is not affine: " + target);
    }
    expect(value, nest.tensor(target.tensor()).type().elementType(), "store", loops, locals);
  }

  private void writeLocal(
      String local, Expr value, Set<IndexVariable> loops, Map<String, ElementType> locals) {
    ElementType type = locals.get(local);
    if (type == null) {
      violations.add("local " + local + " is written before it is declared");
    } else {
      expect(value, type, "assignment of " + local, loops, locals);
    }
  }

  private void expect(
      Expr value,
      ElementType type,
      String where,
      Set<IndexVariable> loops,
      Map<String, ElementType> locals) {
    if (value.elementType() != type) {
      violations.add(where + " of type " + type + " takes a value of type " + value.elementType());
    }
    value(value, loops, locals);
  }

  private void value(Expr expr, Set<IndexVariable> loops, Map<String, ElementType> locals) {
    switch (expr) {
      case Expr.Load(Element element, ElementType type) -> {
        element(element, loops);
        expr.children().forEach(index -> value(index, loops, locals));
        if (element.tensor().equals(nest.name())) {
          violations.add("the target is loaded: " + element);
        }
        if (nest.tensor(element.tensor()).type().elementType() != type) {
          violations.add("load of " + element + " as " + type);
        }
      }
      case Expr.Local(String name, ElementType type) -> {
        if (locals.get(name) != type) {
          violations.add("local " + name + " of type " + type + " is not in scope");
        }
      }
      case Expr.LoopValue(IndexVariable variable) -> inScope(variable, loops);
      case Expr.Constant _, Expr.ExtentValue _ -> {}
      case Expr.UnaryOp _, Expr.BinaryOp _, Expr.Call _, Expr.Cast _, Expr.Select _ ->
          expr.children().forEach(child -> value(child, loops, locals));
    }
  }

  private void element(Element element, Set<IndexVariable> loops) {
    int rank = nest.tensor(element.tensor()).type().rank();
    if (element.positions().size() != rank) {
      violations.add(element + " on a tensor of rank " + rank);
    }
    for (Position position : element.positions()) {
      switch (position) {
        case Position.Affine(Subscript.Affine form) ->
            form.terms().forEach(term -> inScope(term.variable(), loops));
        case Position.Bordered(Subscript.Affine form, _) ->
            form.terms().forEach(term -> inScope(term.variable(), loops));
        case Position.Gathered(Expr index, _) -> {
          if (!index.elementType().isInteger()) {
            violations.add("gather by a value of type " + index.elementType());
          }
        }
      }
    }
  }

  private void inScope(IndexVariable variable, Set<IndexVariable> loops) {
    if (!loops.contains(variable)) {
      violations.add("loop variable " + variable + " is not in scope");
    }
  }
}
