package dev.einkorn.cuda.template;

import java.util.List;

/**
 * A sum of products of two factors by tiles: panels of both go through shared memory, and each
 * thread keeps a tile of sums in registers. Indices of one role are walked by one number; what
 * finds them again, and the factors themselves, are given as statements and expressions.
 *
 * @param statement what is computed, in the language
 * @param name of the kernel
 * @param target the tensor that is computed
 * @param type of the sums
 * @param index the type of positions
 * @param threads of a block
 * @param rows of a block's tile
 * @param columns of a block's tile
 * @param depth positions of the sum that are copied at once
 * @param pad elements behind each row of a panel, against bank conflicts
 * @param threadRows rows of a thread's tile
 * @param threadColumns columns of a thread's tile
 * @param threadsAcross how many threads share the columns of a tile
 * @param rowGroup how many rows lie side by side
 * @param rowStride from one group of a thread's rows to the next
 * @param columnGroup how many columns lie side by side
 * @param columnStride from one group of a thread's columns to the next
 * @param rowNames the indices of rows
 * @param columnNames the indices of columns
 * @param depthNames the indices of the sum
 * @param parameters of the kernel, with their types
 * @param positions statements that set {@code row_0}, {@code column_0} and indices of neither
 * @param rowExtent how many rows there are
 * @param columnExtent how many columns there are
 * @param depthExtent how long the sum is
 * @param split among how many blocks a sum is shared out; empty if it is not
 * @param tables declarations of shared tables of offsets: of rows, columns, and along the sum
 * @param leftRow the row of the thread's element {@code item}, of the tile
 * @param leftDepth the position along the sum of that element, of the panel
 * @param leftLoads how many elements of the first factor a thread copies
 * @param leftValue element {@code item} of them, at place {@code deep} of table {@code slot}
 * @param rightColumn the column of the thread's element {@code item}, of the tile
 * @param rightDepth the position along the sum of that element, of the panel
 * @param rightLoads how many elements of the second factor a thread copies
 * @param rightValue element {@code item} of them, at place {@code deep} of table {@code slot}
 * @param rowIndices statements that find indices from the number of a row
 * @param columnIndices statements that find indices from that of a column
 * @param depthIndices statements that find indices from that of a position along the sum
 * @param rowOffsets statements that fill the tables of rows at {@code item}
 * @param columnOffsets statements that fill the tables of columns at {@code item}
 * @param depthOffsets statements that fill the tables along the sum
 * @param multiplyAdd {@code sums[down][across]} with the product of {@code left[down]} and {@code
 *     right[across]} added
 * @param accumulator what the result calls the sum
 * @param result statements that store it
 */
public record ContractionKernel(
    String statement,
    String name,
    String target,
    String type,
    String index,
    int threads,
    int rows,
    int columns,
    int depth,
    int pad,
    int threadRows,
    int threadColumns,
    int threadsAcross,
    int rowGroup,
    int rowStride,
    int columnGroup,
    int columnStride,
    String rowNames,
    String columnNames,
    String depthNames,
    List<String> parameters,
    List<String> positions,
    String rowExtent,
    String columnExtent,
    String depthExtent,
    List<Integer> split,
    List<String> tables,
    String leftRow,
    String leftDepth,
    int leftLoads,
    String leftValue,
    String rightColumn,
    String rightDepth,
    int rightLoads,
    String rightValue,
    List<String> rowIndices,
    List<String> columnIndices,
    List<String> depthIndices,
    List<String> rowOffsets,
    List<String> columnOffsets,
    List<String> depthOffsets,
    String multiplyAdd,
    String accumulator,
    List<String> result)
    implements KernelTemplate {
  public ContractionKernel {
    parameters = List.copyOf(parameters);
    positions = List.copyOf(positions);
    split = List.copyOf(split);
    tables = List.copyOf(tables);
    rowIndices = List.copyOf(rowIndices);
    columnIndices = List.copyOf(columnIndices);
    depthIndices = List.copyOf(depthIndices);
    rowOffsets = List.copyOf(rowOffsets);
    columnOffsets = List.copyOf(columnOffsets);
    depthOffsets = List.copyOf(depthOffsets);
    result = List.copyOf(result);
  }
}
