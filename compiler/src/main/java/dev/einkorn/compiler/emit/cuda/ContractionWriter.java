package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.ContractionForm;
import dev.einkorn.compiler.schedule.DeviceDirective.Shared;
import dev.einkorn.compiler.schedule.Directive.PackLoop;
import dev.einkorn.cuda.template.ContractionKernel;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A sum of products as a kernel with tiles in shared memory and registers. */
final class ContractionWriter {
  private final ContractionForm form;
  private final Shared shared;
  private final int split;
  private final Stmt result;
  private final KernelNames names;
  private final CudaExpressions expressions;
  private final ElementType type;
  private Count gridX = Count.ONE;

  /**
   * For a nest of this form.
   *
   * @param split among how many blocks a sum is shared out
   * @param result what is stored, over the accumulator
   */
  ContractionWriter(
      ContractionForm form,
      Shared shared,
      int split,
      Stmt result,
      KernelNames names,
      boolean exact) {
    this.form = form;
    this.shared = shared;
    this.split = split;
    this.result = result;
    this.names = names;
    this.expressions = new CudaExpressions(names, exact);
    this.type = form.accumulator().elementType();
  }

  /** One factor: how threads copy its panels. */
  private final class Side {
    private final PackLoop role;
    private final Expr factor;
    private final boolean alongDepth;
    private final List<String> tables = new ArrayList<>();
    private final List<String> lineOffsets = new ArrayList<>();
    private final List<String> depthOffsets = new ArrayList<>();
    private final String value;

    /**
     * A side of the product.
     *
     * @param line {@code row} or {@code column}
     */
    Side(PackLoop role, Expr factor, String line) {
      this.role = role;
      this.factor = factor;
      this.alongDepth = alongDepth();
      Set<IndexVariable> summed = new HashSet<>(shared.depth().variables());
      Map<Expr, String> replaced = new HashMap<>();
      for (Expr.Load load : Tiles.loads(factor)) {
        String tensor = load.element().tensor();
        String lines = names.own(List.of(load, line), tensor + "_" + line);
        String along = names.own(List.of(load, line, "depth"), tensor + "_depth");
        tables.add("__shared__ " + names.index() + " " + lines + "[" + role.block() + "];");
        tables.add(
            "__shared__ " + names.index() + " " + along + "[2][" + shared.depth().block() + "];");
        lineOffsets.add(
            lines
                + "[item] = "
                + Tiles.offset(load.element(), v -> !summed.contains(v), true, names)
                + ";");
        depthOffsets.add(
            along
                + "[step % 2][thread] = "
                + Tiles.offset(load.element(), summed::contains, false, names)
                + ";");
        String at = lines + "[" + lineText() + "] + " + along + "[slot][deep]";
        replaced.put(load, names.data(tensor) + "[" + at + "]");
      }
      this.value = expressions.writeWith(replaced, factor);
    }

    /** Whether neighbouring threads copy neighbours along the sum: where these touch in memory. */
    private boolean alongDepth() {
      int depth = 0;
      int lines = 0;
      for (Expr.Load load : Tiles.loads(factor)) {
        int axis = names.nest().tensor(load.element().tensor()).layout().unitAxis();
        if (axis >= 0) {
          Position position = load.element().positions().get(axis);
          depth += shared.depth().variables().stream().anyMatch(position::dependsOn) ? 1 : 0;
          lines += role.variables().stream().anyMatch(position::dependsOn) ? 1 : 0;
        }
      }
      return depth > lines;
    }

    int loads() {
      return role.block() * shared.depth().block() / shared.threads();
    }

    /** The row or column of a thread's n-th element. */
    String lineText() {
      return alongDepth
          ? "thread / %d + item * %d"
              .formatted(shared.depth().block(), shared.threads() / shared.depth().block())
          : "thread % " + role.block();
    }

    String depthText() {
      return alongDepth
          ? "thread % " + shared.depth().block()
          : "thread / %d + item * %d".formatted(role.block(), shared.threads() / role.block());
    }
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

  private String extentText(PackLoop role) {
    return String.join(" * ", extents(role).stream().map(names::extent).toList());
  }

  /** Statements that find the indices of a role from the number that walks them. */
  private List<String> indices(PackLoop role, String number) {
    List<IndexBinding> bindings = bindings(role);
    List<String> lines = new ArrayList<>();
    String rest = number;
    for (int n = bindings.size() - 1; n >= 0; n--) {
      String extent = names.extent(bindings.get(n).extent());
      String value =
          n == 0 ? rest : (rest.contains(" ") ? "(" + rest + ")" : rest) + " % " + extent;
      lines.add(
          "const "
              + names.index()
              + " "
              + names.loop(bindings.get(n).variable())
              + " = "
              + value
              + ";");
      rest = rest + " / " + extent;
    }
    return lines;
  }

  /** The kernel's text. */
  String write(String statement, String kernel) {
    List<String> positions = positions();
    var left = new Side(shared.rows(), form.left(), "row");
    var right = new Side(shared.columns(), form.right(), "column");
    names.needs("nearest");
    var writer = new StatementWriter(names, expressions, Map.of(), StatementWriter.Lanes.ALONE, "");
    writer.write(result);
    List<String> tables = new ArrayList<>(left.tables);
    tables.addAll(right.tables);
    List<String> depthOffsets = new ArrayList<>(left.depthOffsets);
    depthOffsets.addAll(right.depthOffsets);
    int group = type.byteSize() == 8 ? 2 : 4;
    int rowGroup = Math.min(group, shared.rows().count());
    int columnGroup = Math.min(group, shared.columns().count());
    int across = shared.columns().block() / shared.columns().count();
    int down = shared.rows().block() / shared.rows().count();
    String rowExtent = extentText(shared.rows());
    String columnExtent = extentText(shared.columns());
    String depthExtent = extentText(shared.depth());
    List<String> rowIndices = indices(shared.rows(), "row");
    List<String> columnIndices = indices(shared.columns(), "column");
    List<String> depthIndices = indices(shared.depth(), "position");
    String multiplyAdd = multiplyAdd(form, names);
    return new ContractionKernel(
            statement,
            kernel,
            names.data(names.nest().name()),
            CudaWords.valueType(type),
            names.index(),
            shared.threads(),
            shared.rows().block(),
            shared.columns().block(),
            shared.depth().block(),
            group,
            shared.rows().count(),
            shared.columns().count(),
            across,
            rowGroup,
            down * rowGroup,
            columnGroup,
            across * columnGroup,
            text(shared.rows()),
            text(shared.columns()),
            text(shared.depth()),
            names.parameters(),
            positions,
            rowExtent,
            columnExtent,
            depthExtent,
            split == 1 ? List.of() : List.of(split),
            tables,
            left.lineText(),
            left.depthText(),
            left.loads(),
            left.value,
            right.lineText(),
            right.depthText(),
            right.loads(),
            right.value,
            rowIndices,
            columnIndices,
            depthIndices,
            left.lineOffsets,
            right.lineOffsets,
            depthOffsets,
            multiplyAdd,
            names.local(form.accumulator().name()),
            writer.lines())
        .render();
  }

  private static String text(PackLoop role) {
    return String.join(", ", role.variables().stream().map(IndexVariable::name).toList());
  }

  /** {@code sums[down][across]} with the product of a row's and a column's factor added. */
  static String multiplyAdd(ContractionForm form, KernelNames names) {
    ElementType type = form.accumulator().elementType();
    boolean fused = form.term() instanceof Stmt.Update(_, _, Expr.ExactProduct _);
    return switch (type) {
      case F32, F64 ->
          fused
              ? (type == ElementType.F32 ? "fmaf" : "fma")
                  + "(left[down], right[across], sums[down][across])"
              : "sums[down][across] + left[down] * right[across]";
      case I32, I64 -> {
        names.needs("wrap");
        yield "wrap_add(sums[down][across], wrap_mul(left[down], right[across]))";
      }
      case BOOL -> throw new IllegalArgumentException("a sum of conditions");
    };
  }

  private List<String> positions() {
    String index = names.index();
    List<String> lines = new ArrayList<>();
    Set<IndexVariable> tiled = new HashSet<>(shared.rows().variables());
    tiled.addAll(shared.columns().variables());
    List<Stmt.Loop> batch =
        form.outer().stream().filter(loop -> !tiled.contains(loop.variable())).toList();
    int rows = shared.rows().block();
    int columns = shared.columns().block();
    gridX = Count.ONE.times(extents(shared.rows()), rows).times(extents(shared.columns()), columns);
    if (split > 1) {
      lines.add("const %s %s = blockIdx.y;".formatted(index, names.loop(PartialFold.CHUNK)));
    }
    lines.add(index + " tile = blockIdx.x;");
    lines.add(
        "const %s row_tiles = (%s + %d) / %d;"
            .formatted(index, extentText(shared.rows()), rows - 1, rows));
    lines.add("const " + index + " row_0 = tile % row_tiles * " + rows + ";");
    lines.add("tile /= row_tiles;");
    if (batch.isEmpty()) {
      lines.add("const " + index + " column_0 = tile * " + columns + ";");
      return lines;
    }
    lines.add(
        "const %s column_tiles = (%s + %d) / %d;"
            .formatted(index, extentText(shared.columns()), columns - 1, columns));
    lines.add("const " + index + " column_0 = tile % column_tiles * " + columns + ";");
    lines.add("tile /= column_tiles;");
    for (int n = batch.size() - 1; n >= 0; n--) {
      IndexBinding binding = batch.get(n).binding();
      gridX = gridX.times(List.of(binding.extent()), 1);
      String extent = names.extent(binding.extent());
      lines.add(
          "const %s %s = %s;"
              .formatted(
                  index, names.loop(binding.variable()), n == 0 ? "tile" : "tile % " + extent));
      if (n > 0) {
        lines.add("tile /= " + extent + ";");
      }
    }
    return lines;
  }

  /** How the kernel is launched; to be asked for when it has been written. */
  Launch launch(String kernel) {
    return new Launch(kernel, names.arguments(), gridX, Count.of(split), shared.threads(), 1, 0);
  }
}
