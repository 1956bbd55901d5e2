package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.MergedIndex;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
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
  private final Element place;
  private final Stmt copy;
  private final Stmt zero;

  private PanelPacking(
      PackRoles roles, PackPanels panels, PackRoles.Role role, Expr factor, Element place) {
    this.roles = roles;
    this.panels = panels;
    this.role = role;
    this.factor = factor;
    this.value = roles.ofFactor(role).apply(factor);
    this.place = place;
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

  /**
   * Vectors along the batch index first: that is how they lie in memory. All steps of a whole tile
   * are copied together, since they are neighbours in the panel.
   */
  private Stmt alongBatch(PackRoles.Lane lane) {
    var lanes = new Directive.TileLoop(lane.lane(), 1, lane.lanes());
    var steps = new Directive.TileLoop(role.step(), role.loop().width(), 1);
    Stmt whole = roles.overDepth(roles.overVectors(panels.jam(List.of(steps, lanes), copy)));
    Stmt partly =
        Stmt.sequence(
            List.of(
                existing(roles.overDepth(roles.overVectors(panels.jam(List.of(lanes), copy)))),
                role.overSteps(
                    role.valid(),
                    wholeTile(),
                    roles.overDepth(roles.overVectors(panels.jam(List.of(lanes), zero))))));
    return new Stmt.Guard(role.fits(), whole, partly);
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
    Stmt oneByOne = existing(depth.overSteps(new Expr.LoopValue(chunk), end, copy));
    Stmt chunks =
        value instanceof Expr.Load(Element element, ElementType type) && mayHaveRuns(element)
            ? new Stmt.Guard(
                isRun(element, chunk),
                new Stmt.Outline(
                    "transpose_" + panels.name(factor),
                    existing(
                        depth.overSteps(
                            new Expr.LoopValue(chunk),
                            end,
                            new Stmt.Store(place, new Expr.Load(along(element, chunk), type))))),
                oneByOne)
            : oneByOne;
    return new Stmt.Loop(
        depth.binding(chunk),
        LoopBounds.number(0),
        roles.depthCount(),
        new Stmt.Step(CHUNK, false),
        LoopKind.SEQUENTIAL,
        chunks);
  }

  /** Whether neighbours along a merged sum may be neighbours in memory. */
  private boolean mayHaveRuns(Element element) {
    return roles.depth().merged().isPresent()
        && role.merged().isEmpty()
        && panels.walksUnitAxis(element, roles.depth().lastPart())
        && element.positions().stream()
            .allMatch(
                p ->
                    p instanceof Position.Affine
                        || (p instanceof Position.Merged(_, Subscript.Affine rest)
                            && rest.terms().isEmpty()));
  }

  /** Whether a chunk is whole and the element walks one run of memory in it. */
  private Expr isRun(Element element, IndexVariable chunk) {
    MergedIndex merged = roles.depth().merged().orElseThrow();
    return LoopBounds.and(
        LoopBounds.atLeast(LoopBounds.minus(roles.depthCount(), new Expr.LoopValue(chunk)), CHUNK),
        new Expr.Contiguous(
            panels.atFirstStep(from(element, chunk, new Subscript.Affine(List.of(), 0))),
            merged.variable(),
            CHUNK));
  }

  /** The element in a chunk that is one run: it walks its unit axis from where the chunk begins. */
  private Element along(Element element, IndexVariable chunk) {
    return from(
        element,
        chunk,
        new Subscript.Affine(
            List.of(new Subscript.Term(roles.depth().step(), 1), new Subscript.Term(chunk, -1)),
            0));
  }

  /**
   * The element where a chunk of the merged sum begins, and so much further along its unit axis.
   */
  private Element from(Element element, IndexVariable chunk, Subscript.Affine further) {
    int unitAxis = roles.nest().tensor(element.tensor()).layout().unitAxis();
    List<Position> positions = new ArrayList<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      positions.add(
          position instanceof Position.Merged(var digits, Subscript.Affine rest)
              ? new Position.Merged(
                  digits.stream().map(digit -> from(digit, chunk)).toList(),
                  axis == unitAxis ? new Subscript.Affine(further.terms(), rest.constant()) : rest)
              : position);
    }
    return new Element(element.tensor(), positions);
  }

  private Position.Digit from(Position.Digit digit, IndexVariable chunk) {
    List<Subscript.Term> terms =
        digit.at().terms().stream()
            .map(
                term ->
                    term.variable().equals(roles.depth().step())
                        ? new Subscript.Term(chunk, term.coefficient())
                        : term)
            .toList();
    return new Position.Digit(
        digit.coefficient(),
        digit.merged(),
        digit.part(),
        new Subscript.Affine(terms, digit.at().constant()));
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
