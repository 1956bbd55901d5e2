package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The memory of a packed contraction: the panels of both factors and a tile of sums, what lies
 * where in them, and which elements lie side by side.
 */
final class PackPanels {
  private static final Position ORIGIN = new Position.Affine(new Subscript.Affine(List.of(), 0));

  private final PackRoles roles;
  private final Optional<Scratch> rows;
  private final Scratch columns;
  private final Scratch tile;
  private final List<Scratch> values = new ArrayList<>();

  PackPanels(PackRoles roles) {
    this.roles = roles;
    boolean shared = roles.pack().share() == Directive.Share.ROWS;
    rows =
        roles.pack().rows().inPlace()
            ? Optional.empty()
            : Optional.of(panel(roles.form().left(), roles.rows(), false));
    columns = panel(roles.form().right(), roles.columns(), shared);
    List<Extent> extents =
        new ArrayList<>(
            List.of(fixed(roles.rows().loop().width()), fixed(roles.columns().loop().width())));
    roles.batch().ifPresent(lane -> extents.add(fixed(lane.lanes())));
    tile =
        new Scratch(
            roles.unused(roles.nest().name() + "_tile"),
            new TensorType(roles.form().left().elementType(), extents),
            false);
  }

  private Scratch panel(Expr factor, PackRoles.Role role, boolean shared) {
    List<Extent> extents = new ArrayList<>();
    roles.batch().ifPresent(lane -> extents.add(fixed(lane.vectors())));
    extents.add(fixed(role.loop().block() / role.loop().width()));
    extents.add(fixed(roles.pack().depth().block()));
    extents.add(fixed(role.loop().width()));
    roles.batch().ifPresent(lane -> extents.add(fixed(lane.lanes())));
    return new Scratch(
        roles.unused(name(factor) + "_panel"),
        new TensorType(factor.elementType(), extents),
        shared);
  }

  private static Extent fixed(long value) {
    return new Extent.Fixed(value);
  }

  /** The tensor that a factor reads first. */
  String name(Expr factor) {
    List<String> read = new ArrayList<>();
    LoopWalk.subexpressions(
        factor,
        e -> {
          if (e instanceof Expr.Load(Element element, _)) {
            read.add(element.tensor());
          }
        });
    return read.isEmpty() ? roles.nest().name() : read.getFirst();
  }

  List<Scratch> all() {
    List<Scratch> all = new ArrayList<>();
    rows.ifPresent(all::add);
    all.add(columns);
    all.add(tile);
    all.addAll(values);
    return all;
  }

  /** The place of an element of the rows' factor, unless it is read in place. */
  Optional<Element> rowsElement() {
    return rows.map(panel -> element(panel, roles.rows()));
  }

  /** The place of an element of the columns' factor. */
  Element columnsElement() {
    return element(columns, roles.columns());
  }

  private Element element(Scratch panel, PackRoles.Role role) {
    List<Position> positions = new ArrayList<>();
    roles.batch().ifPresent(l -> positions.add(l.vectors() > 1 ? plain(l.vector()) : ORIGIN));
    positions.add(plain(role.tile()));
    positions.add(plain(roles.depth().step()));
    positions.add(plain(role.step()));
    roles.batch().ifPresent(lane -> positions.add(plain(lane.lane())));
    return new Element(panel.name(), positions);
  }

  /** The place of a sum in the tile that is not stored in the target at once. */
  Element tileElement() {
    List<Position> positions =
        new ArrayList<>(List.of(plain(roles.rows().step()), plain(roles.columns().step())));
    roles.batch().ifPresent(lane -> positions.add(plain(lane.lane())));
    return new Element(tile.name(), positions);
  }

  /**
   * The places of a function's values in a row of the tile.
   *
   * @param number how many functions have been called for the row before
   */
  Element valueElement(int number, Expr.Call call) {
    List<Extent> extents = List.of(fixed(roles.columns().loop().width()));
    if (number == values.size()) {
      String name = roles.unused(call.function().symbol() + "_value");
      values.add(new Scratch(name, new TensorType(call.elementType(), extents), false));
    }
    return new Element(values.get(number).name(), List.of(plain(roles.columns().step())));
  }

  private static Position plain(IndexVariable variable) {
    return new Position.Affine(new Subscript.Affine(List.of(new Subscript.Term(variable, 1)), 0));
  }

  /** The statement for all of a tile at once. */
  Stmt jam(List<Directive.TileLoop> loops, Stmt body) {
    LoopNest nest = roles.nest();
    LoopNest with = new LoopNest(nest.name(), nest.tensors(), roles.merged(), all(), nest.body());
    return new Unrolling(with, new Directive.Tile(loops), LocalNames.of(nest.body()), false)
        .jam(body);
  }

  // Neighbours.

  /** Whether neighbours along the role may be neighbours in memory. */
  boolean mayBeRun(PackRoles.Role role, Element element) {
    return role.merged().isEmpty() || walksUnitAxis(element, role.lastPart());
  }

  /** Whether a part of merged indices walks the unit axis of an element. */
  boolean walksUnitAxis(Element element, IndexVariable part) {
    TensorParameter tensor = roles.nest().tensor(element.tensor());
    int unitAxis = tensor.layout().unitAxis();
    return unitAxis != Layout.NO_AXIS
        && element.positions().get(unitAxis) instanceof Position.Merged(var digits, _)
        && digits.stream().anyMatch(d -> d.part().equals(part) && d.coefficient() == 1);
  }

  /** Whether the tile of a merged index is one run of memory; none if indices are not merged. */
  Optional<Expr> isRun(PackRoles.Role role, Element element) {
    return role.merged()
        .map(
            merged ->
                new Expr.Contiguous(atFirstStep(element), merged.variable(), role.loop().width()));
  }

  /**
   * An element of rows that are one run of memory: where the first row is, and so much further
   * along its unit axis.
   */
  Element alongRows(Element element) {
    IndexVariable step = roles.rows().step();
    int unitAxis = roles.nest().tensor(element.tensor()).layout().unitAxis();
    List<Position> positions = new ArrayList<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position first = withoutSteps(element.positions().get(axis), Set.of(step));
      positions.add(
          axis == unitAxis && first instanceof Position.Merged(var digits, Subscript.Affine rest)
              ? new Position.Merged(digits, further(rest, step))
              : first);
    }
    return new Element(element.tensor(), positions);
  }

  private static Subscript.Affine further(Subscript.Affine affine, IndexVariable step) {
    List<Subscript.Term> terms = new ArrayList<>(affine.terms());
    terms.add(new Subscript.Term(step, 1));
    return new Subscript.Affine(terms, affine.constant());
  }

  /** The element at the beginning of the tile, outside of the loops over its steps. */
  Element atFirstStep(Element element) {
    return new Element(
        element.tensor(),
        element.positions().stream()
            .map(position -> withoutSteps(position, roles.insideTile()))
            .toList());
  }

  private static Position withoutSteps(Position position, Set<IndexVariable> steps) {
    return switch (position) {
      case Position.Affine(Subscript.Affine affine) ->
          new Position.Affine(withoutSteps(affine, steps));
      case Position.Merged(var digits, Subscript.Affine rest) ->
          new Position.Merged(
              digits.stream()
                  .map(
                      d ->
                          new Position.Digit(
                              d.coefficient(), d.merged(), d.part(), withoutSteps(d.at(), steps)))
                  .toList(),
              withoutSteps(rest, steps));
      case Position.Bordered _, Position.Gathered _ ->
          throw new Relocation.UnsupportedException("a border or a gather along merged indices");
    };
  }

  private static Subscript.Affine withoutSteps(Subscript.Affine affine, Set<IndexVariable> steps) {
    return new Subscript.Affine(
        affine.terms().stream().filter(term -> !steps.contains(term.variable())).toList(),
        affine.constant());
  }
}
