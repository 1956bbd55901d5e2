package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@link Directive.Unroll} of whole loops, and which are worth it. Each iteration is a copy of the
 * body with locals of its own; the nest stays as it was for loops of another length.
 */
final class LoopUnrolling {
  /** Copies of a body that a nest may have. */
  static final int MOST_COPIES = 32;

  /** Terms of a sum, which is a chain of operations either way. */
  static final long FEW_TERMS = 16;

  private final Directive.Unroll directive;
  private final LocalNames names;
  private Optional<Extent> extent = Optional.empty();

  private LoopUnrolling(Directive.Unroll directive, LocalNames names) {
    this.directive = directive;
    this.names = names;
  }

  static Stmt apply(LoopNest nest, Directive.Unroll directive) {
    if (directive.terms() > MOST_COPIES) {
      throw Scheduler.refusal(
          directive,
          "%s terms are too many to be written out, at most %s"
              .formatted(directive.terms(), MOST_COPIES));
    }
    return new LoopUnrolling(directive, LocalNames.of(nest.body())).guarded(nest.body(), List.of());
  }

  /**
   * Unrolls innermost loops of few iterations in scalar code, as long as there are not many copies.
   */
  static List<Directive> directives(LoopNest nest, List<Directive> before, CallShape shape) {
    List<Directive> directives = new ArrayList<>();
    if (before.stream().anyMatch(Directive.SplitBorders.class::isInstance)) {
      return directives; // Its parts of loops are of any length.
    }
    LoopNest scheduled = Scheduler.apply(nest, new Schedule(before));
    long copies = 1;
    Optional<Directive.Unroll> next = next(scheduled, copies, shape);
    while (next.isPresent()) {
      directives.add(next.get());
      copies *= next.get().terms();
      scheduled = Scheduler.apply(scheduled, new Schedule(List.of(next.get())));
      next = next(scheduled, copies, shape);
    }
    if (!directives.isEmpty() && before.stream().noneMatch(Directive.Tile.class::isInstance)) {
      // What all copies read at one place is read before the loops.
      directives.add(new Directive.Hoist());
    }
    return directives;
  }

  /**
   * Whether there is a choice in a loop over the index, of which copies would make as many, and
   * hoisting loops for each outcome of all.
   */
  private static boolean chooses(Stmt body, IndexVariable variable) {
    boolean[] found = {false};
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Loop loop && loop.variable().equals(variable)) {
            LoopWalk.values(loop.body(), value -> found[0] |= value instanceof Expr.Select);
          }
        });
    return found[0];
  }

  private static boolean isSum(Stmt.Loop loop) {
    boolean[] updates = {true};
    LoopWalk.statements(
        loop.body(),
        s ->
            updates[0] &=
                s instanceof Stmt.Update || s instanceof Stmt.Declare || s instanceof Stmt.Block);
    return updates[0];
  }

  /** An innermost loop that is worth copies, if there are not too many copies of it already. */
  private static Optional<Directive.Unroll> next(LoopNest nest, long copies, CallShape shape) {
    if (nest.isParallel()) {
      return Optional.empty();
    }
    return innermost(nest.body()).stream()
        .filter(loop -> isFew(loop, shape.value(loop.binding().extent()), copies))
        .filter(loop -> !chooses(nest.body(), loop.variable()))
        .map(
            loop ->
                new Directive.Unroll(loop.variable(), (int) shape.value(loop.binding().extent())))
        .filter(unroll -> Scheduler.isLegal(nest, unroll))
        .findFirst();
  }

  private static boolean isFew(Stmt.Loop loop, long iterations, long copies) {
    return iterations > 1
        && copies * iterations <= MOST_COPIES
        && (ShortRows.isShort(iterations) || (iterations <= FEW_TERMS && isSum(loop)));
  }

  /** The loops inside of others that have none inside. */
  private static List<Stmt.Loop> innermost(Stmt body) {
    List<Stmt.Loop> loops = new ArrayList<>();
    Stmt first = body;
    while (first instanceof Stmt.Guard(_, Stmt whenTrue, _)) {
      first = whenTrue;
    }
    LoopWalk.statements(
        first,
        outer -> {
          if (outer instanceof Stmt.Loop around) {
            LoopWalk.statements(
                around.body(),
                s -> {
                  if (s instanceof Stmt.Loop loop && !hasLoop(loop.body())) {
                    loops.add(loop);
                  }
                });
          }
        });
    return loops.stream().distinct().toList();
  }

  private static boolean hasLoop(Stmt body) {
    boolean[] found = {false};
    LoopWalk.statements(body, s -> found[0] |= s instanceof Stmt.Loop);
    return found[0];
  }

  /**
   * The copies, where the loops have as many iterations. What is guarded already goes on under its
   * conditions.
   */
  private Stmt guarded(Stmt body, List<Expr> conditions) {
    if (body instanceof Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse)) {
      List<Expr> more = new ArrayList<>(conditions);
      more.add(condition);
      return new Stmt.Guard(condition, guarded(whenTrue, more), whenFalse);
    }
    Stmt written = rewrite(body);
    Extent range =
        extent.orElseThrow(() -> refuse("there is no whole loop over " + directive.variable()));
    Expr isAsLong =
        new Expr.BinaryOp(
            BinaryOperator.EQUAL,
            new Expr.ExtentValue(range),
            LoopBounds.number(directive.terms()));
    return range.equals(new Extent.Fixed(directive.terms())) || conditions.contains(isAsLong)
        ? written
        : new Stmt.Guard(isAsLong, written, body);
  }

  private Stmt rewrite(Stmt stmt) {
    if (stmt instanceof Stmt.Loop loop && loop.variable().equals(directive.variable())) {
      if (!loop.isWhole() || loop.kind() != LoopKind.SEQUENTIAL) {
        throw refuse("the loop is not one over its whole range");
      }
      extent = Optional.of(loop.binding().extent());
      List<Stmt> copies = new ArrayList<>();
      for (long at = 0; at < directive.terms(); at++) {
        var place = new Relocation().put(directive.variable(), new Subscript.Affine(List.of(), at));
        copies.add(copy(loop.body(), place, new HashMap<>()));
      }
      return Stmt.sequence(copies);
    }
    Stmt result = LoopWalk.mapChildren(stmt, this::rewrite);
    return result instanceof Stmt.Block(List<Stmt> statements) ? Stmt.sequence(statements) : result;
  }

  private Stmt copy(Stmt stmt, Relocation place, Map<String, String> locals) {
    return switch (stmt) {
      case Stmt.Declare(String local, var type, Expr value) -> {
        Expr moved = value(value, place, locals);
        String own = names.unused(local);
        locals.put(local, own);
        yield new Stmt.Declare(own, type, moved);
      }
      case Stmt.Assign(String local, Expr value) ->
          new Stmt.Assign(locals.getOrDefault(local, local), value(value, place, locals));
      case Stmt.Update(String local, var operator, Expr value) ->
          new Stmt.Update(locals.getOrDefault(local, local), operator, value(value, place, locals));
      case Stmt.Store(Element target, Expr value) ->
          new Stmt.Store(element(target, place), value(value, place, locals));
      case Stmt.Accumulate(Element target, var operator, Expr value) ->
          new Stmt.Accumulate(element(target, place), operator, value(value, place, locals));
      case Stmt.Block(List<Stmt> statements) ->
          Stmt.sequence(statements.stream().map(s -> copy(s, place, locals)).toList());
      case Stmt.Loop _, Stmt.Guard _, Stmt.Outline _, Stmt.Barrier _ ->
          throw refuse("its body is more than plain statements");
    };
  }

  private Element element(Element element, Relocation place) {
    return relocated(() -> place.apply(element));
  }

  private Expr value(Expr value, Relocation place, Map<String, String> locals) {
    return renamed(relocated(() -> place.apply(value)), locals);
  }

  private static Expr renamed(Expr value, Map<String, String> locals) {
    return value instanceof Expr.Local(String name, var type, int lanes)
        ? new Expr.Local(locals.getOrDefault(name, name), type, lanes)
        : value.mapChildren(child -> renamed(child, locals));
  }

  private <T> T relocated(Supplier<T> place) {
    try {
      return place.get();
    } catch (Relocation.UnsupportedException e) {
      throw refuse("it reads along merged indices");
    }
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
