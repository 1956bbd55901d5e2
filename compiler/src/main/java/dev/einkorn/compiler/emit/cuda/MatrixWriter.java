package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.ContractionForm;
import dev.einkorn.compiler.schedule.DeviceDirective.Matrix;
import dev.einkorn.compiler.schedule.Directive.PackLoop;
import dev.einkorn.compiler.schedule.MatrixProduct;
import dev.einkorn.cuda.template.MatrixKernel;
import java.util.ArrayList;
import java.util.List;

/** A sum of products as a kernel that multiplies on tensor cores. */
final class MatrixWriter {
  private static final int WARP = 32;

  /** How many elements are copied at once. */
  private static final int GROUP = 4;

  /** What a block may take of shared memory for panels, beside tables, on any GPU since sm_80. */
  private static final int MOST_BYTES = 156 << 10;

  /** What it may take if an H100 is to hold two. */
  private static final int HALF_BYTES = 108 << 10;

  private static final int MOST_STAGES = 4;

  /** Smaller tiles leave room for a second block. */
  private static final int LARGE = 128 * 256;

  private final ContractionForm form;
  private final Matrix matrix;
  private final KernelNames names;
  private final ContractionParts parts;
  private int sharedBytes;

  /**
   * For a nest of this form.
   *
   * @param split among how many blocks a sum is shared out
   * @param result what is stored, over the accumulator
   */
  MatrixWriter(
      ContractionForm form,
      Matrix matrix,
      int split,
      Stmt result,
      KernelNames names,
      boolean exact) {
    this.form = form;
    this.matrix = matrix;
    this.names = names;
    this.parts =
        new ContractionParts(
            form, matrix.rows(), matrix.columns(), matrix.depth(), split, result, names, exact);
  }

  /** How a factor's panel lies in shared memory, and who copies what. */
  private final class Panel {
    final int size;
    final int stride;
    final String place;
    final String order;
    final int groups;
    final boolean values;
    final String groupLine;
    final String groupDepth;
    final String line;
    final String depth;

    Panel(ContractionParts.Factor factor, PackLoop role) {
      int lines = role.block();
      int deep = matrix.depth().block();
      // So that the lanes of a warp read different banks.
      int pad = matrix.product() == MatrixProduct.TF32 && factor.alongDepth ? 4 : 8;
      stride = (factor.alongDepth ? deep : lines) + pad;
      size = (factor.alongDepth ? lines : deep) * stride;
      place = factor.alongDepth ? "line * " + stride + " + deep" : "deep * " + stride + " + line";
      order = factor.alongDepth ? "along" : "across";
      groups = lines * deep / GROUP / matrix.threads();
      values = matrix.product() == MatrixProduct.BF16 || !factor.isElement;
      int run = (factor.alongDepth ? deep : lines) / GROUP;
      String inRun = "item % " + run;
      String ofRuns = "item / " + run;
      String first = inRun + " * " + GROUP;
      // Values are stored four by four; single copies lie side by side for neighbouring threads.
      String single = values ? first + " + part" : inRun + " + part * " + run;
      groupLine = factor.alongDepth ? ofRuns : first;
      groupDepth = factor.alongDepth ? first : ofRuns;
      line = factor.alongDepth ? ofRuns : single;
      depth = factor.alongDepth ? single : ofRuns;
    }
  }

  /** The kernel's text. */
  String write(String statement, String kernel) {
    MatrixProduct product = matrix.product();
    List<String> positions = parts.positions();
    ContractionParts.Factor left = parts.left();
    ContractionParts.Factor right = parts.right();
    ContractionParts.Target target = parts.target();
    List<String> leftWhole = left.whole();
    List<String> rightWhole = right.whole();
    var leftPanel = new Panel(left, matrix.rows());
    var rightPanel = new Panel(right, matrix.columns());
    needs(leftPanel.values || rightPanel.values);
    int bytes = product == MatrixProduct.BF16 ? 2 : 4;
    int stageBytes = (leftPanel.size + rightPanel.size) * bytes;
    boolean large = matrix.rows().block() * matrix.columns().block() >= LARGE;
    int stages =
        leftPanel.values && rightPanel.values
            ? 2
            : Math.clamp((large ? MOST_BYTES : HALF_BYTES) / stageBytes, 2, MOST_STAGES);
    sharedBytes = stages * stageBytes;
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
    String depthExtent = parts.extentText(matrix.depth());
    List<String> rowIndices = parts.indices(matrix.rows(), "row");
    List<String> columnIndices = parts.indices(matrix.columns(), "column");
    List<String> depthIndices = parts.indices(matrix.depth(), "position");
    return new MatrixKernel(
            statement,
            kernel,
            names.data(names.nest().name()),
            product.toString(),
            product == MatrixProduct.BF16 ? "unsigned short" : "float",
            product.depth(),
            names.index(),
            matrix.threads(),
            large || leftPanel.values || rightPanel.values ? 1 : 2,
            matrix.threads() / WARP,
            matrix.rows().block(),
            matrix.columns().block(),
            matrix.depth().block(),
            stages,
            matrix.rows().count(),
            matrix.columns().count(),
            matrix.columns().block() / matrix.columns().count(),
            ContractionParts.text(matrix.rows()),
            ContractionParts.text(matrix.columns()),
            ContractionParts.text(matrix.depth()),
            names.parameters(),
            positions,
            depthExtent,
            parts.split(),
            tables,
            parts.whole(),
            leftPanel.size,
            leftPanel.stride,
            leftPanel.place,
            leftPanel.order,
            leftPanel.groups,
            leftPanel.values,
            leftWhole,
            leftPanel.groupLine,
            leftPanel.groupDepth,
            leftPanel.line,
            leftPanel.depth,
            left.value,
            rightPanel.size,
            rightPanel.stride,
            rightPanel.place,
            rightPanel.order,
            rightPanel.groups,
            rightPanel.values,
            rightWhole,
            rightPanel.groupLine,
            rightPanel.groupDepth,
            rightPanel.line,
            rightPanel.depth,
            right.value,
            rowIndices,
            columnIndices,
            depthIndices,
            rowOffsets,
            columnOffsets,
            depthOffsets,
            names.local(form.accumulator().name()),
            target.whole(),
            target.place(),
            target.indices(),
            target.lines())
        .render();
  }

  private void needs(boolean values) {
    List.of("nearest", "neighbours", "dynamic_shared", "copy_async").forEach(names::needs);
    boolean rounded = matrix.product() == MatrixProduct.BF16;
    names.needs(rounded ? "fragments_bf16" : "fragments_tf32");
    names.needs(rounded ? "multiply_bf16" : "multiply_tf32");
    if (values) {
      names.needs(rounded ? "store_bf16" : "store_f32");
    }
  }

  /** How the kernel is launched; to be asked for when it has been written. */
  Launch launch(String kernel) {
    return parts.launch(kernel, matrix.threads(), sharedBytes);
  }
}
