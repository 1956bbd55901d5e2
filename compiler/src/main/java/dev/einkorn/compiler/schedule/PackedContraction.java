package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@link Directive.Pack}. The shape is Goto and van de Geijn's; that operands of any rank and
 * stride are read by tables of offsets while they are packed is Matthews's idea ("High-Performance
 * Tensor Contraction without Transposition", SIAM J. Sci. Comput. 40, 2018).
 */
final class PackedContraction {
  private final PackRoles roles;
  private final PackPanels panels;
  private final Directive.Share share;

  private PackedContraction(PackRoles roles) {
    this.roles = roles;
    this.panels = new PackPanels(roles);
    this.share = roles.pack().share();
  }

  static LoopNest apply(LoopNest nest, Directive.Pack pack) {
    return build(roles(nest, pack));
  }

  /**
   * Refuses what {@link #apply} refuses, in less time where every element has a plain place: such
   * places can always be moved, so the roles decide.
   */
  static void check(LoopNest nest, Directive.Pack pack) {
    PackRoles roles = roles(nest, pack);
    if (roles.form().mirrored().isPresent() || !hasPlainPlaces(nest)) {
      build(roles);
    }
  }

  private static PackRoles roles(LoopNest nest, Directive.Pack pack) {
    if (!nest.scratch().isEmpty()) {
      throw Scheduler.refusal(pack, "the nest is packed already");
    }
    PackRoles roles = new PackRoles(nest, pack);
    // Vectors along a batch index may overlap, and each worker does what is too short for them.
    if (roles.form().continues() && roles.batch().isPresent()) {
      throw Scheduler.refusal(pack, "an element that goes on must be computed once");
    }
    return roles;
  }

  private static boolean hasPlainPlaces(LoopNest nest) {
    boolean[] plain = {nest.merged().isEmpty()};
    LoopWalk.values(
        nest.body(),
        value ->
            plain[0] &=
                !(value instanceof Expr.LoopValue)
                    && (!(value instanceof Expr.Load(Element element, _))
                        || element.positions().stream()
                            .allMatch(Position.Affine.class::isInstance)));
    return plain[0];
  }

  private static LoopNest build(PackRoles roles) {
    try {
      return new PackedContraction(roles).build();
    } catch (Relocation.UnsupportedException e) {
      throw Scheduler.refusal(roles.pack(), String.valueOf(e.getMessage()));
    }
  }

  private LoopNest build() {
    Stmt packed = roles.columns().overBlocks(kind(Directive.Share.COLUMNS), overDepthBlocks());
    Set<IndexVariable> inside = new HashSet<>();
    roles.rows().parts().forEach(part -> inside.add(part.variable()));
    roles.columns().parts().forEach(part -> inside.add(part.variable()));
    Expr runs = LoopBounds.atLeast(roles.depth().extent(), 1);
    if (roles.batch().isPresent()) {
      PackRoles.Lane lane = roles.batch().get();
      long vectors = (long) lane.vectors() * lane.lanes();
      inside.add(lane.loop().variable());
      packed = lane.loop().withStep(new Stmt.Step(vectors, true)).withBody(packed);
      runs = LoopBounds.and(runs, LoopBounds.atLeast(lane.loop().binding().extent(), vectors));
    }
    for (Stmt.Loop loop : roles.form().outer().reversed()) {
      if (!inside.contains(loop.variable())) {
        packed = loop.withBody(packed);
      }
    }
    LoopNest nest = roles.nest();
    Stmt body = roles.half().isPresent() ? mirrored(packed) : packed;
    return new LoopNest(
        nest.name(),
        nest.tensors(),
        Stream.concat(nest.merged().stream(), roles.merged().stream()).toList(),
        panels.all(),
        nest.symmetry(),
        new Stmt.Guard(runs, body, nest.body()));
  }

  /** What is computed, then what is copied; all workers have met in between. */
  private Stmt mirrored(Stmt packed) {
    List<Stmt> statements = new ArrayList<>(List.of(packed));
    roles.form().mirrored().map(ContractionForm.Mirrored::copy).ifPresent(statements::add);
    if (share == Directive.Share.ROWS) {
      statements.set(1, dealt(statements.get(1)));
    }
    return Stmt.sequence(statements);
  }

  /** The copy with its blocks of rows, which grow longer, shared out evenly. */
  private Stmt dealt(Stmt copy) {
    return copy instanceof Stmt.Loop loop
        ? loop.step().equals(Stmt.Step.ONE)
            ? loop.withBody(dealt(loop.body()))
            : loop.withKind(LoopKind.DEALT)
        : copy;
  }

  private LoopKind kind(Directive.Share ofLoop) {
    return share == ofLoop ? LoopKind.PARALLEL : LoopKind.SEQUENTIAL;
  }

  private Stmt overDepthBlocks() {
    List<Stmt> body = new ArrayList<>();
    body.add(
        roles
            .columns()
            .overTiles(kind(Directive.Share.ROWS), PanelPacking.ofColumns(roles, panels)));
    if (share == Directive.Share.ROWS) {
      body.add(new Stmt.Barrier());
    }
    Stmt.Loop blocks = roles.rows().overBlocks(kind(Directive.Share.ROWS), rowsBlock());
    body.add(roles.half().map(half -> half.blocks(blocks)).orElse(blocks));
    if (share == Directive.Share.ROWS) {
      body.add(new Stmt.Barrier());
    }
    return roles.depth().overBlocks(LoopKind.SEQUENTIAL, Stmt.sequence(body));
  }

  private Stmt rowsBlock() {
    Stmt tile = new PackedTile(roles, panels).compute();
    Stmt tiles =
        storesOften() ? overTiles(roles.overVectors(tile)) : roles.overVectors(overTiles(tile));
    List<Stmt> block = new ArrayList<>();
    PanelPacking.ofRows(roles, panels)
        .ifPresent(pack -> block.add(roles.rows().overTiles(LoopKind.SEQUENTIAL, pack)));
    block.add(new Stmt.Outline("block_" + roles.nest().name(), tiles));
    return Stmt.sequence(block);
  }

  private Stmt overTiles(Stmt tile) {
    Stmt.Loop tiles = roles.rows().overTiles(LoopKind.SEQUENTIAL, tile);
    return roles
        .columns()
        .overTiles(LoopKind.SEQUENTIAL, roles.half().map(half -> half.tiles(tiles)).orElse(tiles));
  }

  /**
   * Whether sums are so short that how the target is written counts more than how panels are read:
   * then the vectors along a batch index are stored side by side.
   */
  private boolean storesOften() {
    return roles.pack().depth().block() <= 32;
  }
}
