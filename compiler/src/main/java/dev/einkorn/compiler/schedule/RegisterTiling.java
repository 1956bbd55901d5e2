package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.FunctionRun;
import dev.einkorn.compiler.loop.LinearForm;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@link Directive.Tile}: every perfect nest over the tile's variables becomes one over tiles, with
 * the old nest for extents below a tile.
 */
final class RegisterTiling {
  private final LoopNest nest;
  private final Directive.Tile directive;
  private final Set<IndexVariable> tiled;
  private final LocalNames names;
  private Optional<ScheduleException> refusal = Optional.empty();
  private boolean applied;

  private RegisterTiling(LoopNest nest, Directive.Tile directive) {
    this.nest = nest;
    this.directive = directive;
    this.names = LocalNames.of(nest.body());
    this.tiled = new HashSet<>();
    directive.loops().forEach(loop -> tiled.add(loop.variable()));
  }

  static Stmt apply(LoopNest nest, Directive.Tile directive) {
    var tiling = new RegisterTiling(nest, directive);
    Stmt result = tiling.rewrite(nest.body());
    if (!tiling.applied) {
      throw tiling.refusal.orElseGet(
          () -> Scheduler.refusal(directive, "no perfect nest has all of its loops"));
    }
    return result;
  }

  private Stmt rewrite(Stmt stmt) {
    if (stmt instanceof Stmt.Outline(_, Stmt part) && FunctionRun.of(nest, part).isPresent()) {
      return stmt;
    }
    if (stmt instanceof Stmt.Loop) {
      PerfectNest perfect = PerfectNest.of(stmt);
      // Loops around the tile's stay as they are.
      if (perfect.variables().containsAll(tiled)
          && tiled.contains(perfect.variables().getFirst())) {
        try {
          Stmt result = tile(perfect);
          applied = true;
          return result;
        } catch (ScheduleException e) {
          refusal = refusal.or(() -> Optional.of(e));
          return stmt;
        }
      }
    }
    return LoopWalk.mapChildren(stmt, this::rewrite);
  }

  private Stmt tile(PerfectNest perfect) {
    Set<IndexVariable> written = written(perfect);
    for (Stmt.Loop loop : perfect.loops()) {
      if (!written.contains(loop.variable())) {
        throw Scheduler.refusal(directive, loop.variable() + " is a reduction loop");
      }
      if (loop.kind() == LoopKind.BORDER || !loop.step().equals(Stmt.Step.ONE)) {
        throw Scheduler.refusal(directive, "the loop " + loop.variable() + " is split already");
      }
      requireIndependent(loop.lower());
      requireIndependent(loop.upper());
    }
    Stmt jammed = jammed(directive, "tile_", perfect);
    List<Stmt.Loop> inner = new ArrayList<>();
    for (Directive.TileLoop tile : directive.loops()) {
      Stmt.Loop loop =
          perfect.loops().stream()
              .filter(l -> l.variable().equals(tile.variable()))
              .findFirst()
              .orElseThrow();
      inner.add(overTiles(tile, loop));
    }
    if (takesUp(nest, perfect.body())) {
      if (directive.loops().stream().anyMatch(l -> l.end() instanceof Directive.End.Whole)) {
        throw Scheduler.refusal(directive, "an element that goes on must be computed once");
      }
      return onceEach(perfect, inner, jammed);
    }
    Stmt result = around(inner, jammed, perfect);
    for (Stmt.Loop loop : perfect.loops().reversed()) {
      if (!tiled.contains(loop.variable())) {
        result = loop.withBody(result);
      }
    }
    Optional<Expr> fits = fits(inner, directive.loops());
    return fits.isEmpty() ? result : new Stmt.Guard(fits.get(), result, perfect.toStmt());
  }

  private Stmt.Loop overTiles(Directive.TileLoop tile, Stmt.Loop loop) {
    if (tile.end() instanceof Directive.End.Whole) {
      if (!isZero(loop.lower())) {
        throw Scheduler.refusal(directive, "the loop " + tile.variable() + " does not begin at 0");
      }
      // The one position is that of the last vector.
      return loop.withBounds(LoopBounds.number(beforeLast(tile)), loop.upper())
          .withStep(new Stmt.Step(tile.lanes(), true));
    }
    return tile.width() == 1 ? loop : loop.withStep(new Stmt.Step(tile.width(), true));
  }

  /** Elements of all vectors but the last. */
  private static long beforeLast(Directive.TileLoop tile) {
    return (tile.count() - 1L) * tile.lanes();
  }

  private Stmt jammed(Directive.Tile tile, String prefix, PerfectNest perfect) {
    Stmt jammed = new Unrolling(nest, tile, names, true).jam(perfect.body());
    return hasLoop(jammed) ? new Stmt.Outline(prefix + nest.name(), jammed) : jammed;
  }

  /** The loops over tiles; where one has vectors for its rest, whole tiles and then those. */
  private Stmt around(List<Stmt.Loop> tiles, Stmt jammed, PerfectNest perfect) {
    List<Directive.TileLoop> loops = new ArrayList<>(directive.loops());
    int split = loops.size() - 1;
    while (split >= 0 && !(loops.get(split).end() instanceof Directive.End.Vectors)) {
      split--;
    }
    if (split < 0 || !(loops.get(split).end() instanceof Directive.End.Vectors(int restLanes))) {
      return new PerfectNest(tiles, jammed).toStmt();
    }
    loops.set(split, new Directive.TileLoop(loops.get(split).variable(), 1, restLanes));
    Stmt.Loop whole = whole(tiles.get(split));
    Stmt.Loop rest =
        whole
            .withBounds(middle(tiles.get(split)), tiles.get(split).upper())
            .withStep(new Stmt.Step(restLanes, true));
    List<Stmt.Loop> inside = tiles.subList(split + 1, tiles.size());
    Stmt both =
        Stmt.sequence(
            List.of(
                whole.withBody(new PerfectNest(inside, jammed).toStmt()),
                rest.withBody(
                    new PerfectNest(inside, jammed(new Directive.Tile(loops), "rest_", perfect))
                        .toStmt())));
    return new PerfectNest(tiles.subList(0, split), both).toStmt();
  }

  /**
   * The loops that every store follows: along them, different iterations write different elements.
   */
  private static Set<IndexVariable> written(PerfectNest perfect) {
    Set<IndexVariable> common = new HashSet<>(perfect.variables());
    LoopWalk.statements(
        perfect.body(),
        s -> {
          if (s instanceof Stmt.Store(Element target, _)) {
            Set<IndexVariable> alone = new HashSet<>();
            for (Position position : target.positions()) {
              if (position instanceof Position.Affine(Subscript.Affine form)) {
                List<IndexVariable> walked =
                    form.terms().stream()
                        .map(Subscript.Term::variable)
                        .filter(perfect.variables()::contains)
                        .toList();
                if (walked.size() == 1) {
                  alone.add(walked.getFirst());
                }
              }
            }
            common.retainAll(alone);
          }
        });
    return common;
  }

  /** Whether an element is made of what is in the target, so that it must be computed once. */
  static boolean takesUp(LoopNest nest, Stmt body) {
    boolean[] found = {false};
    LoopWalk.values(
        body,
        value ->
            found[0] |=
                value instanceof Expr.Load(Element element, _)
                    && element.tensor().equals(nest.name()));
    return found[0];
  }

  /** Whole tiles, and the nest as it was for what is left; no element is computed twice. */
  private Stmt onceEach(PerfectNest perfect, List<Stmt.Loop> tiles, Stmt jammed) {
    List<Stmt> parts = new ArrayList<>();
    List<Stmt.Loop> whole = tiles.stream().map(RegisterTiling::whole).toList();
    parts.add(outlined("tiles_", jammed, new PerfectNest(whole, jammed).toStmt()));
    Optional<Stmt.Loop> vectors = restVectors(perfect, tiles, parts);
    for (int left = 0; left < tiles.size(); left++) {
      List<Stmt.Loop> loops = new ArrayList<>();
      for (int at = 0; at < tiles.size(); at++) {
        Stmt.Loop loop = tiles.get(at);
        Stmt.Loop single = loop.withStep(Stmt.Step.ONE);
        loops.add(
            at < left
                ? single.withBounds(loop.lower(), middle(loop))
                : at == left
                    ? single.withBounds(middle(vectors.orElse(loop)), loop.upper())
                    : single);
      }
      if (tiles.get(left).step().size() > 1) {
        parts.add(new PerfectNest(loops, perfect.body()).toStmt());
      }
    }
    Stmt result = Stmt.sequence(parts);
    for (Stmt.Loop loop : perfect.loops().reversed()) {
      if (!tiled.contains(loop.variable())) {
        result = loop.withBody(result);
      }
    }
    return result;
  }

  /** Without a loop inside a tile, the loop over tiles is the one to be compiled by itself. */
  private Stmt outlined(String prefix, Stmt tile, Stmt loop) {
    return hasLoop(tile) ? loop : new Stmt.Outline(prefix + nest.name(), loop);
  }

  /** Adds narrower vectors for what whole tiles leave, and gives the loop over them. */
  private Optional<Stmt.Loop> restVectors(
      PerfectNest perfect, List<Stmt.Loop> tiles, List<Stmt> parts) {
    if (directive.loops().stream().noneMatch(loop -> loop.end() instanceof Directive.End.Vectors)) {
      return Optional.empty();
    }
    if (tiles.size() > 1
        || !(directive.loops().getFirst().end() instanceof Directive.End.Vectors(int lanes))) {
      throw Scheduler.refusal(
          directive, "elements that go on have vectors for the rest along one index only");
    }
    var narrow = new Directive.TileLoop(directive.loops().getFirst().variable(), 1, lanes);
    Stmt.Loop all = tiles.getFirst();
    Stmt.Loop vectors = all.withStep(new Stmt.Step(lanes, true));
    Stmt.Loop rest = whole(vectors).withBounds(middle(all), middle(vectors));
    Stmt jammed = jammed(new Directive.Tile(List.of(narrow)), "rest_", perfect);
    parts.add(outlined("rest_", jammed, rest.withBody(jammed)));
    return Optional.of(vectors);
  }

  private static Stmt.Loop whole(Stmt.Loop tiles) {
    return tiles
        .withBounds(tiles.lower(), middle(tiles))
        .withStep(new Stmt.Step(tiles.step().size(), false));
  }

  /** Where the whole tiles of a range end. */
  private static Expr middle(Stmt.Loop tiles) {
    long width = tiles.step().size();
    if (width == 1) {
      return tiles.upper();
    }
    return isZero(tiles.lower())
        ? LoopBounds.wholeSteps(tiles.upper(), width)
        : LoopBounds.plus(
            tiles.lower(),
            LoopBounds.wholeSteps(LoopBounds.minus(tiles.upper(), tiles.lower()), width));
  }

  private void requireIndependent(Expr bound) {
    LoopWalk.subexpressions(
        bound,
        e -> {
          if (e instanceof Expr.LoopValue(IndexVariable variable) && tiled.contains(variable)) {
            throw Scheduler.refusal(directive, "a loop's bounds depend on " + variable);
          }
        });
  }

  private static boolean hasLoop(Stmt stmt) {
    boolean[] found = {false};
    LoopWalk.statements(stmt, s -> found[0] |= s instanceof Stmt.Loop);
    return found[0];
  }

  /** Whether each range holds a tile; empty if they are known to. */
  private static Optional<Expr> fits(List<Stmt.Loop> loops, List<Directive.TileLoop> tiles) {
    Optional<Expr> all = Optional.empty();
    for (int n = 0; n < loops.size(); n++) {
      boolean isWhole = tiles.get(n).end() instanceof Directive.End.Whole;
      Stmt.Loop loop =
          isWhole
              ? loops.get(n).withBounds(LoopBounds.number(0), loops.get(n).upper())
              : loops.get(n);
      long width = isWhole ? beforeLast(tiles.get(n)) + 1 : loop.step().size();
      if (width == 1 || isAtLeast(loop, width)) {
        continue;
      }
      Expr length =
          isZero(loop.lower())
              ? loop.upper()
              : new Expr.BinaryOp(BinaryOperator.SUBTRACT, loop.upper(), loop.lower());
      Expr fits =
          new Expr.BinaryOp(
              BinaryOperator.GREATER_OR_EQUAL, length, new Expr.Constant(width, ElementType.I64));
      all =
          Optional.of(
              all.<Expr>map(others -> new Expr.BinaryOp(BinaryOperator.AND, others, fits))
                  .orElse(fits));
    }
    return all;
  }

  private static boolean isAtLeast(Stmt.Loop loop, long width) {
    return loop.isWhole()
        && loop.binding().extent() instanceof Extent.Fixed(long value)
        && value >= width;
  }

  private static boolean isZero(Expr bound) {
    return LinearForm.of(bound).filter(form -> form.equals(LinearForm.of(0))).isPresent();
  }
}
