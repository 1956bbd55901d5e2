package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.ContractionForm;
import dev.einkorn.compiler.schedule.DeviceDirective.Bind;
import dev.einkorn.compiler.schedule.DeviceDirective.Level;
import dev.einkorn.compiler.schedule.DeviceDirective.Registers;
import dev.einkorn.compiler.schedule.Directive.TileLoop;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.cuda.template.RegistersKernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A contraction whose tensors share their innermost index, as a kernel with tiles in registers. */
final class RegistersWriter {
  private final ContractionForm form;
  private final TileLoop rows;
  private final TileLoop columns;
  private final Bind lane;
  private final Bind line;
  private final KernelNames names;
  private final CudaExpressions expressions;
  private final Tiles tiles;

  /**
   * For a nest of this form.
   *
   * @param binds the shared index along x and one of the tile's along y
   */
  RegistersWriter(
      ContractionForm form,
      Registers registers,
      List<Bind> binds,
      KernelNames names,
      boolean exact) {
    this.form = form;
    this.rows = registers.loops().getFirst();
    this.columns = registers.loops().getLast();
    this.lane = bind(binds, Level.THREAD_X);
    this.line = bind(binds, Level.THREAD_Y);
    this.names = names;
    this.expressions = new CudaExpressions(names, exact);
    this.tiles = new Tiles(names);
    if (!line.variable().equals(rows.variable())
        || lane.each() > 1
        || line.each() > 1
        || lane.variable().equals(columns.variable())) {
      throw new ScheduleException(
          registers + " needs its first index along y and another one along x");
    }
  }

  private static Bind bind(List<Bind> binds, Level level) {
    return binds.stream()
        .filter(bind -> bind.level() == level)
        .findFirst()
        .orElseThrow(() -> new ScheduleException("a tile in registers needs an index on " + level));
  }

  private IndexBinding outer(IndexVariable variable) {
    return form.outer().stream()
        .map(Stmt.Loop::binding)
        .filter(binding -> binding.variable().equals(variable))
        .findFirst()
        .orElseThrow();
  }

  /** The kernel's text. */
  String write(String statement, String kernel) {
    positions();
    names.needs("nearest");
    List<String> tables = new ArrayList<>();
    List<String> rowOffsets = new ArrayList<>();
    List<String> columnOffsets = new ArrayList<>();
    String left = factor(form.left(), rows, "down", tables, rowOffsets);
    String right = factor(form.right(), columns, "across", tables, columnOffsets);
    List<String> loops = new ArrayList<>();
    List<String> ends = new ArrayList<>();
    for (Stmt.Loop loop : form.depth()) {
      String variable = names.loop(loop.variable());
      loops.add(
          "for (%s %s = 0; %s < %s; %s++) {"
              .formatted(
                  names.index(),
                  variable,
                  variable,
                  names.extent(loop.binding().extent()),
                  variable));
      ends.add("}");
    }
    var writer =
        new StatementWriter(
            names, expressions, Map.of(), Map.of(), StatementWriter.Lanes.ALONE, "");
    writer.write(new Stmt.Store(form.target(), form.result()));
    String rowExtent = names.extent(outer(rows.variable()).extent());
    String columnExtent = names.extent(outer(columns.variable()).extent());
    String multiplyAdd = ContractionWriter.multiplyAdd(form, names);
    return new RegistersKernel(
            statement,
            kernel,
            names.data(names.nest().name()),
            CudaWords.valueType(form.accumulator().elementType()),
            names.index(),
            lane.count() * line.count(),
            rows.count(),
            columns.count(),
            lane.variable().name(),
            rows.variable().name(),
            columns.variable().name(),
            names.loop(rows.variable()),
            names.loop(columns.variable()),
            rowExtent,
            columnExtent,
            names.parameters(),
            tiles.lines(),
            tables,
            rowOffsets,
            columnOffsets,
            loops,
            ends,
            left,
            right,
            multiplyAdd,
            names.local(form.accumulator().name()),
            writer.lines())
        .render();
  }

  /** A factor as text, with the offsets of its rows or columns in tables. */
  private String factor(
      Expr factor, TileLoop own, String at, List<String> tables, List<String> offsets) {
    Set<IndexVariable> summed = new HashSet<>();
    form.depth().forEach(loop -> summed.add(loop.variable()));
    Map<Expr, String> replaced = new HashMap<>();
    for (Expr.Load load : Tiles.loads(factor)) {
      String tensor = load.element().tensor();
      String table = names.own(List.of(load, at), tensor + "_" + own.variable().name() + "s");
      tables.add("%s %s[%s];".formatted(names.index(), table, own.count()));
      offsets.add(
          "%s[%s] = %s;"
              .formatted(
                  table, at, Tiles.offset(load.element(), v -> !summed.contains(v), true, names)));
      String along = Tiles.offset(load.element(), summed::contains, false, names);
      replaced.put(
          load,
          names.data(tensor)
              + "["
              + table
              + "["
              + at
              + "]"
              + (along.equals("0") ? "" : " + " + along)
              + "]");
    }
    return expressions.writeWith(replaced, factor);
  }

  private void positions() {
    IndexBinding shared = outer(lane.variable());
    String name = names.loop(lane.variable());
    String first = names.own(List.of("first", name), name + "_first");
    tiles.take(first, shared.extent(), lane.count());
    String rowBlock = names.own("row block", "row_block");
    tiles.take(rowBlock, outer(rows.variable()).extent(), line.count() * rows.count());
    tiles.take("column_0", outer(columns.variable()).extent(), columns.count());
    Set<IndexVariable> taken = Set.of(lane.variable(), rows.variable(), columns.variable());
    tiles.take(
        form.outer().stream()
            .map(Stmt.Loop::binding)
            .filter(binding -> !taken.contains(binding.variable()))
            .toList());
    tiles.line("const %s %s = %s + threadIdx.x;".formatted(names.index(), name, first));
    tiles.line(
        "const %s row_0 = %s + threadIdx.y * %s;".formatted(names.index(), rowBlock, rows.count()));
    tiles.line("if (%s >= %s) return;".formatted(name, names.extent(shared.extent())));
  }

  /** How the kernel is launched; to be asked for when it has been written. */
  Launch launch(String kernel) {
    return new Launch(
        kernel, names.arguments(), tiles.count(), Count.ONE, lane.count(), line.count(), 0);
  }
}
