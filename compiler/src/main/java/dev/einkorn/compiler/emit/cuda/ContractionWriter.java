package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.ContractionForm;
import dev.einkorn.compiler.schedule.DeviceDirective.Shared;
import dev.einkorn.compiler.schedule.Directive.PackLoop;
import dev.einkorn.cuda.template.ContractionKernel;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;

/** A sum of products as a kernel with tiles in shared memory and registers. */
final class ContractionWriter {
  private static final int WARP_ROWS = 4;
  private static final int WARP_COLUMNS = 8;

  /** So many positions of the sum are copied side by side where they touch in memory. */
  private static final int RUN = 8;

  /** Registers that threads may take: a multiprocessor has so many for all of its threads. */
  private static final int THREADS_AT_ONCE = 512;

  private final ContractionForm form;
  private final Shared shared;
  private final KernelNames names;
  private final ContractionParts parts;

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
    this.names = names;
    this.parts =
        new ContractionParts(
            form, shared.rows(), shared.columns(), shared.depth(), split, result, names, exact);
  }

  /** The kernel's text. */
  String write(String statement, String kernel) {
    ElementType type = form.accumulator().elementType();
    List<String> positions = parts.positions();
    ContractionParts.Factor left = parts.left();
    ContractionParts.Factor right = parts.right();
    ContractionParts.Target target = parts.target();
    List.of("nearest", "neighbours", "copy_async").forEach(names::needs);
    PackLoop rows = shared.rows();
    PackLoop columns = shared.columns();
    int stages = 2;
    int vector = ContractionParts.vector(type);
    List<String> leftWhole = wholeLines(left, rows);
    List<String> rightWhole = wholeLines(right, columns);
    List<String> tables = new ArrayList<>(left.tables(stages));
    tables.addAll(right.tables(stages));
    tables.addAll(target.tables());
    List<String> rowOffsets = new ArrayList<>(left.lineOffsets);
    rowOffsets.addAll(target.rowOffsets());
    List<String> columnOffsets = new ArrayList<>(right.lineOffsets);
    columnOffsets.addAll(target.columnOffsets());
    List<String> depthOffsets = new ArrayList<>(left.depthOffsets);
    depthOffsets.addAll(right.depthOffsets);
    // Parameters are what the text has asked for, so all of it comes first.
    String multiplyAdd = multiplyAdd(form, names);
    String depthExtent = parts.extentText(shared.depth());
    List<String> rowIndices = parts.indices(rows, "row");
    List<String> columnIndices = parts.indices(columns, "column");
    List<String> depthIndices = parts.indices(shared.depth(), "position");
    return new ContractionKernel(
            statement,
            kernel,
            names.data(names.nest().name()),
            CudaWords.valueType(type),
            names.index(),
            shared.threads(),
            Math.max(1, THREADS_AT_ONCE / shared.threads()),
            rows.block(),
            columns.block(),
            shared.depth().block(),
            stages,
            vector,
            vector,
            rows.count(),
            columns.count(),
            WARP_ROWS * rows.count(),
            WARP_COLUMNS * columns.count(),
            columns.block() / (WARP_COLUMNS * columns.count()),
            Math.min(vector, rows.count()),
            Math.min(vector, columns.count()),
            ContractionParts.text(rows),
            ContractionParts.text(columns),
            ContractionParts.text(shared.depth()),
            names.parameters(),
            positions,
            depthExtent,
            parts.split(),
            tables,
            parts.whole(),
            leftWhole,
            line(left, rows),
            depth(left, rows),
            loads(rows),
            loads(rows) / vector,
            !left.isElement,
            left.inside,
            left.value,
            rightWhole,
            line(right, columns),
            depth(right, columns),
            loads(columns),
            loads(columns) / vector,
            !right.isElement,
            right.inside,
            right.value,
            rowIndices,
            columnIndices,
            depthIndices,
            rowOffsets,
            columnOffsets,
            depthOffsets,
            multiplyAdd,
            names.local(form.accumulator().name()),
            target.whole(),
            target.place(),
            target.indices(),
            target.lines())
        .render();
  }

  private int loads(PackLoop role) {
    return role.block() * shared.depth().block() / shared.threads();
  }

  /** When groups of rows or columns can be copied at once; along the sum they are turned. */
  private List<String> wholeLines(ContractionParts.Factor factor, PackLoop role) {
    boolean divides = loads(role) % ContractionParts.vector(form.accumulator().elementType()) == 0;
    return factor.alongDepth || !divides ? List.of() : factor.whole();
  }

  /** The row or column of a thread's n-th element. */
  private String line(ContractionParts.Factor factor, PackLoop role) {
    int runs = shared.depth().block() / RUN;
    return factor.alongDepth
        ? "thread / %s + item / %s * %s".formatted(RUN, runs, shared.threads() / RUN)
        : "thread % " + role.block();
  }

  /** The position along the sum of a thread's n-th element. */
  private String depth(ContractionParts.Factor factor, PackLoop role) {
    int runs = shared.depth().block() / RUN;
    return factor.alongDepth
        ? "thread %% %s + item %% %s * %s".formatted(RUN, runs, RUN)
        : "thread / %s + item * %s".formatted(role.block(), shared.threads() / role.block());
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

  /** How the kernel is launched; to be asked for when it has been written. */
  Launch launch(String kernel) {
    return parts.launch(kernel, shared.threads(), 0);
  }
}
