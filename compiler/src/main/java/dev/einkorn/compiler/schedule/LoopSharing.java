package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.MergedIndex;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@link Directive.Parallel}: workers share out the iterations of the loops over a variable. */
final class LoopSharing {
  private final LoopNest nest;
  private final Directive.Parallel directive;
  // What the nest writes and all workers see.
  private final Set<String> written = new LinkedHashSet<>();
  // What each worker has for itself.
  private final Set<String> own = new HashSet<>();

  /** Which iterations a worker has: equal shares are the same for each worker. */
  private record Share(Expr lower, Expr upper, Stmt.Step step) {
    static Share of(Stmt.Loop loop) {
      return new Share(loop.lower(), loop.upper(), loop.step());
    }
  }

  private LoopSharing(LoopNest nest, Directive.Parallel directive) {
    this.nest = nest;
    this.directive = directive;
    nest.scratch().stream().filter(memory -> !memory.shared()).map(Scratch::name).forEach(own::add);
    LoopWalk.statements(nest.body(), s -> written(s).map(Element::tensor).ifPresent(written::add));
    written.removeAll(own);
  }

  static LoopNest apply(LoopNest nest, Directive.Parallel directive) {
    var sharing = new LoopSharing(nest, directive);
    if (nest.isParallel()) {
      throw sharing.refuse("workers share out a loop already");
    }
    if (!sharing.isShared(nest.body())) {
      throw sharing.refuse("there is no loop over " + directive.variable());
    }
    sharing.checkOutside(nest.body());
    sharing.loops(nest.body()).forEach(sharing::checkInside);
    return nest.withBody(sharing.rewrite(nest.body()));
  }

  private static Optional<Element> written(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Store(Element target, _) -> Optional.of(target);
      case Stmt.Accumulate(Element target, _, _) -> Optional.of(target);
      case Stmt.Block _,
          Stmt.Loop _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Guard _,
          Stmt.Barrier _,
          Stmt.Outline _ ->
          Optional.empty();
    };
  }

  private List<Stmt.Loop> loops(Stmt stmt) {
    List<Stmt.Loop> loops = new ArrayList<>();
    LoopWalk.statements(
        stmt,
        s -> {
          if (s instanceof Stmt.Loop loop && loop.variable().equals(directive.variable())) {
            loops.add(loop);
          }
        });
    return loops;
  }

  private boolean isShared(Stmt stmt) {
    return !loops(stmt).isEmpty();
  }

  /** Nothing that others see is written, or read from what one worker has written, by all. */
  private void checkOutside(Stmt stmt) {
    if (stmt instanceof Stmt.Loop loop && loop.variable().equals(directive.variable())) {
      return;
    }
    Optional<Element> target = written(stmt);
    if (target.isPresent() && !own.contains(target.get().tensor())) {
      throw refuse(target.get() + " is written outside of the loops over " + directive.variable());
    }
    LoopWalk.mapOwnValues(
        stmt,
        value -> {
          LoopWalk.subexpressions(value, this::checkOutside);
          return value;
        });
    LoopWalk.mapChildren(
        stmt,
        inner -> {
          checkOutside(inner);
          return inner;
        });
  }

  private void checkOutside(Expr value) {
    element(value)
        .filter(element -> written.contains(element.tensor()) || own.contains(element.tensor()))
        .ifPresent(
            element -> {
              throw refuse(element + " is read outside of the loops over " + directive.variable());
            });
  }

  private static Optional<Element> element(Expr value) {
    return switch (value) {
      case Expr.Load(Element element, _) -> Optional.of(element);
      case Expr.VectorLoad(Element element, _, _) -> Optional.of(element);
      case Expr.Local _,
          Expr.Contiguous _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Constant _,
          Expr.LoopValue _,
          Expr.ExtentValue _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ ->
          Optional.empty();
    };
  }

  /** Each iteration of a loop writes elements and locals of its own. */
  private void checkInside(Stmt.Loop loop) {
    Set<String> declared = new HashSet<>();
    Set<String> writtenHere = new HashSet<>();
    LoopWalk.statements(
        loop.body(),
        s -> {
          written(s).map(Element::tensor).ifPresent(writtenHere::add);
          switch (s) {
            case Stmt.Declare(String local, _, _) -> declared.add(local);
            case Stmt.Assign(String local, _) -> checkLocal(local, declared);
            case Stmt.Update(String local, _, _) -> checkLocal(local, declared);
            case Stmt.Store(Element target, _) -> checkOwn(target, loop);
            case Stmt.Accumulate(Element target, _, _) -> {
              checkOwn(target, loop);
              checkOnce(target, loop);
            }
            case Stmt.Barrier _ -> throw refuse("workers meet inside of the loop");
            case Stmt.Block _, Stmt.Loop _, Stmt.Guard _, Stmt.Outline _ -> {}
          }
        });
    LoopWalk.values(
        loop.body(),
        value ->
            element(value)
                .filter(element -> writtenHere.contains(element.tensor()))
                .ifPresent(
                    element -> {
                      checkOwn(element, loop);
                      checkOnce(element, loop);
                    }));
  }

  private void checkLocal(String local, Set<String> declared) {
    if (!declared.contains(local)) {
      throw refuse("iterations share the local " + local);
    }
  }

  private void checkOwn(Element element, Stmt.Loop loop) {
    if (!own.contains(element.tensor()) && !isOwn(element, loop)) {
      throw refuse("iterations share the element " + element);
    }
  }

  /** Iterations of a clamped loop may overlap, which only plain stores survive. */
  private void checkOnce(Element element, Stmt.Loop loop) {
    if (!own.contains(element.tensor()) && loop.step().clamped()) {
      throw refuse("two iterations may accumulate into " + element);
    }
  }

  /** Whether different iterations have different elements. */
  private static boolean isWithin(Subscript.Affine form, Stmt.Loop loop) {
    return form.terms().equals(List.of(new Subscript.Term(loop.variable(), 1)))
        && form.constant() >= 0
        && form.constant() < loop.step().size();
  }

  private boolean isOwn(Element element, Stmt.Loop loop) {
    List<Stmt.Loop> ofBlock = new ArrayList<>();
    LoopWalk.statements(
        loop.body(),
        s -> {
          if (s instanceof Stmt.Loop inner && LoopBlocking.isWithin(inner, loop)) {
            ofBlock.add(inner);
          }
        });
    // Each block of a blocked loop has its own values.
    if (element.positions().stream()
        .anyMatch(
            position ->
                position instanceof Position.Affine(Subscript.Affine form)
                    && ofBlock.stream().anyMatch(inner -> isWithin(form, inner)))) {
      return true;
    }
    for (Position position : element.positions()) {
      if (position instanceof Position.Affine(Subscript.Affine form) && isWithin(form, loop)) {
        return true;
      }
    }
    for (MergedIndex merged : nest.merged()) {
      if (merged.variable().equals(loop.variable())) {
        Set<IndexVariable> parts = new HashSet<>();
        element.positions().forEach(position -> parts.addAll(plainParts(position, loop)));
        return parts.containsAll(merged.parts().stream().map(IndexBinding::variable).toList());
      }
    }
    return false;
  }

  /** The part of a merged index that a position is equal to, if it is. */
  private static List<IndexVariable> plainParts(Position position, Stmt.Loop loop) {
    return position instanceof Position.Merged(List<Position.Digit> digits, Subscript.Affine rest)
            && digits.size() == 1
            && digits.getFirst().coefficient() == 1
            && digits.getFirst().merged().equals(loop.variable())
            && rest.terms().isEmpty()
            && isWithin(digits.getFirst().at(), loop)
        ? List.of(digits.getFirst().part())
        : List.of();
  }

  private Stmt rewrite(Stmt stmt) {
    boolean waits = waits();
    return rewrite(stmt, waits);
  }

  private Stmt rewrite(Stmt stmt, boolean waits) {
    if (stmt instanceof Stmt.Loop loop && loop.variable().equals(directive.variable())) {
      return loop.withKind(LoopKind.PARALLEL);
    }
    if (stmt instanceof Stmt.Loop loop && waits && isShared(loop)) {
      return loop.withBody(Stmt.sequence(List.of(rewrite(loop.body(), true), new Stmt.Barrier())));
    }
    if (stmt instanceof Stmt.Block(List<Stmt> statements) && waits) {
      List<Stmt> result = new ArrayList<>();
      boolean before = false;
      for (Stmt inner : statements) {
        boolean shared = isShared(inner);
        if (before && shared) {
          result.add(new Stmt.Barrier());
        }
        before |= shared;
        result.add(rewrite(inner, true));
      }
      return Stmt.sequence(result);
    }
    return LoopWalk.mapChildren(stmt, inner -> rewrite(inner, waits));
  }

  /**
   * Whether a worker may touch in one loop what another one has written in another: not if each
   * worker has the same iterations of all loops that run, and touches its own elements only.
   */
  private boolean waits() {
    List<Shared> shared = new ArrayList<>();
    collect(nest.body(), Map.of(), shared);
    boolean[] found = {false};
    for (Shared each : shared) {
      Stmt.Loop loop = each.loop();
      for (Expr bound : List.of(loop.lower(), loop.upper())) {
        found[0] |= !isFixed(bound);
      }
      LoopWalk.values(
          loop.body(),
          value ->
              element(value)
                  .filter(element -> written.contains(element.tensor()) && !isOwn(element, loop))
                  .ifPresent(_ -> found[0] = true));
      for (Shared other : shared) {
        found[0] |= !Share.of(loop).equals(Share.of(other.loop())) && !each.excludes(other);
      }
    }
    return found[0];
  }

  /** A loop with the outcomes of the conditions under which it runs, where those are fixed. */
  private record Shared(Stmt.Loop loop, Map<Expr, Boolean> outcomes) {
    boolean excludes(Shared other) {
      return outcomes.entrySet().stream()
          .anyMatch(
              outcome -> {
                Boolean others = other.outcomes.get(outcome.getKey());
                return others != null && !others.equals(outcome.getValue());
              });
    }
  }

  private void collect(Stmt stmt, Map<Expr, Boolean> outcomes, List<Shared> shared) {
    switch (stmt) {
      case Stmt.Block(List<Stmt> statements) ->
          statements.forEach(s -> collect(s, outcomes, shared));
      case Stmt.Loop loop -> {
        if (loop.variable().equals(directive.variable())) {
          shared.add(new Shared(loop, outcomes));
        } else {
          collect(loop.body(), outcomes, shared);
        }
      }
      case Stmt.Outline(_, Stmt body) -> collect(body, outcomes, shared);
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        collect(whenTrue, with(outcomes, condition, true), shared);
        collect(whenFalse, with(outcomes, condition, false), shared);
      }
      case Stmt.Store _,
          Stmt.Accumulate _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Barrier _ -> {}
    }
  }

  private static Map<Expr, Boolean> with(
      Map<Expr, Boolean> outcomes, Expr condition, boolean outcome) {
    if (!isFixed(condition)) {
      return outcomes;
    }
    Map<Expr, Boolean> more = new HashMap<>(outcomes);
    more.put(condition, outcome);
    return more;
  }

  /** Whether a value depends on sizes only. */
  private static boolean isFixed(Expr value) {
    boolean[] fixed = {true};
    LoopWalk.subexpressions(
        value,
        e ->
            fixed[0] &=
                switch (e) {
                  case Expr.Constant _,
                      Expr.ExtentValue _,
                      Expr.UnaryOp _,
                      Expr.BinaryOp _,
                      Expr.Call _ ->
                      true;
                  case Expr.Load _,
                      Expr.VectorLoad _,
                      Expr.Contiguous _,
                      Expr.Local _,
                      Expr.LoopValue _,
                      Expr.Broadcast _,
                      Expr.LaneReduction _,
                      Expr.Rank _,
                      Expr.ExactProduct _,
                      Expr.Cast _,
                      Expr.Select _ ->
                      false;
                });
    return fixed[0];
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
