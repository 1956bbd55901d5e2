package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether a {@link DeviceDirective} is legal for a nest. It stays as it is. */
final class DeviceSharing {
  private DeviceSharing() {}

  static LoopNest check(LoopNest nest, DeviceDirective directive) {
    refusal(nest, directive)
        .ifPresent(
            reason -> {
              throw Scheduler.refusal(directive, reason);
            });
    return nest;
  }

  private static Optional<String> refusal(LoopNest nest, DeviceDirective directive) {
    return switch (directive) {
      case DeviceDirective.Bind bind -> bind(nest, bind);
      case DeviceDirective.Shared shared ->
          product(nest, shared.rows(), shared.columns(), shared.depth())
              .or(() -> DeviceTiles.refusal(shared));
      case DeviceDirective.Matrix matrix ->
          product(nest, matrix.rows(), matrix.columns(), matrix.depth())
              .or(() -> DeviceTiles.refusal(matrix))
              .or(() -> notSingle(nest));
      case DeviceDirective.Registers registers -> registers(nest, registers);
      case DeviceDirective.Turn turn -> turn(nest, turn);
    };
  }

  private static Optional<String> bind(LoopNest nest, DeviceDirective.Bind bind) {
    List<Stmt.Loop> loops = new ArrayList<>();
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop && loop.variable().equals(bind.variable())) {
            loops.add(loop);
          }
        });
    if (loops.isEmpty()) {
      return Optional.of("there is no loop " + bind.variable());
    }
    for (Stmt.Loop loop : loops) {
      boolean writes = writes(loop);
      if (writes && !Scheduler.targetVariables(loop).contains(loop.variable())) {
        return Optional.of("iterations of " + loop.variable() + " write the same elements");
      }
      if (writes && bind.level() == DeviceDirective.Level.BLOCK) {
        return Optional.of("a loop over elements is shared out among blocks by itself");
      }
      if (!writes) {
        Optional<String> reason = fold(nest.body(), loop);
        if (reason.isPresent() || bind.each() > 1) {
          return reason.or(() -> Optional.of("a reduction gives each thread one part"));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean writes(Stmt stmt) {
    boolean[] found = {false};
    LoopWalk.statements(
        stmt, s -> found[0] |= s instanceof Stmt.Store || s instanceof Stmt.Accumulate);
    return found[0];
  }

  /** Why a loop is no fold from the identity, by one operator a local. */
  private static Optional<String> fold(Stmt body, Stmt.Loop loop) {
    Map<String, ReductionOperator> folded = new HashMap<>();
    List<String> inside = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    LoopWalk.statements(
        loop,
        s -> {
          switch (s) {
            case Stmt.Declare declare -> inside.add(declare.local());
            case Stmt.Update(String local, ReductionOperator operator, _) -> {
              ReductionOperator other = folded.put(local, operator);
              if (other != null && other != operator) {
                reasons.add(local + " is folded by two operators");
              }
            }
            case Stmt.Assign(String local, _) when !inside.contains(local) ->
                reasons.add(local + " is assigned, not folded");
            case Stmt.Block _,
                Stmt.Loop _,
                Stmt.Store _,
                Stmt.Accumulate _,
                Stmt.Assign _,
                Stmt.Guard _,
                Stmt.Barrier _,
                Stmt.Outline _ -> {}
          }
        });
    inside.forEach(folded::remove);
    LoopWalk.values(
        loop,
        value -> {
          if (value instanceof Expr.Local(String name, _, _) && folded.containsKey(name)) {
            reasons.add(name + " is read while it is folded");
          }
        });
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Declare(String local, var type, Expr value)
              && folded.containsKey(local)
              && !value.equals(Expr.Constant.identity(folded.get(local), type))) {
            reasons.add(local + " does not start from the identity");
          }
        });
    return reasons.stream().findFirst();
  }

  private static Optional<String> product(
      LoopNest nest,
      Directive.PackLoop rows,
      Directive.PackLoop columns,
      Directive.PackLoop depthRole) {
    Optional<ContractionForm> form = ContractionForm.of(nest);
    if (form.isEmpty() || !form.get().isProduct()) {
      return Optional.of("the nest is no single sum of a product of two factors");
    }
    List<IndexVariable> depth = form.get().depth().stream().map(Stmt.Loop::variable).toList();
    if (!depth.equals(depthRole.variables())) {
      return Optional.of("the indices of the sum are " + depth);
    }
    Optional<String> refusal = DeviceContraction.refusal(form.get());
    if (refusal.isPresent()) {
      return refusal;
    }
    return oriented(form.get(), rows.variables(), columns.variables()).isPresent()
        ? Optional.empty()
        : Optional.of("rows are indices of one factor alone, and columns of the other one");
  }

  private static Optional<String> notSingle(LoopNest nest) {
    return ContractionForm.of(nest)
        .filter(form -> form.accumulator().elementType() != ElementType.F32)
        .map(form -> "the sum is of " + form.accumulator().elementType() + ", not f32");
  }

  /** The form with the factor of the rows first, if there is one. */
  static Optional<ContractionForm> oriented(
      ContractionForm form, List<IndexVariable> rows, List<IndexVariable> columns) {
    for (ContractionForm each : List.of(form, form.swapped())) {
      List<IndexVariable> outer = each.outer().stream().map(Stmt.Loop::variable).toList();
      if (outer.containsAll(rows)
          && outer.containsAll(columns)
          && Collections.disjoint(ContractionForm.variables(each.right()), rows)
          && Collections.disjoint(ContractionForm.variables(each.left()), columns)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> turn(LoopNest nest, DeviceDirective.Turn turn) {
    List<DeviceNest> parts = DeviceNest.of(nest.body());
    DeviceNest part = parts.getLast();
    if (parts.size() > 1 || !(part.body() instanceof Stmt.Store(Element target, Expr value))) {
      return Optional.of("the nest does not only store one element after the other");
    }
    if (turn.along().equals(turn.across())
        || !part.keeps(turn.along())
        || !part.keeps(turn.across())) {
      return Optional.of("the indices must be two loops over elements");
    }
    Set<Element> read = new LinkedHashSet<>();
    LoopWalk.subexpressions(
        value,
        e -> {
          if (e instanceof Expr.Load load && load.element().tensor().equals(turn.tensor())) {
            read.add(load.element());
          }
        });
    boolean affine =
        read.stream()
            .flatMap(element -> element.positions().stream())
            .allMatch(Position.Affine.class::isInstance);
    return read.size() == 1 && affine && !target.tensor().equals(turn.tensor())
        ? Optional.empty()
        : Optional.of(turn.tensor() + " is not read at one affine position");
  }

  private static Optional<String> registers(LoopNest nest, DeviceDirective.Registers registers) {
    Optional<ContractionForm> form = ContractionForm.of(nest);
    if (form.isEmpty()) {
      return Optional.of("the nest is no single sum over two factors");
    }
    Optional<String> refusal = DeviceContraction.refusal(form.get());
    if (refusal.isPresent()) {
      return refusal;
    }
    return oriented(form.get(), registers).isPresent()
        ? Optional.empty()
        : Optional.of("each index must belong to one factor alone");
  }

  /** The form with the factor of the first index first, if each factor has one of the two. */
  static Optional<ContractionForm> oriented(
      ContractionForm form, DeviceDirective.Registers registers) {
    IndexVariable row = registers.loops().getFirst().variable();
    IndexVariable column = registers.loops().getLast().variable();
    for (ContractionForm each : List.of(form, form.swapped())) {
      List<IndexVariable> outer = each.outer().stream().map(Stmt.Loop::variable).toList();
      if (outer.contains(row)
          && outer.contains(column)
          && !ContractionForm.variables(each.right()).contains(row)
          && !ContractionForm.variables(each.left()).contains(column)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
