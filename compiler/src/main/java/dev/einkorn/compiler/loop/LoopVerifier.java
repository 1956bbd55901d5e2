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
 * bound once along a path, subscripts match ranks, types agree, and of the target nothing is loaded
 * but what is stored there again.
 */
public final class LoopVerifier {
  private record Local(ElementType type, int lanes) {
    @Override
    public String toString() {
      return type + (lanes == 1 ? "" : "x" + lanes);
    }
  }

  private final LoopNest nest;
  private final Set<Element> stored = new HashSet<>();
  private final List<String> violations = new ArrayList<>();

  private LoopVerifier(LoopNest nest) {
    this.nest = nest;
    LoopWalk.statements(
        nest.body(),
        stmt -> {
          if (stmt instanceof Stmt.Store(Element target, _)) {
            stored.add(target);
          }
        });
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

  private void statement(Stmt stmt, Set<IndexVariable> loops, Map<String, Local> locals) {
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
        if (loop.step().size() < 1) {
          violations.add("loop " + loop.variable() + " steps by " + loop.step().size());
        }
        var inner = new HashSet<>(loops);
        if (!inner.add(loop.variable())) {
          violations.add("loop " + loop.variable() + " is nested in itself");
        }
        statement(loop.body(), inner, new HashMap<>(locals));
      }
      // A run is replaced in place by a function of it.
      case Stmt.Store(Element target, Expr value)
          when target.tensor().equals(nest.name()) && FunctionRun.isInPlace(target, value) ->
          element(target, loops);
      // What a symmetry makes equal is copied within the target.
      case Stmt.Store(Element target, Expr.Load(Element source, ElementType _))
          when target.tensor().equals(nest.name()) && isMirrored(target, source) -> {
        element(target, loops);
        element(source, loops);
      }
      case Stmt.Store(Element target, Expr value) -> write(target, value, loops, locals);
      case Stmt.Accumulate(Element target, _, Expr value) -> write(target, value, loops, locals);
      // A sum may begin with what it is added to.
      case Stmt.Declare(String local, ElementType type, Expr.Load(Element element, _))
          when element.tensor().equals(nest.name())
              && nest.tensor(nest.name()).type().elementType() == type -> {
        element(element, loops);
        declare(local, new Local(type, 1), locals);
      }
      case Stmt.Declare(String local, ElementType type, Expr value) -> {
        expect(value, type, "declaration of " + local, loops, locals);
        declare(local, new Local(type, value.lanes()), locals);
      }
      // A sum over blocks is taken up from the target.
      case Stmt.Assign(String local, Expr.Load(Element element, ElementType type))
          when element.tensor().equals(nest.name()) -> {
        element(element, loops);
        writeLocal(
            local,
            new Expr.Constant(type.isFloating() ? (Object) 0.0 : (Object) 0L, type),
            loops,
            locals);
      }
      case Stmt.Assign(String local, Expr value) -> writeLocal(local, value, loops, locals);
      case Stmt.Update(String local, _, Expr value) -> writeLocal(local, value, loops, locals);
      case Stmt.Barrier _ -> {}
      case Stmt.Outline(_, Stmt body) -> {
        statement(body, loops, new HashMap<>(locals));
        writesAround(body);
      }
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        expect(condition, ElementType.BOOL, "condition", loops, locals);
        statement(whenTrue, loops, new HashMap<>(locals));
        statement(whenFalse, loops, new HashMap<>(locals));
      }
    }
  }

  /** Whether one element is another one with the positions of two axes exchanged. */
  private boolean isMirrored(Element target, Element source) {
    return nest.symmetry().isPresent()
        && source.tensor().equals(target.tensor())
        && !source.equals(target)
        && source.positions().stream().allMatch(Position.Affine.class::isInstance)
        && Set.copyOf(source.positions()).equals(Set.copyOf(target.positions()));
  }

  /** A function cannot write the locals of the one that calls it. */
  private void writesAround(Stmt body) {
    Set<String> declared = new HashSet<>();
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Declare declare) {
            declared.add(declare.local());
          }
        });
    LoopWalk.statements(
        body,
        s -> {
          boolean outside =
              switch (s) {
                case Stmt.Assign(String local, _) -> !declared.contains(local);
                case Stmt.Update(String local, _, _) -> !declared.contains(local);
                case Stmt.Block _,
                    Stmt.Loop _,
                    Stmt.Store _,
                    Stmt.Accumulate _,
                    Stmt.Declare _,
                    Stmt.Guard _,
                    Stmt.Barrier _,
                    Stmt.Outline _ ->
                    false;
              };
          if (outside) {
            violations.add("a function writes a local around it: " + s);
          }
        });
  }

  private void write(
      Element target, Expr value, Set<IndexVariable> loops, Map<String, Local> locals) {
    element(target, loops);
    if (!target.positions().stream()
        .allMatch(p -> p instanceof Position.Affine || p instanceof Position.Merged)) {
      violations.add("write to a position that is not affine: " + target);
    }
    expect(value, nest.tensor(target.tensor()).type().elementType(), "store", loops, locals);
  }

  private void declare(String name, Local local, Map<String, Local> locals) {
    if (locals.put(name, local) != null) {
      violations.add("local " + name + " is declared twice");
    }
  }

  private void writeLocal(
      String local, Expr value, Set<IndexVariable> loops, Map<String, Local> locals) {
    Local declared = locals.get(local);
    if (declared == null) {
      violations.add("local " + local + " is written before it is declared");
    } else {
      expect(value, declared.type(), "assignment of " + local, loops, locals);
      if (value.lanes() != declared.lanes()) {
        violations.add(
            "local " + local + " of " + declared.lanes() + " lanes takes " + value.lanes());
      }
    }
  }

  private void expect(
      Expr value,
      ElementType type,
      String where,
      Set<IndexVariable> loops,
      Map<String, Local> locals) {
    if (value.elementType() != type) {
      violations.add(where + " of type " + type + " takes a value of type " + value.elementType());
    }
    value(value, loops, locals);
  }

  private void value(Expr expr, Set<IndexVariable> loops, Map<String, Local> locals) {
    switch (expr) {
      case Expr.Load(Element element, ElementType type) -> {
        element(element, loops);
        expr.children().forEach(index -> value(index, loops, locals));
        // A nest with scratch memory sums in blocks and takes up what it has stored.
        if (element.tensor().equals(nest.name())
            && nest.scratch().isEmpty()
            && !stored.contains(element)) {
          violations.add("the target is loaded: " + element);
        }
        if (nest.tensor(element.tensor()).type().elementType() != type) {
          violations.add("load of " + element + " as " + type);
        }
      }
      case Expr.VectorLoad(Element element, ElementType type, int lanes) -> {
        element(element, loops);
        if (nest.tensor(element.tensor()).type().elementType() != type) {
          violations.add("load of " + element + " as " + type);
        }
        if (Integer.bitCount(lanes) != 1) {
          violations.add("load of " + lanes + " lanes");
        }
      }
      case Expr.Contiguous(Element element, _, _) -> element(element, loops);
      case Expr.Broadcast(Expr scalar, _) -> {
        if (scalar.lanes() != 1) {
          violations.add("broadcast of a vector");
        }
        value(scalar, loops, locals);
      }
      case Expr.LaneReduction(_, Expr vector) -> value(vector, loops, locals);
      case Expr.Rank(_, Expr ranked) -> value(ranked, loops, locals);
      case Expr.ExactProduct(Expr left, Expr right) -> {
        sameLanes(expr);
        value(left, loops, locals);
        value(right, loops, locals);
      }
      case Expr.Local(String name, ElementType type, int lanes) -> {
        Local read = new Local(type, lanes);
        if (!read.equals(locals.get(name))) {
          violations.add("local " + name + " of type " + read + " is not in scope");
        }
      }
      case Expr.LoopValue(IndexVariable variable) -> inScope(variable, loops);
      case Expr.Constant _, Expr.ExtentValue _ -> {}
      case Expr.UnaryOp _, Expr.BinaryOp _, Expr.Call _, Expr.Cast _, Expr.Select _ -> {
        sameLanes(expr);
        expr.children().forEach(child -> value(child, loops, locals));
      }
    }
  }

  private void sameLanes(Expr expr) {
    if (expr.children().stream().mapToInt(Expr::lanes).distinct().count() > 1) {
      violations.add("operands of different lanes: " + LoopPrinter.print(expr));
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
        case Position.Merged(List<Position.Digit> digits, Subscript.Affine rest) -> {
          rest.terms().forEach(term -> inScope(term.variable(), loops));
          for (Position.Digit digit : digits) {
            digit.at().terms().forEach(term -> inScope(term.variable(), loops));
            if (nest.merged().stream().noneMatch(m -> isPart(m, digit))) {
              violations.add("no merged loop has the digit " + digit);
            }
          }
        }
        case Position.Gathered(Expr index, _) -> {
          if (!index.elementType().isInteger()) {
            violations.add("gather by a value of type " + index.elementType());
          }
        }
      }
    }
  }

  private static boolean isPart(MergedIndex merged, Position.Digit digit) {
    return merged.variable().equals(digit.merged())
        && merged.parts().stream().anyMatch(part -> part.variable().equals(digit.part()));
  }

  private void inScope(IndexVariable variable, Set<IndexVariable> loops) {
    if (!loops.contains(variable)) {
      violations.add("loop variable " + variable + " is not in scope");
    }
  }
}
