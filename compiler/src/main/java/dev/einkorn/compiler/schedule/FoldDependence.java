package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The variables that the loops inside of a body depend on, directly or by locals: {@code i} for a
 * body that computes {@code max[k](S[i,k])} before it stores {@code P[i,j]}. Loops over other
 * variables need not repeat them.
 */
final class FoldDependence {
  private final Map<String, Set<IndexVariable>> locals = new HashMap<>();
  private final Set<IndexVariable> ofLoops = new HashSet<>();

  private FoldDependence() {}

  static Set<IndexVariable> of(Stmt body) {
    var dependence = new FoldDependence();
    List<Stmt> statements = body instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(body);
    statements.forEach(dependence::add);
    return dependence.ofLoops;
  }

  /** Whether a value that the body computes depends on the variable, directly or by locals. */
  static boolean reaches(Stmt body, IndexVariable variable, Expr value) {
    var dependence = new FoldDependence();
    List<Stmt> statements = body instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(body);
    statements.forEach(dependence::add);
    Set<IndexVariable> used = new HashSet<>();
    LoopWalk.subexpressions(value, part -> dependence.collect(part, used));
    return used.contains(variable);
  }

  private void add(Stmt stmt) {
    Set<IndexVariable> used = new HashSet<>();
    LoopWalk.values(stmt, value -> collect(value, used));
    boolean[] loops = {false};
    LoopWalk.statements(
        stmt,
        s -> {
          loops[0] |= s instanceof Stmt.Loop;
          switch (s) {
            case Stmt.Declare(String local, _, _) -> write(local, used);
            case Stmt.Assign(String local, _) -> write(local, used);
            case Stmt.Update(String local, _, _) -> write(local, used);
            case Stmt.Block _,
                Stmt.Loop _,
                Stmt.Store _,
                Stmt.Accumulate _,
                Stmt.Barrier _,
                Stmt.Outline _,
                Stmt.Guard _ -> {}
          }
        });
    if (loops[0]) {
      ofLoops.addAll(used);
    }
  }

  private void write(String local, Set<IndexVariable> used) {
    locals.computeIfAbsent(local, _ -> new HashSet<>()).addAll(used);
  }

  private void collect(Expr value, Set<IndexVariable> used) {
    switch (value) {
      case Expr.Load(var element, _) -> {
        for (Position position : element.positions()) {
          switch (position) {
            case Position.Affine(Subscript.Affine form) ->
                form.terms().forEach(term -> used.add(term.variable()));
            case Position.Bordered(Subscript.Affine form, _) ->
                form.terms().forEach(term -> used.add(term.variable()));
            case Position.Merged(var digits, Subscript.Affine rest) -> {
              rest.terms().forEach(term -> used.add(term.variable()));
              digits.forEach(digit -> digit.at().terms().forEach(t -> used.add(t.variable())));
            }
            // Its value is one of the load's children.
            case Position.Gathered _ -> {}
          }
        }
      }
      case Expr.LoopValue(IndexVariable variable) -> used.add(variable);
      case Expr.Local(String name, _, _) -> used.addAll(locals.getOrDefault(name, Set.of()));
      case Expr.Constant _,
          Expr.ExtentValue _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ -> {}
    }
  }
}
