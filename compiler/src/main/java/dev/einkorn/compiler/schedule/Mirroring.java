package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.Symmetry;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@link Directive.Mirror}: half of a symmetric target is computed, the other half copied.
 *
 * <p>The copy holds the bits that the computation would have given. The nest's {@link Symmetry}
 * says that both elements are made of the same operations up to the order of two operands, and no
 * directive takes the terms of a sum in an order that depends on the element: whatever tile, block
 * or worker an element falls to, its sum is the same chain. Where products would have to be
 * regrouped for that, the directive says so, and counts as one that rounds.
 */
final class Mirroring {
  /** Rows and columns that are copied at once: both sides stay in the first-level cache. */
  private static final long BLOCK = 32;

  /** Positions of each index from which on half of the tiles is clearly less than all. */
  private static final long LEAST_EXTENT = 96;

  /** Terms of a sum that cost as much as copying its value. */
  private static final long LEAST_DEPTH = 48;

  private final LoopNest nest;
  private final Directive.Mirror directive;
  private final IndexVariable first;
  private final IndexVariable second;

  private Mirroring(LoopNest nest, Directive.Mirror directive) {
    this.nest = nest;
    this.directive = directive;
    this.first = directive.first();
    this.second = directive.second();
  }

  /**
   * The directive, if half of the positions are worth leaving out. That depends on sizes alone, for
   * it may decide how values round.
   *
   * @param nest a promoted contraction
   */
  static Optional<Directive.Mirror> choose(LoopNest nest, CallShape shape, Arithmetic arithmetic) {
    if (nest.symmetry().isEmpty()) {
      return Optional.empty();
    }
    Symmetry symmetry = nest.symmetry().get();
    Optional<ContractionForm> form = ContractionForm.of(nest);
    if (form.isEmpty() || !(symmetry.exact() || arithmetic.regrouped())) {
      return Optional.empty();
    }
    long depth = 1;
    for (Stmt.Loop loop : form.get().depth()) {
      depth *= shape.value(loop.binding().extent());
    }
    long extent = 0;
    for (Stmt.Loop loop : form.get().outer()) {
      if (loop.variable().equals(symmetry.first())) {
        extent = shape.value(loop.binding().extent());
      }
    }
    return extent >= LEAST_EXTENT && depth >= LEAST_DEPTH
        ? Optional.of(new Directive.Mirror(symmetry.first(), symmetry.second(), !symmetry.exact()))
        : Optional.empty();
  }

  static Stmt apply(LoopNest nest, Directive.Mirror directive) {
    return new Mirroring(nest, directive).apply();
  }

  private Stmt apply() {
    Symmetry symmetry =
        nest.symmetry()
            .filter(s -> s.first().equals(first) && s.second().equals(second))
            .orElseThrow(
                () -> refuse("the values at (" + first + ", " + second + ") and back differ"));
    if (!symmetry.exact() && !directive.regroups()) {
      throw refuse(
          "the values at both places may round differently; write mirror(%s, %s, regrouped)"
              .formatted(first, second));
    }
    if (!nest.scratch().isEmpty() || !nest.merged().isEmpty() || nest.isParallel()) {
      throw refuse("it comes before what packs, copies or shares out");
    }
    Stmt half = half(nest.body(), Set.of());
    return Stmt.sequence(List.of(half, copy(target(nest.body()), nest.body())));
  }

  /** The statement for positions of the second index that are not above those of the first. */
  private Stmt half(Stmt stmt, Set<IndexVariable> around) {
    return switch (stmt) {
      case Stmt.Loop loop -> {
        Set<IndexVariable> inside = new LinkedHashSet<>(around);
        inside.add(loop.variable());
        Stmt.Loop within = loop.withBody(half(loop.body(), inside));
        yield loop.variable().equals(second) && around.contains(first)
            ? below(whole(within))
            : loop.variable().equals(first) && around.contains(second)
                ? notBelow(whole(within))
                : within;
      }
      case Stmt.Store(Element target, _) -> checked(stmt, target, around);
      case Stmt.Accumulate(Element target, _, _) -> checked(stmt, target, around);
      case Stmt.Block _,
          Stmt.Guard _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Barrier _,
          Stmt.Outline _ ->
          LoopWalk.mapChildren(stmt, inner -> half(inner, around));
    };
  }

  private Stmt checked(Stmt stmt, Element target, Set<IndexVariable> around) {
    if (!around.containsAll(Set.of(first, second)) || !target.tensor().equals(nest.name())) {
      throw refuse(target + " is written outside of the loops over both indices");
    }
    return stmt;
  }

  private Stmt.Loop whole(Stmt.Loop loop) {
    if (!loop.isWhole()) {
      throw refuse("the loop " + loop.variable() + " is split already");
    }
    return loop;
  }

  /** {@code for j in 0 .. i + 1}. */
  private Stmt.Loop below(Stmt.Loop loop) {
    return loop.withBounds(
        loop.lower(), LoopBounds.plus(new Expr.LoopValue(first), LoopBounds.number(1)));
  }

  /** {@code for i in j .. n}. */
  private Stmt.Loop notBelow(Stmt.Loop loop) {
    return loop.withBounds(new Expr.LoopValue(second), loop.upper());
  }

  /** The one element that a nest writes. */
  private Element target(Stmt body) {
    Set<Element> written = new LinkedHashSet<>();
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Store(Element element, _)) {
            written.add(element);
          } else if (s instanceof Stmt.Accumulate(Element element, _, _)) {
            written.add(element);
          }
        });
    if (written.size() != 1) {
      throw refuse("there is not one element " + nest.name() + " that is written");
    }
    return written.iterator().next();
  }

  // The copy.

  /** {@code G[j,i] = G[i,j]} for all positions of the second index below those of the first. */
  private Stmt copy(Element source, Stmt body) {
    Element target =
        new Element(source.tensor(), source.positions().stream().map(this::exchanged).toList());
    ElementType type = nest.tensor(nest.name()).type().elementType();
    Stmt move = new Stmt.Store(target, new Expr.Load(source, type));
    List<Stmt.Loop> loops = new ArrayList<>();
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Loop loop
              && source.dependsOn(loop.variable())
              && loops.stream().noneMatch(l -> l.variable().equals(loop.variable()))) {
            loops.add(loop);
          }
        });
    Set<String> names = LoopBlocking.names(nest);
    Stmt.Loop rows = loop(first, loops);
    Stmt.Loop columns = loop(second, loops);
    IndexVariable rowBlock = LoopBlocking.unused(first + "_copy", names);
    IndexVariable columnBlock = LoopBlocking.unused(second + "_copy", names);
    // Blocks below the diagonal are whole in both directions but for the last rows.
    Stmt whole =
        LoopBlocking.over(columns, columnBlock, BLOCK)
            .withBounds(LoopBounds.number(0), new Expr.LoopValue(rowBlock))
            .withBody(
                new Stmt.Outline(
                    "move_" + nest.name(),
                    columns
                        .withBounds(
                            new Expr.LoopValue(columnBlock),
                            LoopBounds.plus(
                                new Expr.LoopValue(columnBlock), LoopBounds.number(BLOCK)))
                        .withBody(LoopBlocking.within(rows, rowBlock, BLOCK).withBody(move))));
    Stmt diagonal =
        LoopBlocking.within(rows, rowBlock, BLOCK)
            .withBody(
                columns
                    .withBounds(new Expr.LoopValue(rowBlock), new Expr.LoopValue(first))
                    .withBody(move));
    Stmt result =
        LoopBlocking.over(rows, rowBlock, BLOCK).withBody(Stmt.sequence(List.of(whole, diagonal)));
    for (Stmt.Loop loop : loops.reversed()) {
      if (!loop.variable().equals(first) && !loop.variable().equals(second)) {
        result = whole(loop).withBody(result);
      }
    }
    return result;
  }

  private Stmt.Loop loop(IndexVariable variable, List<Stmt.Loop> loops) {
    Stmt.Loop found =
        loops.stream()
            .filter(loop -> loop.variable().equals(variable))
            .findFirst()
            .orElseThrow(() -> refuse("there is no loop " + variable));
    return new Stmt.Loop(found.binding(), LoopKind.SEQUENTIAL, found.body());
  }

  private Position exchanged(Position position) {
    if (!(position instanceof Position.Affine(Subscript.Affine form))) {
      throw refuse("a position of " + nest.name() + " is not affine");
    }
    return new Position.Affine(
        new Subscript.Affine(
            form.terms().stream()
                .map(t -> new Subscript.Term(exchanged(t.variable()), t.coefficient()))
                .toList(),
            form.constant()));
  }

  private IndexVariable exchanged(IndexVariable variable) {
    return variable.equals(first) ? second : variable.equals(second) ? first : variable;
  }

  private RuntimeException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }

  // Recognizing it.

  /** The parts of a nest whose one perfect nest has been mirrored. */
  static Optional<ContractionForm.Mirrored> of(LoopNest nest) {
    if (nest.symmetry().isEmpty()
        || !(nest.body() instanceof Stmt.Block(List<Stmt> parts))
        || parts.size() != 2) {
      return Optional.empty();
    }
    Symmetry symmetry = nest.symmetry().get();
    var directive = new Directive.Mirror(symmetry.first(), symmetry.second(), !symmetry.exact());
    Stmt computed = unbounded(parts.getFirst(), symmetry);
    LoopNest before = nest.withBody(computed);
    if (!Scheduler.isLegal(before, directive)
        || !Scheduler.apply(before, new Schedule(List.of(directive))).equals(nest)) {
      return Optional.empty();
    }
    return Optional.of(
        new ContractionForm.Mirrored(
            symmetry.first(), symmetry.second(), computed, parts.getLast()));
  }

  private static Stmt unbounded(Stmt stmt, Symmetry symmetry) {
    Stmt inside = LoopWalk.mapChildren(stmt, inner -> unbounded(inner, symmetry));
    return inside instanceof Stmt.Loop loop
            && (loop.variable().equals(symmetry.first())
                || loop.variable().equals(symmetry.second()))
        ? new Stmt.Loop(loop.binding(), loop.kind(), loop.body())
        : inside;
  }
}
