package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.schedule.ContractionForm;
import dev.einkorn.compiler.schedule.Directive.PackLoop;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What kernels of contractions have in common, whoever multiplies: which tile is a block's, where
 * elements lie, what is copied at once, and how sums are stored.
 */
final class ContractionParts {
  /** Blocks with neighbouring numbers have tiles in a band of so many rows of tiles. */
  private static final int BAND = 8;

  /** What a multiple of this can be copied or stored at once. */
  private static final int ALIGNED_BYTES = 16;

  private final ContractionForm form;
  private final PackLoop rows;
  private final PackLoop columns;
  private final PackLoop depth;
  private final int split;
  private final Stmt result;
  private final KernelNames names;
  private final CudaExpressions expressions;
  private final List<String> whole = new ArrayList<>();
  private Count gridX = Count.ONE;

  /**
   * For a nest of this form.
   *
   * @param split among how many blocks a sum is shared out
   * @param result what is stored, over the accumulator
   */
  ContractionParts(
      ContractionForm form,
      PackLoop rows,
      PackLoop columns,
      PackLoop depth,
      int split,
      Stmt result,
      KernelNames names,
      boolean exact) {
    this.form = form;
    this.rows = rows;
    this.columns = columns;
    this.depth = depth;
    this.split = split;
    this.result = result;
    this.names = names;
    this.expressions = new CudaExpressions(names, exact);
  }

  /** One factor: where its elements lie, and how they come to shared memory. */
  final class Factor {
    /** Declarations of tables of offsets. */
    final List<String> tables = new ArrayList<>();

    /** Statements that fill the tables of rows or columns at {@code item}. */
    final List<String> lineOffsets = new ArrayList<>();

    /** Statements that fill the tables along the sum at {@code deep} of {@code slot}. */
    final List<String> depthOffsets = new ArrayList<>();

    /** The factor at {@code line} and {@code deep} of {@code slot}. */
    final String value;

    /** Whether there is such an element; otherwise it is zero. */
    final String inside;

    /** Whether neighbours in memory are neighbours along the sum. */
    final boolean alongDepth;

    /** Whether the factor is an element as it is stored. */
    final boolean isElement;

    private final PackLoop role;
    private final Expr factor;

    /**
     * A side of the product.
     *
     * @param line {@code row} or {@code column}
     */
    Factor(PackLoop role, Expr factor, String line) {
      this.role = role;
      this.factor = factor;
      Set<IndexVariable> summed = new HashSet<>(depth.variables());
      Map<Expr, String> replaced = new HashMap<>();
      List<String> insides = new ArrayList<>();
      for (Expr.Load load : Tiles.loads(factor)) {
        String tensor = load.element().tensor();
        String lines = names.own(List.of(load, line), tensor + "_" + line);
        String along = names.own(List.of(load, line, "depth"), tensor + "_depth");
        tables.add("__shared__ " + names.index() + " " + lines + "[" + role.block() + "];");
        tables.add(
            "__shared__ " + names.index() + " " + along + "[$stages][" + depth.block() + "];");
        lineOffsets.add(
            lines
                + "[item] = "
                + Tiles.offset(load.element(), v -> !summed.contains(v), true, names)
                + ";");
        depthOffsets.add(
            along
                + "[slot][deep] = "
                + Tiles.offset(load.element(), summed::contains, false, names)
                + ";");
        List<String> conditions = new ArrayList<>();
        String at = lines + "[line] + " + along + "[slot][deep]" + borders(load, line, conditions);
        String element = names.data(tensor) + "[" + at + "]";
        if (load.equals(factor)) {
          insides.addAll(conditions);
        } else if (!conditions.isEmpty()) {
          element = "(" + String.join(" && ", conditions) + " ? " + element + " : 0)";
        }
        replaced.put(load, element);
      }
      value = expressions.writeWith(replaced, factor);
      insides.addFirst("panel + deep < depth_end");
      inside = String.join(" && ", insides);
      alongDepth = runs(factor, depth) > runs(factor, role);
      isElement =
          factor instanceof Expr.Load load
              && load.elementType() == form.accumulator().elementType();
    }

    /**
     * Tables of positions along axes with borders.
     *
     * @param conditions receives when there is an element
     * @return what an offset has beside its tables, with a plus before it
     */
    private String borders(Expr.Load load, String line, List<String> conditions) {
      TensorParameter tensor = names.nest().tensor(load.element().tensor());
      var moved = new StringBuilder();
      for (int axis = 0; axis < load.element().positions().size(); axis++) {
        if (!(load.element().positions().get(axis)
            instanceof Position.Bordered(Subscript.Affine form, Border border))) {
          continue;
        }
        String lines =
            names.own(List.of(load, line, axis), tensor.name() + "_" + line + "_" + axis);
        String along =
            names.own(List.of(load, line, "depth", axis), tensor.name() + "_depth_" + axis);
        Set<IndexVariable> summed = new HashSet<>(depth.variables());
        tables.add("__shared__ " + names.index() + " " + lines + "[" + role.block() + "];");
        tables.add(
            "__shared__ " + names.index() + " " + along + "[$stages][" + depth.block() + "];");
        lineOffsets.add(
            lines
                + "[item] = "
                + names.affine(Tiles.part(form, v -> !summed.contains(v), true))
                + ";");
        depthOffsets.add(
            along
                + "[slot][deep] = "
                + names.affine(Tiles.part(form, summed::contains, false))
                + ";");
        String position = lines + "[line] + " + along + "[slot][deep]";
        String extent = names.extent(tensor.type().extents().get(axis));
        if (border == Border.ZERO) {
          names.needs("is_inside");
          conditions.add("is_inside<" + names.index() + ">(" + position + ", " + extent + ")");
        } else {
          String text = expressions.moved(position, border, tensor.type().extents().get(axis));
          String stride = names.stride(tensor, axis);
          moved.append(" + ").append(KernelNames.product(text, List.of(stride)));
          conditions.add(extent + " > 0");
        }
      }
      return moved.toString();
    }

    /** When groups of 16 bytes can be copied; empty if never. */
    List<String> whole() {
      return isElement && factor instanceof Expr.Load load
          ? ContractionParts.this.whole(load.element(), alongDepth ? depth : role)
          : List.of();
    }

    /** How many factors' elements touch along the indices of a role. */
    private int runs(Expr factor, PackLoop role) {
      int count = 0;
      for (Expr.Load load : Tiles.loads(factor)) {
        int axis = names.nest().tensor(load.element().tensor()).layout().unitAxis();
        if (axis >= 0) {
          Position position = load.element().positions().get(axis);
          count += role.variables().stream().anyMatch(position::dependsOn) ? 1 : 0;
        }
      }
      return count;
    }

    /** The tables for so many panels. */
    List<String> tables(int stages) {
      return tables.stream().map(t -> t.replace("$stages", Integer.toString(stages))).toList();
    }
  }

  Factor left() {
    return new Factor(rows, withoutBorders(form.left()), "row");
  }

  Factor right() {
    return new Factor(columns, withoutBorders(form.right()), "column");
  }

  /** A factor without borders on axes that an index walks from end to end. */
  private Expr withoutBorders(Expr factor) {
    if (!(factor instanceof Expr.Load(Element element, ElementType type))) {
      return factor.mapChildren(this::withoutBorders);
    }
    List<Extent> extents = names.nest().tensor(element.tensor()).type().extents();
    List<Position> positions = new ArrayList<>();
    for (int axis = 0; axis < extents.size(); axis++) {
      Position position = element.positions().get(axis);
      boolean walks =
          position instanceof Position.Bordered(Subscript.Affine affine, _)
              && affine.isVariable()
              && extent(affine.variable()).equals(Optional.of(extents.get(axis)));
      positions.add(
          walks && position instanceof Position.Bordered(Subscript.Affine affine, _)
              ? new Position.Affine(affine)
              : position);
    }
    return new Expr.Load(new Element(element.tensor(), positions), type);
  }

  private Optional<Extent> extent(IndexVariable variable) {
    List<Stmt.Loop> loops = new ArrayList<>(form.outer());
    loops.addAll(form.depth());
    return loops.stream()
        .filter(loop -> loop.variable().equals(variable))
        .map(loop -> loop.binding().extent())
        .findFirst();
  }

  /** Statements that note where several elements can be copied or stored at once. */
  List<String> whole() {
    return List.copyOf(whole);
  }

  /** How many elements of a type are copied at once. */
  static int vector(ElementType type) {
    return ALIGNED_BYTES / type.byteSize();
  }

  /**
   * The name of what tells whether groups along the last index of a role are aligned, and never
   * cross an end; empty if they never are.
   */
  private List<String> whole(Element element, PackLoop role) {
    TensorParameter tensor = names.nest().tensor(element.tensor());
    int unit = tensor.layout().unitAxis();
    IndexVariable last = role.variables().getLast();
    if (unit < 0
        || !(element.positions().get(unit) instanceof Position.Affine(Subscript.Affine form))
        || !form.isVariable()
        || !form.variable().equals(last)) {
      return List.of();
    }
    int vector = vector(tensor.type().elementType());
    List<String> conditions = new ArrayList<>();
    conditions.add("is_aligned(" + names.data(tensor.name()) + ", " + ALIGNED_BYTES + ")");
    multiple(bindings(role).getLast().extent(), vector).ifPresent(conditions::add);
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      if (axis == unit || !(position instanceof Position.Affine(Subscript.Affine other))) {
        continue;
      }
      if (position.dependsOn(last)) {
        return List.of();
      }
      boolean moves = !other.terms().isEmpty() || other.constant() != 0;
      if (moves) {
        conditions.add(names.stride(tensor, axis) + " % " + vector + " == 0");
      }
    }
    names.needs("is_aligned");
    String name = names.own(List.of(element, "whole"), tensor.name() + "_whole");
    String line = "const bool " + name + " = " + String.join(" && ", conditions) + ";";
    if (!whole.contains(line)) {
      whole.add(line);
    }
    return List.of(name);
  }

  /** That an extent is a multiple of a number; empty if it is known to be. */
  private Optional<String> multiple(Extent extent, int vector) {
    return extent instanceof Extent.Fixed(long value) && value % vector == 0
        ? Optional.empty()
        : Optional.of(names.extent(extent) + " % " + vector + " == 0");
  }

  /**
   * How sums are stored.
   *
   * @param tables of offsets, if what is stored is the sum itself
   * @param rowOffsets statements that fill that of rows
   * @param columnOffsets statements that fill that of columns
   * @param whole when neighbours can be stored at once; empty if never
   * @param place of the element at {@code row_item} and {@code column_item}
   * @param indices statements that find the indices that the result needs
   * @param lines statements that store the result
   */
  record Target(
      List<String> tables,
      List<String> rowOffsets,
      List<String> columnOffsets,
      List<String> whole,
      String place,
      List<String> indices,
      List<String> lines) {}

  Target target() {
    var writer =
        new StatementWriter(
            names, expressions, Map.of(), Map.of(), StatementWriter.Lanes.ALONE, "");
    if (!(result instanceof Stmt.Store(Element element, Expr value))
        || !value.equals(form.accumulator())
        || !element.positions().stream().allMatch(Position.Affine.class::isInstance)) {
      writer.write(result);
      List<String> indices = new ArrayList<>(indices(rows, "row"));
      indices.addAll(indices(columns, "column"));
      return new Target(List.of(), List.of(), List.of(), List.of(), "", indices, writer.lines());
    }
    String tensor = names.data(element.tensor());
    String row = names.own("target rows", element.tensor() + "_row");
    String column = names.own("target columns", element.tensor() + "_column");
    Set<IndexVariable> across = new HashSet<>(columns.variables());
    List<String> tables =
        List.of(
            "__shared__ " + names.index() + " " + row + "[" + rows.block() + "];",
            "__shared__ " + names.index() + " " + column + "[" + columns.block() + "];");
    String rowOffset =
        row + "[item] = " + Tiles.offset(element, v -> !across.contains(v), true, names) + ";";
    String columnOffset =
        column + "[item] = " + Tiles.offset(element, across::contains, false, names) + ";";
    String place = tensor + "[" + row + "[row_item] + " + column + "[column_item]]";
    String single = tensor + "[" + row + "[row_item] + " + column + "[column_item + beside]]";
    return new Target(
        tables,
        List.of(rowOffset),
        List.of(columnOffset),
        whole(element, columns),
        place,
        List.of(),
        List.of(single + " = " + names.local(form.accumulator().name()) + ";"));
  }

  private List<IndexBinding> bindings(PackLoop role) {
    List<Stmt.Loop> loops = new ArrayList<>(form.outer());
    loops.addAll(form.depth());
    return role.variables().stream()
        .map(
            variable ->
                loops.stream()
                    .filter(loop -> loop.variable().equals(variable))
                    .findFirst()
                    .orElseThrow()
                    .binding())
        .toList();
  }

  private List<Extent> extents(PackLoop role) {
    return bindings(role).stream().map(IndexBinding::extent).toList();
  }

  /** How many positions a role has. */
  String extentText(PackLoop role) {
    return String.join(" * ", extents(role).stream().map(names::extent).toList());
  }

  /** The indices of a role, for the reader. */
  static String text(PackLoop role) {
    return String.join(", ", role.variables().stream().map(IndexVariable::name).toList());
  }

  /** Statements that find the indices of a role from the number that walks them. */
  List<String> indices(PackLoop role, String number) {
    List<IndexBinding> bindings = bindings(role);
    List<String> lines = new ArrayList<>();
    String rest = number;
    for (int n = bindings.size() - 1; n >= 0; n--) {
      String extent = names.extent(bindings.get(n).extent());
      String value = n == 0 ? rest : rest + " % " + extent;
      lines.add(
          "const %s %s = %s;"
              .formatted(names.index(), names.loop(bindings.get(n).variable()), value));
      rest = rest + " / " + extent;
    }
    return lines;
  }

  /**
   * Statements that find a block's tile. Blocks that run at the same time should read the same
   * panels, so their tiles are about as many rows as columns of tiles.
   */
  List<String> positions() {
    String index = names.index();
    List<String> lines = new ArrayList<>();
    Set<IndexVariable> tiled = new HashSet<>(rows.variables());
    tiled.addAll(columns.variables());
    List<IndexBinding> batch =
        form.outer().stream()
            .map(Stmt.Loop::binding)
            .filter(binding -> !tiled.contains(binding.variable()))
            .toList();
    gridX = Count.ONE.times(extents(rows), rows.block()).times(extents(columns), columns.block());
    if (split > 1) {
      lines.add("const %s %s = blockIdx.y;".formatted(index, names.loop(PartialFold.CHUNK)));
    }
    lines.add("const " + index + " row_extent = " + extentText(rows) + ";");
    lines.add("const " + index + " column_extent = " + extentText(columns) + ";");
    lines.add(tiles("row", rows));
    lines.add(tiles("column", columns));
    lines.add(index + " tile = blockIdx.x;");
    if (!batch.isEmpty()) {
      lines.add(index + " part = tile / (row_tiles * column_tiles);");
      lines.add("tile %= row_tiles * column_tiles;");
      for (int n = batch.size() - 1; n >= 0; n--) {
        gridX = gridX.times(List.of(batch.get(n).extent()), 1);
        String extent = names.extent(batch.get(n).extent());
        lines.add(
            "const %s %s = %s;"
                .formatted(
                    index,
                    names.loop(batch.get(n).variable()),
                    n == 0 ? "part" : "part % " + extent));
        if (n > 0) {
          lines.add("part /= " + extent + ";");
        }
      }
    }
    lines.add(
        "// Blocks that run at the same time share panels: they go down bands of %s tiles."
            .formatted(BAND));
    lines.add("const %s band = tile / (%s * column_tiles) * %s;".formatted(index, BAND, BAND));
    lines.add(
        "const %s band_rows = row_tiles - band < %s ? row_tiles - band : %s;"
            .formatted(index, BAND, BAND));
    lines.add("tile -= band * column_tiles;");
    lines.add("const " + index + " row_0 = (band + tile % band_rows) * " + rows.block() + ";");
    lines.add("const " + index + " column_0 = tile / band_rows * " + columns.block() + ";");
    return lines;
  }

  private String tiles(String line, PackLoop role) {
    return "const %s %s_tiles = (%s_extent + %s) / %s;"
        .formatted(names.index(), line, line, role.block() - 1, role.block());
  }

  /** How the kernel is launched; to be asked for when it has been written. */
  Launch launch(String kernel, int threads, int dynamicSharedBytes) {
    return new Launch(
        kernel, names.arguments(), gridX, Count.of(split), threads, 1, dynamicSharedBytes);
  }

  /** Nothing, or a number that a template takes if there is one. */
  List<Integer> split() {
    return split == 1 ? List.of() : List.of(split);
  }
}
