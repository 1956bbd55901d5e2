package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.MergedIndex;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@link Directive.Pack}. The shape is Goto and van de Geijn's; that operands of any rank and
 * stride are read by tables of offsets while they are packed is Matthews's idea ("High-Performance
 * Tensor Contraction without Transposition", SIAM J. Sci. Comput. 40, 2018).
 */
final class PackedContraction {
  /** How many positions of the sum are packed row by row at a time: two cache lines of floats. */
  private static final int CHUNK = 32;

  private static final Position ORIGIN = new Position.Affine(new Subscript.Affine(List.of(), 0));

  private final LoopNest nest;
  private final Directive.Pack pack;
  private final ContractionForm form;
  private final ElementType type;
  private final Set<String> taken = new HashSet<>();
  private final List<MergedIndex> merged = new ArrayList<>();
  private final Role rows;
  private final Role columns;
  private final Role depth;
  private final Optional<Lane> batch;
  private final Scratch rowsPanel;
  private final Scratch columnsPanel;
  private final Scratch tile;

  /**
   * One side of the contraction.
   *
   * @param parts its indices
   * @param merged the index that walks them together, if there are several
   * @param extent how many positions there are
   * @param block where the packed block begins
   * @param tile which tile of the block
   * @param step where in the tile
   */
  private record Role(
      List<IndexBinding> parts,
      Optional<MergedIndex> merged,
      Extent extent,
      IndexVariable block,
      IndexVariable tile,
      IndexVariable step,
      Directive.PackLoop loop) {
    IndexBinding binding(IndexVariable variable) {
      return new IndexBinding(variable, extent);
    }

    /** The position that block, tile and step make. */
    Subscript.Affine position() {
      return new Subscript.Affine(
          List.of(
              new Subscript.Term(block, 1),
              new Subscript.Term(tile, loop.width()),
              new Subscript.Term(step, 1)),
          0);
    }

    void put(Relocation relocation, Subscript.Affine at) {
      if (merged.isPresent()) {
        parts.forEach(p -> relocation.put(p.variable(), merged.get().variable(), at));
      } else {
        relocation.put(parts.getFirst().variable(), at);
      }
    }
  }

  /**
   * The batch index that vectors lie along.
   *
   * @param vector which of the block's vectors
   * @param lane within the vector
   * @param vectors in a block
   */
  private record Lane(
      Stmt.Loop loop, IndexVariable vector, IndexVariable lane, int vectors, int lanes) {}

  private PackedContraction(LoopNest nest, Directive.Pack pack) {
    this.nest = nest;
    this.pack = pack;
    ContractionForm found =
        ContractionForm.of(nest)
            .orElseThrow(() -> refuse("the nest is not one promoted reduction of two factors"));
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop) {
            taken.add(loop.variable().name());
          }
        });
    nest.tensors().forEach(tensor -> taken.add(tensor.name()));
    rows = role(pack.rows(), found.outer());
    columns = role(pack.columns(), found.outer());
    depth = role(pack.depth(), found.depth());
    batch =
        pack.batch()
            .map(
                loop ->
                    new Lane(
                        loop(loop.variable(), found.outer()),
                        fresh(loop.variable() + "_vector"),
                        fresh(loop.variable() + "_lane"),
                        loop.count(),
                        loop.lanes()));
    form = sides(found);
    type = form.left().elementType();
    if (form.right().elementType() != type || form.accumulator().elementType() != type) {
      throw refuse("the factors and their sum differ in type");
    }
    checkRoles();
    boolean shared = pack.share() == Directive.Share.ROWS;
    rowsPanel = panel(form.left(), rows, false);
    columnsPanel = panel(form.right(), columns, shared);
    List<Extent> extents =
        new ArrayList<>(List.of(fixed(pack.rows().width()), fixed(pack.columns().width())));
    batch.ifPresent(lane -> extents.add(fixed(lane.lanes())));
    tile = new Scratch(unused(nest.name() + "_tile"), new TensorType(type, extents), false);
  }

  static LoopNest apply(LoopNest nest, Directive.Pack pack) {
    if (!nest.scratch().isEmpty() || !nest.merged().isEmpty()) {
      throw Scheduler.refusal(pack, "the nest is packed already");
    }
    try {
      return new PackedContraction(nest, pack).build();
    } catch (Relocation.UnsupportedException e) {
      throw Scheduler.refusal(pack, String.valueOf(e.getMessage()));
    }
  }

  private Role role(Directive.PackLoop packed, List<Stmt.Loop> among) {
    List<IndexBinding> parts = new ArrayList<>();
    for (IndexVariable variable : packed.variables()) {
      parts.add(loop(variable, among).binding());
    }
    String name = String.join("", packed.variables().stream().map(IndexVariable::name).toList());
    Optional<MergedIndex> walked =
        parts.size() == 1 ? Optional.empty() : Optional.of(new MergedIndex(fresh(name), parts));
    walked.ifPresent(merged::add);
    Extent extent = walked.map(m -> m.binding().extent()).orElse(parts.getFirst().extent());
    return new Role(
        parts,
        walked,
        extent,
        fresh(name + "_block"),
        fresh(name + "_tile"),
        fresh(name + "_step"),
        packed);
  }

  private Stmt.Loop loop(IndexVariable variable, List<Stmt.Loop> among) {
    return among.stream()
        .filter(loop -> loop.variable().equals(variable))
        .findFirst()
        .orElseThrow(() -> refuse("there is no loop " + variable + " of that kind"));
  }

  private IndexVariable fresh(String wish) {
    return new IndexVariable(unused(wish));
  }

  private String unused(String wish) {
    String name = wish;
    for (int n = 1; !taken.add(name); n++) {
      name = wish + "_" + n;
    }
    return name;
  }

  /** The form with the factor of the rows on the left. */
  private ContractionForm sides(ContractionForm found) {
    for (ContractionForm candidate : List.of(found, found.swapped())) {
      if (avoids(candidate.left(), columns) && avoids(candidate.right(), rows)) {
        return candidate;
      }
    }
    throw refuse("a factor depends on both rows and columns");
  }

  private static boolean avoids(Expr factor, Role role) {
    Set<IndexVariable> used = ContractionForm.variables(factor);
    return role.parts().stream().noneMatch(part -> used.contains(part.variable()));
  }

  private void checkRoles() {
    List<IndexVariable> summed = form.depth().stream().map(Stmt.Loop::variable).toList();
    if (!summed.equals(pack.depth().variables())) {
      throw refuse("the depth must be the indices of the sum in their order, " + summed);
    }
    Set<IndexVariable> roles = new HashSet<>();
    for (Directive.PackLoop loop : List.of(pack.rows(), pack.columns(), pack.depth())) {
      for (IndexVariable variable : loop.variables()) {
        if (!roles.add(variable)) {
          throw refuse(variable + " has two roles");
        }
      }
    }
    if (batch.isPresent() && !roles.add(batch.get().loop().variable())) {
      throw refuse(batch.get().loop().variable() + " has two roles");
    }
    if (nest.tensor(nest.name()).type().elementType() != type) {
      throw refuse("the target does not hold results of type " + type);
    }
  }

  private Scratch panel(Expr factor, Role role, boolean shared) {
    List<Extent> extents = new ArrayList<>();
    batch.ifPresent(lane -> extents.add(fixed(lane.vectors())));
    extents.add(fixed(role.loop().block() / role.loop().width()));
    extents.add(fixed(pack.depth().block()));
    extents.add(fixed(role.loop().width()));
    batch.ifPresent(lane -> extents.add(fixed(lane.lanes())));
    return new Scratch(
        unused(name(factor) + "_panel"), new TensorType(factor.elementType(), extents), shared);
  }

  /** The tensor that a factor reads first. */
  private String name(Expr factor) {
    List<String> read = new ArrayList<>();
    LoopWalk.subexpressions(
        factor,
        e -> {
          if (e instanceof Expr.Load(Element element, _)) {
            read.add(element.tensor());
          }
        });
    return read.isEmpty() ? nest.name() : read.getFirst();
  }

  private static Extent fixed(long value) {
    return new Extent.Fixed(value);
  }

  // The loops, from the outside in.

  private LoopNest build() {
    Stmt packed = overDepthBlocks();
    boolean byColumns = pack.share() == Directive.Share.COLUMNS;
    packed = blocks(columns, byColumns ? LoopKind.PARALLEL : LoopKind.SEQUENTIAL, packed);
    if (batch.isPresent()) {
      Lane lane = batch.get();
      packed =
          lane.loop()
              .withStep(new Stmt.Step((long) lane.vectors() * lane.lanes(), true))
              .withBody(packed);
    }
    Set<IndexVariable> inside = new HashSet<>();
    rows.parts().forEach(part -> inside.add(part.variable()));
    columns.parts().forEach(part -> inside.add(part.variable()));
    batch.ifPresent(lane -> inside.add(lane.loop().variable()));
    for (Stmt.Loop loop : form.outer().reversed()) {
      if (!inside.contains(loop.variable())) {
        packed = loop.withBody(packed);
      }
    }
    Expr runs = atLeast(depth.extent(), 1);
    if (batch.isPresent()) {
      Lane lane = batch.get();
      runs =
          and(runs, atLeast(lane.loop().binding().extent(), (long) lane.vectors() * lane.lanes()));
    }
    return new LoopNest(
        nest.name(),
        nest.tensors(),
        merged,
        List.of(rowsPanel, columnsPanel, tile),
        new Stmt.Guard(runs, packed, nest.body()));
  }

  private Stmt overDepthBlocks() {
    boolean byRows = pack.share() == Directive.Share.ROWS;
    List<Stmt> body = new ArrayList<>();
    body.add(
        tiles(
            columns,
            byRows ? LoopKind.PARALLEL : LoopKind.SEQUENTIAL,
            packing(columns, form.right(), columnsPanel)));
    if (byRows) {
      body.add(new Stmt.Barrier());
    }
    Stmt tiles =
        storesOften()
            ? tiles(
                columns,
                LoopKind.SEQUENTIAL,
                tiles(rows, LoopKind.SEQUENTIAL, overVectors(computeTile())))
            : overVectors(
                tiles(
                    columns, LoopKind.SEQUENTIAL, tiles(rows, LoopKind.SEQUENTIAL, computeTile())));
    Stmt block =
        Stmt.sequence(
            List.of(
                tiles(rows, LoopKind.SEQUENTIAL, packing(rows, form.left(), rowsPanel)),
                new Stmt.Outline("block_" + nest.name(), tiles)));
    body.add(blocks(rows, byRows ? LoopKind.PARALLEL : LoopKind.SEQUENTIAL, block));
    if (byRows) {
      body.add(new Stmt.Barrier());
    }
    return blocks(depth, LoopKind.SEQUENTIAL, Stmt.sequence(body));
  }

  private Stmt blocks(Role role, LoopKind kind, Stmt body) {
    return new Stmt.Loop(
        role.binding(role.block()),
        number(0),
        new Expr.ExtentValue(role.extent()),
        new Stmt.Step(role.loop().block(), false),
        kind,
        body);
  }

  /** A loop over the tiles of a block, the last of which may hang over the end. */
  private Stmt tiles(Role role, LoopKind kind, Stmt body) {
    long width = role.loop().width();
    Expr count =
        new Expr.BinaryOp(
            BinaryOperator.FLOOR_DIVIDE,
            new Expr.BinaryOp(
                BinaryOperator.ADD,
                min(number(role.loop().block()), left(role)),
                number(width - 1)),
            number(width));
    return new Stmt.Loop(role.binding(role.tile()), number(0), count, kind, body);
  }

  /** How many positions there are from the block on. */
  private static Expr left(Role role) {
    return new Expr.BinaryOp(
        BinaryOperator.SUBTRACT,
        new Expr.ExtentValue(role.extent()),
        new Expr.LoopValue(role.block()));
  }

  /** How many positions of the sum the block holds. */
  private Expr depthCount() {
    return min(number(pack.depth().block()), left(depth));
  }

  /** How many positions of a tile exist. */
  private static Expr valid(Role role) {
    return min(number(role.loop().width()), rest(role));
  }

  /** How many positions there are from the tile on. */
  private static Expr rest(Role role) {
    return new Expr.BinaryOp(
        BinaryOperator.SUBTRACT,
        left(role),
        new Expr.BinaryOp(
            BinaryOperator.MULTIPLY, number(role.loop().width()), new Expr.LoopValue(role.tile())));
  }

  // Packing.

  /** Copies one tile of a factor to its panel; what hangs over the end becomes 0. */
  private Stmt packing(Role role, Expr factor, Scratch panel) {
    Relocation relocation = new Relocation();
    role.put(relocation, role.position());
    depth.put(relocation, depthPosition());
    batch.ifPresent(lane -> relocation.put(lane.loop().variable(), lanePosition(lane)));
    Expr value = relocation.apply(factor);
    Element place = panelElement(panel, role);
    Stmt copy = new Stmt.Store(place, value);
    Stmt zero = new Stmt.Store(place, new Expr.Constant(zeroOf(type), type));
    List<Stmt> body = new ArrayList<>();
    if (batch.isPresent()) {
      Lane lane = batch.get();
      List<Directive.TileLoop> lanes =
          List.of(new Directive.TileLoop(lane.lane(), 1, lane.lanes()));
      // Side by side along the batch index first: that is how they lie in memory.
      body.add(steps(role, number(0), valid(role), overDepth(overVectors(jam(lanes, copy)))));
      body.add(
          steps(
              role,
              valid(role),
              number(role.loop().width()),
              overDepth(overVectors(jam(lanes, zero)))));
    } else {
      Stmt elements =
          Stmt.sequence(
              List.of(
                  elements(role, factor, copy),
                  overDepth(steps(role, valid(role), number(role.loop().width()), zero))));
      body.add(
          vectorized(role, value, copy)
              .<Stmt>map(vectors -> new Stmt.Guard(isWhole(role, value), vectors, elements))
              .orElse(elements));
    }
    return new Stmt.Outline("pack_" + name(factor), Stmt.sequence(body));
  }

  /** Copies by vectors, where neighbours along the role are neighbours in memory. */
  private Optional<Stmt> vectorized(Role role, Expr value, Stmt copy) {
    int lanes = role.loop().lanes() > 1 ? role.loop().lanes() : 4;
    int width = role.loop().width();
    if (width % lanes != 0 || !canBeNeighbours(role, value)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          overDepth(jam(List.of(new Directive.TileLoop(role.step(), width / lanes, lanes)), copy)));
    } catch (ScheduleException e) {
      return Optional.empty();
    }
  }

  /** A factor that is one load whose unit axis is walked by the role's last index. */
  private boolean canBeNeighbours(Role role, Expr value) {
    if (role.merged().isEmpty()) {
      return true;
    }
    return value instanceof Expr.Load(Element element, _)
        && walksUnitAxis(element, role.parts().getLast().variable());
  }

  private boolean walksUnitAxis(Element element, IndexVariable part) {
    TensorParameter tensor = nest.tensor(element.tensor());
    int unitAxis = tensor.layout().unitAxis();
    return unitAxis != Layout.NO_AXIS
        && element.positions().get(unitAxis) instanceof Position.Merged(var digits, _)
        && digits.stream().anyMatch(d -> d.part().equals(part) && d.coefficient() == 1);
  }

  /** Whether a tile does not hang over the end and, if indices are merged, is one run of memory. */
  private Expr isWhole(Role role, Expr value) {
    Expr whole = fits(role);
    if (role.merged().isPresent() && value instanceof Expr.Load(Element element, _)) {
      whole = and(whole, isRun(role, element));
    }
    return whole;
  }

  /** Whether the tile of a merged index is one run of memory. */
  private Expr isRun(Role role, Element element) {
    Element first =
        new Element(element.tensor(), element.positions().stream().map(this::atFirstStep).toList());
    return new Expr.Contiguous(first, role.merged().orElseThrow().variable(), role.loop().width());
  }

  /** The position at the beginning of the tile, outside of the loops over its steps. */
  private Position atFirstStep(Position position) {
    return switch (position) {
      case Position.Affine(Subscript.Affine affine) -> new Position.Affine(atFirstStep(affine));
      case Position.Merged(var digits, Subscript.Affine rest) ->
          new Position.Merged(
              digits.stream()
                  .map(
                      d ->
                          new Position.Digit(
                              d.coefficient(), d.merged(), d.part(), atFirstStep(d.at())))
                  .toList(),
              atFirstStep(rest));
      case Position.Bordered _, Position.Gathered _ ->
          throw new Relocation.UnsupportedException("a border or a gather along merged indices");
    };
  }

  private Subscript.Affine atFirstStep(Subscript.Affine affine) {
    Set<IndexVariable> steps = new HashSet<>(List.of(rows.step(), columns.step(), depth.step()));
    batch.ifPresent(lane -> steps.addAll(List.of(lane.lane(), lane.vector())));
    return new Subscript.Affine(
        affine.terms().stream().filter(term -> !steps.contains(term.variable())).toList(),
        affine.constant());
  }

  /** Copies element by element, along whatever of role and depth has the unit stride. */
  private Stmt elements(Role role, Expr factor, Stmt copy) {
    if (unitStrideAlong(role, factor)) {
      return overDepth(steps(role, number(0), valid(role), copy));
    }
    if (role.merged().isEmpty() && depth.merged().isEmpty() && factor instanceof Expr.Load) {
      // Rows of memory become columns of the panel.
      return new Stmt.Outline(
          "transpose_" + name(factor), steps(role, number(0), valid(role), overDepth(copy)));
    }
    IndexVariable chunk = fresh(depth.step().name() + "_chunk");
    Expr end =
        min(
            new Expr.BinaryOp(BinaryOperator.ADD, new Expr.LoopValue(chunk), number(CHUNK)),
            depthCount());
    Stmt inside =
        new Stmt.Loop(
            depth.binding(depth.step()), new Expr.LoopValue(chunk), end, LoopKind.SEQUENTIAL, copy);
    return new Stmt.Loop(
        depth.binding(chunk),
        number(0),
        depthCount(),
        new Stmt.Step(CHUNK, false),
        LoopKind.SEQUENTIAL,
        steps(role, number(0), valid(role), inside));
  }

  private boolean unitStrideAlong(Role role, Expr factor) {
    boolean[] found = {false};
    LoopWalk.subexpressions(
        factor,
        e -> {
          if (e instanceof Expr.Load(Element element, _)) {
            int unitAxis = nest.tensor(element.tensor()).layout().unitAxis();
            found[0] |=
                unitAxis != Layout.NO_AXIS
                    && element
                        .positions()
                        .get(unitAxis)
                        .dependsOn(role.parts().getLast().variable());
          }
        });
    return found[0];
  }

  /**
   * Whether sums are so short that how the target is written counts more than how panels are read:
   * then the vectors along a batch index are stored side by side.
   */
  private boolean storesOften() {
    return pack.depth().block() <= 32;
  }

  private Stmt overVectors(Stmt body) {
    if (batch.isEmpty() || batch.get().vectors() == 1) {
      return body;
    }
    Lane lane = batch.get();
    return new Stmt.Loop(
        new IndexBinding(lane.vector(), fixed(lane.vectors())), LoopKind.SEQUENTIAL, body);
  }

  private Stmt overDepth(Stmt body) {
    return new Stmt.Loop(
        depth.binding(depth.step()), number(0), depthCount(), LoopKind.SEQUENTIAL, body);
  }

  private static Stmt steps(Role role, Expr lower, Expr upper, Stmt body) {
    return new Stmt.Loop(role.binding(role.step()), lower, upper, LoopKind.SEQUENTIAL, body);
  }

  // The micro-kernel.

  private Stmt computeTile() {
    Stmt edge = edgeTile();
    Optional<Stmt> direct = directTile();
    if (direct.isEmpty()) {
      return edge;
    }
    Expr whole = and(fits(rows), fits(columns));
    if (columns.merged().isPresent() && batch.isEmpty()) {
      whole = and(whole, isRun(columns, targetElement()));
      for (Element element : readAlongColumns()) {
        whole = and(whole, isRun(columns, element));
      }
    }
    return new Stmt.Guard(whole, direct.get(), edge);
  }

  /** What the stored value reads along the merged columns, beside the sum. */
  private Set<Element> readAlongColumns() {
    Set<Element> elements = new LinkedHashSet<>();
    LoopWalk.subexpressions(
        relocated(form.result()),
        e -> {
          if (e instanceof Expr.Load(Element element, _) && element.dependsOn(columns.step())) {
            elements.add(element);
          }
        });
    return elements;
  }

  private static Expr fits(Role role) {
    return new Expr.BinaryOp(
        BinaryOperator.GREATER_OR_EQUAL, rest(role), number(role.loop().width()));
  }

  /** Sums in registers that begin and end in the target. */
  private Optional<Stmt> directTile() {
    Element target = targetElement();
    boolean canBeNeighbours =
        batch.isPresent()
            || columns.merged().isEmpty()
            || walksUnitAxis(target, columns.parts().getLast().variable());
    if (!canBeNeighbours) {
      return Optional.empty();
    }
    try {
      Stmt finished = new Stmt.Store(target, relocated(form.result()));
      return Optional.of(
          new Stmt.Outline(
              "tile_" + nest.name(), jam(tileLoops(), sums(target, store(target, finished)))));
    } catch (ScheduleException e) {
      return Optional.empty();
    }
  }

  /** Sums in registers that begin and end in scratch memory, and what is copied from and to it. */
  private Stmt edgeTile() {
    Element target = targetElement();
    List<Position> positions = new ArrayList<>(List.of(plain(rows.step()), plain(columns.step())));
    batch.ifPresent(lane -> positions.add(plain(lane.lane())));
    Element aside = new Element(tile.name(), positions);
    Stmt load = new Stmt.Store(aside, new Expr.Load(target, type));
    Stmt compute =
        new Stmt.Outline(
            "edge_" + nest.name(),
            jam(tileLoops(), sums(aside, new Stmt.Store(aside, form.accumulator()))));
    Expr sum = new Expr.Load(aside, type);
    Stmt finished = new Stmt.Store(target, replaceAccumulator(relocated(form.result()), sum));
    Stmt unfinished = new Stmt.Store(target, sum);
    Stmt save = isPlainResult() ? unfinished : new Stmt.Guard(isLastBlock(), finished, unfinished);
    return Stmt.sequence(
        List.of(
            new Stmt.Guard(
                goesOn(), new Stmt.Outline("load_" + nest.name(), overTile(load)), Stmt.NOTHING),
            compute,
            new Stmt.Outline("store_" + nest.name(), overTile(save))));
  }

  private Stmt overTile(Stmt body) {
    Stmt inner = body;
    if (batch.isPresent()) {
      Lane lane = batch.get();
      inner =
          new Stmt.Loop(
              new IndexBinding(lane.lane(), fixed(lane.lanes())),
              number(0),
              number(lane.lanes()),
              LoopKind.SEQUENTIAL,
              inner);
    }
    return steps(rows, number(0), valid(rows), steps(columns, number(0), valid(columns), inner));
  }

  private List<Directive.TileLoop> tileLoops() {
    List<Directive.TileLoop> loops = new ArrayList<>();
    loops.add(new Directive.TileLoop(rows.step(), pack.rows().count(), 1));
    loops.add(
        new Directive.TileLoop(columns.step(), pack.columns().count(), pack.columns().lanes()));
    batch.ifPresent(lane -> loops.add(new Directive.TileLoop(lane.lane(), 1, lane.lanes())));
    return loops;
  }

  /**
   * One element's sum over the block, taken up from {@code partial} in all blocks but the first.
   */
  private Stmt sums(Element partial, Stmt store) {
    String local = form.accumulator().name();
    Stmt term =
        form.term(
            new Expr.Load(panelElement(rowsPanel, rows), type),
            new Expr.Load(panelElement(columnsPanel, columns), type));
    return Stmt.sequence(
        List.of(
            new Stmt.Declare(local, type, form.initial()),
            new Stmt.Guard(
                goesOn(), new Stmt.Assign(local, new Expr.Load(partial, type)), Stmt.NOTHING),
            overDepth(term),
            store));
  }

  private Stmt store(Element target, Stmt finished) {
    Stmt unfinished = new Stmt.Store(target, form.accumulator());
    return isPlainResult() ? unfinished : new Stmt.Guard(isLastBlock(), finished, unfinished);
  }

  private boolean isPlainResult() {
    return form.result().equals(form.accumulator());
  }

  private Expr goesOn() {
    return new Expr.BinaryOp(BinaryOperator.GREATER, new Expr.LoopValue(depth.block()), number(0));
  }

  private Expr isLastBlock() {
    return new Expr.BinaryOp(
        BinaryOperator.LESS_OR_EQUAL, left(depth), number(pack.depth().block()));
  }

  private Expr replaceAccumulator(Expr value, Expr sum) {
    return value.equals(form.accumulator())
        ? sum
        : value.mapChildren(child -> replaceAccumulator(child, sum));
  }

  private Element targetElement() {
    return relocation().apply(form.target());
  }

  private Expr relocated(Expr value) {
    return relocation().apply(value);
  }

  private Relocation relocation() {
    Relocation relocation = new Relocation();
    rows.put(relocation, rows.position());
    columns.put(relocation, columns.position());
    batch.ifPresent(lane -> relocation.put(lane.loop().variable(), lanePosition(lane)));
    return relocation;
  }

  private Subscript.Affine depthPosition() {
    return new Subscript.Affine(
        List.of(new Subscript.Term(depth.block(), 1), new Subscript.Term(depth.step(), 1)), 0);
  }

  private static Subscript.Affine lanePosition(Lane lane) {
    List<Subscript.Term> terms = new ArrayList<>();
    terms.add(new Subscript.Term(lane.loop().variable(), 1));
    if (lane.vectors() > 1) {
      terms.add(new Subscript.Term(lane.vector(), lane.lanes()));
    }
    terms.add(new Subscript.Term(lane.lane(), 1));
    return new Subscript.Affine(terms, 0);
  }

  private Element panelElement(Scratch panel, Role role) {
    List<Position> positions = new ArrayList<>();
    batch.ifPresent(lane -> positions.add(lane.vectors() > 1 ? plain(lane.vector()) : ORIGIN));
    positions.add(plain(role.tile()));
    positions.add(plain(depth.step()));
    positions.add(plain(role.step()));
    batch.ifPresent(lane -> positions.add(plain(lane.lane())));
    return new Element(panel.name(), positions);
  }

  private static Position plain(IndexVariable variable) {
    return new Position.Affine(new Subscript.Affine(List.of(new Subscript.Term(variable, 1)), 0));
  }

  private Stmt jam(List<Directive.TileLoop> loops, Stmt body) {
    LoopNest with = new LoopNest(nest.name(), nest.tensors(), merged, scratch(), nest.body());
    return new Unrolling(with, new Directive.Tile(loops), LocalNames.of(nest.body()), false)
        .jam(body);
  }

  private List<Scratch> scratch() {
    List<Scratch> all = new ArrayList<>(List.of(rowsPanel, columnsPanel));
    all.add(tile);
    return all;
  }

  private static Expr and(Expr left, Expr right) {
    return new Expr.BinaryOp(BinaryOperator.AND, left, right);
  }

  private static Expr atLeast(Extent extent, long count) {
    return new Expr.BinaryOp(
        BinaryOperator.GREATER_OR_EQUAL, new Expr.ExtentValue(extent), number(count));
  }

  private static Expr min(Expr left, Expr right) {
    return new Expr.Call(Function.MIN, List.of(left, right));
  }

  private static Object zeroOf(ElementType type) {
    return type.isFloating() ? (Object) 0.0 : (Object) 0L;
  }

  private static Expr number(long value) {
    return new Expr.Constant(value, ElementType.I64);
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(pack, reason);
  }
}
