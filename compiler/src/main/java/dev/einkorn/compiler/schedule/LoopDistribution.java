package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** {@link Directive.Distribute}. */
final class LoopDistribution {
  private final LoopNest nest;
  private final Directive.Distribute directive;
  private final Set<String> names;
  private final LocalNames locals;
  private final List<Scratch> scratch;
  private boolean applied;

  private LoopDistribution(LoopNest nest, Directive.Distribute directive) {
    this.nest = nest;
    this.directive = directive;
    this.names = LoopBlocking.names(nest);
    this.locals = LocalNames.of(nest.body());
    this.scratch = new ArrayList<>(nest.scratch());
  }

  static LoopNest apply(LoopNest nest, Directive.Distribute directive) {
    var distribution = new LoopDistribution(nest, directive);
    Stmt body = distribution.rewrite(nest.body());
    if (!distribution.applied) {
      throw distribution.refuse(
          "no loop over " + directive.variable() + " calls several functions of its own");
    }
    return new LoopNest(nest.name(), nest.tensors(), nest.merged(), distribution.scratch, body);
  }

  /** How many loops the directive makes of the innermost loop of a body. */
  static int calls(Stmt body) {
    Map<Expr, Expr> calls = new LinkedHashMap<>();
    for (Stmt stmt : straight(body)) {
      LoopWalk.mapOwnValues(stmt, value -> replace(value, calls, call -> call));
    }
    return calls.size();
  }

  private Stmt rewrite(Stmt stmt) {
    if (stmt instanceof Stmt.Loop loop
        && loop.variable().equals(directive.variable())
        && loop.step().equals(Stmt.Step.ONE)) {
      List<Stmt> stores = straight(loop.body());
      if (!stores.isEmpty() && calls(loop.body()) > 1) {
        applied = true;
        return distribute(loop, stores);
      }
    }
    return LoopWalk.mapChildren(stmt, this::rewrite);
  }

  /**
   * The stores of a straight body, with its locals replaced by their values; empty if it is not.
   */
  private static List<Stmt> straight(Stmt body) {
    List<Stmt> statements = body instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(body);
    Map<String, Expr> values = new LinkedHashMap<>();
    List<Stmt> stores = new ArrayList<>();
    for (Stmt stmt : statements) {
      switch (stmt) {
        case Stmt.Declare(String local, _, Expr value) ->
            values.put(local, substituted(value, values));
        case Stmt.Store(Element target, Expr value) ->
            stores.add(new Stmt.Store(target, substituted(value, values)));
        case Stmt.Block _,
            Stmt.Loop _,
            Stmt.Accumulate _,
            Stmt.Assign _,
            Stmt.Update _,
            Stmt.Guard _,
            Stmt.Barrier _,
            Stmt.Outline _ -> {
          return List.of();
        }
      }
    }
    return stores;
  }

  private static Expr substituted(Expr value, Map<String, Expr> values) {
    return value instanceof Expr.Local(String name, _, _) && values.containsKey(name)
        ? values.get(name)
        : value.mapChildren(child -> substituted(child, values));
  }

  private Stmt distribute(Stmt.Loop loop, List<Stmt> stores) {
    IndexVariable block = LoopBlocking.unused(loop.variable() + "_block", names);
    Subscript.Affine place =
        new Subscript.Affine(
            List.of(new Subscript.Term(loop.variable(), 1), new Subscript.Term(block, -1)), 0);
    List<Stmt> loops = new ArrayList<>();
    int[] left = {calls(loop.body())};
    Map<Expr, Expr> calls = new LinkedHashMap<>();
    List<Stmt> last = new ArrayList<>();
    UnaryOperator<Expr> compute =
        call -> {
          ElementType type = call.elementType();
          String stem = ((Expr.Call) call).function().symbol() + "_value";
          if (--left[0] == 0) {
            String local = locals.unused(stem);
            last.add(new Stmt.Declare(local, type, call));
            return new Expr.Local(local, type);
          }
          String name = LoopBlocking.unused(stem, names).name();
          scratch.add(
              new Scratch(
                  name, new TensorType(type, List.of(new Extent.Fixed(directive.size()))), false));
          Element element = new Element(name, List.of(new Position.Affine(place)));
          loops.add(part(loop, block, new Stmt.Store(element, call)));
          return new Expr.Load(element, type);
        };
    for (Stmt store : stores) {
      last.add(LoopWalk.mapOwnValues(store, value -> replace(value, calls, compute)));
    }
    // The last call is declared after stores that need no call; locals come before all of them.
    List<Stmt> ordered =
        new ArrayList<>(last.stream().filter(Stmt.Declare.class::isInstance).toList());
    last.stream().filter(s -> !(s instanceof Stmt.Declare)).forEach(ordered::add);
    loops.add(part(loop, block, Stmt.sequence(ordered)));
    return LoopBlocking.over(loop, block, directive.size()).withBody(Stmt.sequence(loops));
  }

  private Stmt part(Stmt.Loop loop, IndexVariable block, Stmt body) {
    return new Stmt.Outline(
        "part_" + nest.name(), LoopBlocking.within(loop, block, directive.size()).withBody(body));
  }

  /** The value with each function call replaced by what is made of it, once for equal calls. */
  private static Expr replace(Expr value, Map<Expr, Expr> known, UnaryOperator<Expr> compute) {
    Expr inside =
        switch (value) {
          // What is not always needed is computed where it is.
          case Expr.Select(Expr condition, Expr whenTrue, Expr whenFalse) ->
              new Expr.Select(replace(condition, known, compute), whenTrue, whenFalse);
          case Expr.BinaryOp(var operator, Expr left, Expr right)
              when operator.kind() == BinaryOperator.Kind.LOGICAL ->
              new Expr.BinaryOp(operator, replace(left, known, compute), right);
          case Expr.Load _,
              Expr.VectorLoad _,
              Expr.Broadcast _,
              Expr.LaneReduction _,
              Expr.ExactProduct _,
              Expr.Contiguous _,
              Expr.Local _,
              Expr.Constant _,
              Expr.LoopValue _,
              Expr.ExtentValue _,
              Expr.UnaryOp _,
              Expr.BinaryOp _,
              Expr.Call _,
              Expr.Cast _ ->
              value.mapChildren(child -> replace(child, known, compute));
        };
    if (!(inside instanceof Expr.Call call) || !call.polynomial()) {
      return inside;
    }
    Expr replaced = known.get(inside);
    if (replaced == null) {
      replaced = compute.apply(inside);
      known.put(inside, replaced);
    }
    return replaced;
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
