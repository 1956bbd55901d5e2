package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.FunctionRun;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** {@link Directive.Distribute}. */
final class LoopDistribution {
  private final LoopNest nest;
  private final Directive.Distribute directive;
  private final Set<String> names;
  private final List<Scratch> scratch;
  private final Optional<RowDistribution> rows;
  private boolean applied;

  private LoopDistribution(LoopNest nest, Directive.Distribute directive) {
    this.nest = nest;
    this.directive = directive;
    this.names = LoopBlocking.names(nest);
    this.scratch = new ArrayList<>(nest.scratch());
    this.rows = directive.over().map(_ -> new RowDistribution(nest, directive, names, scratch));
  }

  static LoopNest apply(LoopNest nest, Directive.Distribute directive) {
    var distribution = new LoopDistribution(nest, directive);
    Stmt body = distribution.rewrite(nest.body());
    if (!distribution.applied) {
      throw distribution.refuse(
          directive.over().isPresent()
              ? "no loop over %s has rows with functions that can wait"
                  .formatted(directive.variable())
              : "no loop over " + directive.variable() + " calls functions of its own");
    }
    return new LoopNest(nest.name(), nest.tensors(), nest.merged(), distribution.scratch, body);
  }

  /** How many different functions of their own the stores and folds of a body call. */
  static int calls(Stmt body) {
    Map<Expr, Expr> calls = new LinkedHashMap<>();
    for (Stmt stmt : straight(body)) {
      LoopWalk.mapOwnValues(stmt, value -> replace(value, calls, call -> call));
    }
    return calls.size();
  }

  /** Whether all that loops over a variable do is to store a function of what is read. */
  static boolean storesRuns(LoopNest nest, IndexVariable variable) {
    List<Stmt.Loop> loops = new ArrayList<>();
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop && loop.variable().equals(variable)) {
            loops.add(loop);
          }
        });
    return !loops.isEmpty()
        && loops.stream()
            .allMatch(
                loop -> {
                  List<Stmt> stores = straight(loop.body());
                  return stores.size() == 1
                      && FunctionRun.of(nest, loop.withBody(stores.getFirst())).isPresent();
                });
  }

  private Stmt rewrite(Stmt stmt) {
    if (stmt instanceof Stmt.Loop loop
        && loop.variable().equals(directive.variable())
        && loop.step().equals(Stmt.Step.ONE)) {
      if (rows.isPresent()) {
        Optional<Stmt> blocks = rows.get().of(loop);
        applied |= blocks.isPresent();
        return blocks.orElse(loop);
      }
      List<Stmt> stores = straight(loop.body());
      if (!stores.isEmpty() && calls(loop.body()) > 0) {
        applied = true;
        return distribute(loop, stores);
      }
    }
    return LoopWalk.mapChildren(stmt, this::rewrite);
  }

  /**
   * The stores of a straight body and what it folds into locals around it, with its own locals
   * replaced by their values; empty if it is not.
   */
  static List<Stmt> straight(Stmt body) {
    List<Stmt> statements = body instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(body);
    Map<String, Expr> values = new LinkedHashMap<>();
    List<Stmt> stores = new ArrayList<>();
    for (Stmt stmt : statements) {
      switch (stmt) {
        case Stmt.Declare(String local, _, Expr value) ->
            values.put(local, substituted(value, values));
        case Stmt.Store(Element target, Expr value) ->
            stores.add(new Stmt.Store(target, substituted(value, values)));
        case Stmt.Update(String local, ReductionOperator operator, Expr value)
            when !values.containsKey(local) ->
            stores.add(new Stmt.Update(local, operator, substituted(value, values)));
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
    Map<Expr, Expr> calls = new LinkedHashMap<>();
    UnaryOperator<Expr> compute =
        value -> {
          Expr.Call call = (Expr.Call) value;
          ElementType type = call.elementType();
          String name = LoopBlocking.unused(call.function().symbol() + "_value", names).name();
          scratch.add(
              new Scratch(
                  name, new TensorType(type, List.of(new Extent.Fixed(directive.size()))), false));
          Element element = new Element(name, List.of(new Position.Affine(place)));
          call(loop, block, call, element, loops);
          return new Expr.Load(element, type);
        };
    if (stores.size() == 1
        && stores.getFirst() instanceof Stmt.Store(Element target, Expr.Call call)
        && call.polynomial()
        && FunctionRun.isRun(nest, loop, target)) {
      Expr argument = replace(call.arguments().getFirst(), calls, compute);
      call(loop, block, new Expr.Call(call.function(), List.of(argument), true), target, loops);
    } else {
      List<Stmt> last = new ArrayList<>();
      for (Stmt store : stores) {
        last.add(LoopWalk.mapOwnValues(store, value -> replace(value, calls, compute)));
      }
      Stmt body = Stmt.sequence(last);
      // What is folded into a local around the loop cannot be in a method of its own.
      boolean folds = last.stream().anyMatch(Stmt.Update.class::isInstance);
      loops.add(folds ? within(loop, block, body) : part(loop, block, body));
    }
    return LoopBlocking.over(loop, block, directive.size()).withBody(Stmt.sequence(loops));
  }

  /**
   * Replaces the argument of a call by the function's value. It is stored there first, unless the
   * run takes it from where it is.
   */
  private void call(
      Stmt.Loop loop, IndexVariable block, Expr.Call call, Element place, List<Stmt> loops) {
    Stmt run = within(loop, block, new Stmt.Store(place, call));
    var known = new LoopNest(nest.name(), nest.tensors(), nest.merged(), scratch, run);
    if (FunctionRun.of(known, run).isEmpty()) {
      loops.add(part(loop, block, new Stmt.Store(place, call.arguments().getFirst())));
      Expr stored = new Expr.Load(place, call.elementType());
      Expr value = new Expr.Call(call.function(), List.of(stored), true);
      run = within(loop, block, new Stmt.Store(place, value));
    }
    loops.add(new Stmt.Outline(call.function().symbol() + "_" + nest.name(), run));
  }

  private Stmt part(Stmt.Loop loop, IndexVariable block, Stmt body) {
    return new Stmt.Outline("part_" + nest.name(), within(loop, block, body));
  }

  private Stmt within(Stmt.Loop loop, IndexVariable block, Stmt body) {
    return LoopBlocking.within(loop, block, directive.size()).withBody(body);
  }

  /**
   * The value with each call of a polynomial function replaced, once for equal calls, those in its
   * argument first.
   */
  static Expr withoutCalls(Expr value, Function<Expr.Call, Expr> replacement) {
    return replace(value, new LinkedHashMap<>(), call -> replacement.apply((Expr.Call) call));
  }

  /** The value with each function call replaced by what is made of it, once for equal calls. */
  static Expr replace(Expr value, Map<Expr, Expr> known, UnaryOperator<Expr> compute) {
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
              Expr.Rank _,
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
