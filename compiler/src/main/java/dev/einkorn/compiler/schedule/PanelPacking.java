package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Optional;

/** Copies one tile of a factor to its panel; what hangs over the end becomes 0. */
final class PanelPacking {
  /** How many positions of the sum are packed row by row at a time: two cache lines of floats. */
  private static final int CHUNK = 32;

  private final PackRoles roles;
  private final PackPanels panels;
  private final PackRoles.Role role;
  private final Expr factor;
  private final Expr value;
  private final Stmt copy;
  private final Stmt zero;

  private PanelPacking(
      PackRoles roles, PackPanels panels, PackRoles.Role role, Expr factor, Element place) {
    this.roles = roles;
    this.panels = panels;
    this.role = role;
    this.factor = factor;
    this.value = roles.ofFactor(role).apply(factor);
    this.copy = new Stmt.Store(place, value);
    ElementType type = factor.elementType();
    Object none = type.isFloating() ? (Object) 0.0 : (Object) 0L;
    this.zero = new Stmt.Store(place, new Expr.Constant(none, type));
  }

  /** Packs a tile of the rows' factor, unless it is read in place. */
  static Optional<Stmt> ofRows(PackRoles roles, PackPanels panels) {
    return panels
        .rowsElement()
        .map(place -> new PanelPacking(roles, panels, roles.rows(), roles.form().left(), place))
        .map(PanelPacking::pack);
  }

  /** Packs a tile of the columns' factor. */
  static Stmt ofColumns(PackRoles roles, PackPanels panels) {
    return new PanelPacking(
            roles, panels, roles.columns(), roles.form().right(), panels.columnsElement())
        .pack();
  }

  private Stmt pack() {
    Stmt packed;
    if (roles.batch().isPresent()) {
      packed = alongBatch(roles.batch().get());
    } else {
      Stmt elements =
          Stmt.sequence(
              List.of(
                  elements(), roles.overDepth(role.overSteps(role.valid(), wholeTile(), zero))));
      packed =
          vectorized()
              .<Stmt>map(vectors -> new Stmt.Guard(isWhole(), vectors, elements))
              .orElse(elements);
    }
    return new Stmt.Outline("pack_" + panels.name(factor), packed);
  }

  private Expr wholeTile() {
    return LoopBounds.number(role.loop().width());
  }

  private Stmt existing(Stmt body) {
    return role.overSteps(LoopBounds.number(0), role.valid(), body);
  }

  /** Side by side along the batch index first: that is how they lie in memory. */
  private Stmt alongBatch(PackRoles.Lane lane) {
    List<Directive.TileLoop> lanes = List.of(new Directive.TileLoop(lane.lane(), 1, lane.lanes()));
    return Stmt.sequence(
        List.of(
            existing(roles.overDepth(roles.overVectors(panels.jam(lanes, copy)))),
            role.overSteps(
                role.valid(),
                wholeTile(),
                roles.overDepth(roles.overVectors(panels.jam(lanes, zero))))));
  }

  /** Copies by vectors, where neighbours along the role are neighbours in memory. */
  private Optional<Stmt> vectorized() {
    int lanes = role.loop().lanes() > 1 ? role.loop().lanes() : 4;
    int width = role.loop().width();
    if (width % lanes != 0 || !mayBeRun()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          roles.overDepth(
              panels.jam(
                  List.of(new Directive.TileLoop(role.step(), width / lanes, lanes)), copy)));
    } catch (ScheduleException e) {
      return Optional.empty();
    }
  }

  /** A factor that is one load whose unit axis is walked by the role's last index. */
  private boolean mayBeRun() {
    return role.merged().isEmpty()
        || (value instanceof Expr.Load(Element element, _) && panels.mayBeRun(role, element));
  }

  /** Whether a tile does not hang over the end and, if indices are merged, is one run of memory. */
  private Expr isWhole() {
    Expr whole = role.fits();
    return value instanceof Expr.Load(Element element, _)
        ? panels.isRun(role, element).map(run -> LoopBounds.and(whole, run)).orElse(whole)
        : whole;
  }

  /** Copies element by element, along whatever of role and depth has the unit stride. */
  private Stmt elements() {
    PackRoles.Role depth = roles.depth();
    if (unitStrideAlongRole()) {
      return roles.overDepth(existing(copy));
    }
    if (role.merged().isEmpty() && depth.merged().isEmpty() && factor instanceof Expr.Load) {
      // Rows of memory become columns of the panel.
      return new Stmt.Outline("transpose_" + panels.name(factor), existing(roles.overDepth(copy)));
    }
    IndexVariable chunk = roles.fresh(depth.step().name() + "_chunk");
    Expr end =
        LoopBounds.min(
            LoopBounds.plus(new Expr.LoopValue(chunk), LoopBounds.number(CHUNK)),
            roles.depthCount());
    return new Stmt.Loop(
        depth.binding(chunk),
        LoopBounds.number(0),
        roles.depthCount(),
        new Stmt.Step(CHUNK, false),
        LoopKind.SEQUENTIAL,
        existing(depth.overSteps(new Expr.LoopValue(chunk), end, copy)));
  }

  private boolean unitStrideAlongRole() {
    boolean[] found = {false};
    LoopWalk.subexpressions(
        factor,
        e -> {
          if (e instanceof Expr.Load(Element element, _)) {
            int unitAxis = roles.nest().tensor(element.tensor()).layout().unitAxis();
            found[0] |=
                unitAxis != Layout.NO_AXIS
                    && element.positions().get(unitAxis).dependsOn(role.lastPart());
          }
        });
    return found[0];
  }
}
