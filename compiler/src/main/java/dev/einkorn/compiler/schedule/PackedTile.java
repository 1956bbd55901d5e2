package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.FunctionRun;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The micro-kernel of a packed contraction: one tile of sums in registers. */
final class PackedTile {
  private final PackRoles roles;
  private final PackPanels panels;
  private final ContractionForm form;
  private final ElementType type;

  PackedTile(PackRoles roles, PackPanels panels) {
    this.roles = roles;
    this.panels = panels;
    this.form = roles.form();
    this.type = form.left().elementType();
  }

  /** Computes a tile over a block of the sum, and stores what exists of it. */
  Stmt compute() {
    Stmt edge = edge();
    Optional<Stmt> direct = direct();
    if (direct.isEmpty()) {
      return edge;
    }
    Expr whole = LoopBounds.and(roles.rows().fits(), roles.columns().fits());
    if (roles.batch().isEmpty()) {
      for (Element element : alongColumns()) {
        Optional<Expr> run = panels.isRun(roles.columns(), element);
        whole = run.isPresent() ? LoopBounds.and(whole, run.get()) : whole;
      }
    }
    return new Stmt.Guard(whole, direct.get(), edge);
  }

  /** The target, and what the stored value reads along the columns beside the sum. */
  private Set<Element> alongColumns() {
    Set<Element> elements = new LinkedHashSet<>();
    elements.add(target());
    LoopWalk.subexpressions(
        roles.ofTarget().apply(form.result()),
        e -> {
          if (e instanceof Expr.Load(Element element, _)
              && element.dependsOn(roles.columns().step())) {
            elements.add(element);
          }
        });
    return elements;
  }

  private Element target() {
    return roles.ofTarget().apply(form.target());
  }

  /** Sums in registers that begin and end in the target. */
  private Optional<Stmt> direct() {
    Element target = target();
    if (roles.batch().isEmpty() && !panels.mayBeRun(roles.columns(), target)) {
      return Optional.empty();
    }
    try {
      Stmt compute = compute("tile_", target);
      return Optional.of(isSumAlone() ? compute : Stmt.sequence(List.of(compute, finish(target))));
    } catch (ScheduleException e) {
      return Optional.empty();
    }
  }

  /**
   * What is stored instead of the sums of a whole tile after their last block, row by row. In a
   * method of its own: the tile's with all rows of it would have more values than C1 can count, and
   * what C1 cannot compile with a profile does not reach C2.
   */
  private Stmt finish(Element target) {
    List<Directive.TileLoop> vectors = loops().subList(1, loops().size());
    Stmt row =
        finished(
            target,
            new Expr.Load(target, type),
            LoopBounds.number(roles.columns().loop().width()),
            store -> panels.jam(vectors, store));
    return new Stmt.Guard(
        isLastBlock(),
        new Stmt.Outline(
            "finish_" + roles.nest().name(),
            roles
                .rows()
                .overSteps(
                    LoopBounds.number(0), LoopBounds.number(roles.rows().loop().width()), row)),
        Stmt.NOTHING);
  }

  /**
   * Stores what is made of the sums of a row. A function that is many operations is called once for
   * the row, not within the statements on vectors: see {@link FunctionRun}.
   *
   * @param sum where a sum is now
   * @param count how many columns the row has
   * @param overColumns runs a statement for all of them
   */
  private Stmt finished(Element target, Expr sum, Expr count, UnaryOperator<Stmt> overColumns) {
    Expr value = replaceAccumulator(roles.ofTarget().apply(form.result()), sum);
    List<Stmt> parts = new ArrayList<>();
    if (roles.batch().isEmpty()) {
      value =
          LoopDistribution.withoutCalls(
              value,
              call -> {
                Element place = panels.valueElement(parts.size() / 2, call);
                Expr argument = call.arguments().getFirst();
                Expr stored = new Expr.Load(place, call.elementType());
                Expr again = new Expr.Call(call.function(), List.of(stored), true);
                parts.add(overColumns.apply(new Stmt.Store(place, argument)));
                Stmt run =
                    roles
                        .columns()
                        .overSteps(LoopBounds.number(0), count, new Stmt.Store(place, again));
                String name = call.function().symbol() + "_" + roles.nest().name();
                parts.add(new Stmt.Outline(name, run));
                return stored;
              });
    }
    parts.add(overColumns.apply(new Stmt.Store(target, value)));
    return Stmt.sequence(parts);
  }

  private boolean isSumAlone() {
    return form.result().equals(form.accumulator());
  }

  /** Sums in registers that begin and end in scratch memory, and what is copied from and to it. */
  private Stmt edge() {
    String name = roles.nest().name();
    Element target = target();
    Element aside = panels.tileElement();
    Stmt load = new Stmt.Store(aside, new Expr.Load(target, type));
    Stmt loaded = new Stmt.Outline("load_" + name, over(load));
    Expr sum = new Expr.Load(aside, type);
    Stmt unfinished = new Stmt.Store(target, sum);
    Stmt plain =
        new Stmt.Store(target, replaceAccumulator(roles.ofTarget().apply(form.result()), sum));
    Stmt byRow =
        finished(target, sum, roles.columns().valid(), store -> existing(roles.columns(), store));
    Stmt store =
        isSumAlone()
            ? over(unfinished)
            : PolynomialFunctions.areCalled(plain) && roles.batch().isEmpty()
                ? new Stmt.Guard(isLastBlock(), existing(roles.rows(), byRow), over(unfinished))
                : over(new Stmt.Guard(isLastBlock(), plain, unfinished));
    return Stmt.sequence(
        List.of(
            form.continues() ? loaded : new Stmt.Guard(goesOn(), loaded, Stmt.NOTHING),
            compute("edge_", aside),
            new Stmt.Outline("store_" + name, store)));
  }

  /**
   * The sums of all elements of a tile. Where rows that are read in place may be one run of memory,
   * there is a method for that too: it has one place to count from instead of one for each row,
   * more than there are registers.
   *
   * @param partial where a sum is taken up and left
   */
  private Stmt compute(String prefix, Element partial) {
    String name = roles.nest().name();
    Stmt store = new Stmt.Store(partial, form.accumulator());
    Expr left = factorOfRows();
    Stmt tile = new Stmt.Outline(prefix + name, panels.jam(loops(), sums(partial, store, left)));
    if (!(roles.pack().rows().inPlace() && left instanceof Expr.Load(Element element, _))
        || !panels.mayBeRun(roles.rows(), element)) {
      return tile;
    }
    Optional<Expr> isRun = panels.isRun(roles.rows(), element);
    if (isRun.isEmpty()) {
      return tile;
    }
    Expr along = new Expr.Load(panels.alongRows(element), type);
    Stmt run =
        new Stmt.Outline(prefix + "run_" + name, panels.jam(loops(), sums(partial, store, along)));
    return new Stmt.Guard(isRun.get(), run, tile);
  }

  private Expr factorOfRows() {
    return panels
        .rowsElement()
        .<Expr>map(element -> new Expr.Load(element, type))
        .orElseGet(() -> roles.ofFactor(roles.rows()).apply(form.left()));
  }

  private Stmt over(Stmt body) {
    Stmt inner = body;
    if (roles.batch().isPresent()) {
      PackRoles.Lane lane = roles.batch().get();
      inner =
          new Stmt.Loop(
              new IndexBinding(lane.lane(), new Extent.Fixed(lane.lanes())),
              LoopBounds.number(0),
              LoopBounds.number(lane.lanes()),
              LoopKind.SEQUENTIAL,
              inner);
    }
    Stmt rowByRow = existing(roles.rows(), existing(roles.columns(), inner));
    return roles.batch().isEmpty() && rowsLieSideBySide() ? acrossRows(body) : rowByRow;
  }

  /** Column by column, all rows of a column at once. */
  private Stmt acrossRows(Stmt body) {
    Directive.TileLoop rows =
        new Directive.TileLoop(roles.rows().step(), roles.pack().rows().count(), 1);
    Stmt one = existing(roles.columns(), existing(roles.rows(), body));
    try {
      Stmt all = existing(roles.columns(), panels.jam(List.of(rows), body));
      return new Stmt.Guard(roles.rows().fits(), all, one);
    } catch (ScheduleException e) {
      return one;
    }
  }

  /** Whether neighbours in the target are rows, not columns. */
  private boolean rowsLieSideBySide() {
    Element target = form.target();
    int unitAxis = roles.nest().tensor(target.tensor()).layout().unitAxis();
    return unitAxis != Layout.NO_AXIS
        && target.positions().get(unitAxis).dependsOn(roles.rows().lastPart());
  }

  private static Stmt existing(PackRoles.Role role, Stmt body) {
    return role.overSteps(LoopBounds.number(0), role.valid(), body);
  }

  private List<Directive.TileLoop> loops() {
    Directive.Pack pack = roles.pack();
    List<Directive.TileLoop> loops = new ArrayList<>();
    loops.add(new Directive.TileLoop(roles.rows().step(), pack.rows().count(), 1));
    loops.add(
        new Directive.TileLoop(
            roles.columns().step(), pack.columns().count(), pack.columns().lanes()));
    roles.batch().ifPresent(l -> loops.add(new Directive.TileLoop(l.lane(), 1, l.lanes())));
    return loops;
  }

  /**
   * One element's sum over the block, taken up from {@code partial} in all blocks but the first, or
   * in all.
   */
  private Stmt sums(Element partial, Stmt store, Expr left) {
    String local = form.accumulator().name();
    Stmt term = form.term(left, new Expr.Load(panels.columnsElement(), type));
    return Stmt.sequence(
        List.of(
            form.continues()
                ? new Stmt.Declare(local, type, new Expr.Load(partial, type))
                : Stmt.sequence(
                    List.of(
                        new Stmt.Declare(local, type, form.initial()),
                        new Stmt.Guard(
                            goesOn(),
                            new Stmt.Assign(local, new Expr.Load(partial, type)),
                            Stmt.NOTHING))),
            roles.overDepth(term),
            store));
  }

  private Expr goesOn() {
    return new Expr.BinaryOp(
        BinaryOperator.GREATER, new Expr.LoopValue(roles.depth().block()), LoopBounds.number(0));
  }

  private Expr isLastBlock() {
    return new Expr.BinaryOp(
        BinaryOperator.LESS_OR_EQUAL,
        roles.depth().left(),
        LoopBounds.number(roles.pack().depth().block()));
  }

  private Expr replaceAccumulator(Expr value, Expr sum) {
    return value.equals(form.accumulator())
        ? sum
        : value.mapChildren(child -> replaceAccumulator(child, sum));
  }
}
