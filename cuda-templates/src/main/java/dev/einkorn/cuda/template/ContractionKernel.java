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
 * @param blocks how many blocks a multiprocessor should hold at the least
 * @param rows of a block's tile
 * @param columns of a block's tile
 * @param depth positions of the sum that are copied at once
 * @param stages how many panels of a factor shared memory holds
 * @param pad elements behind each line of a panel, against bank conflicts
 * @param vector how many elements are copied at once
 * @param threadRows rows of a thread's tile
 * @param threadColumns columns of a thread's tile
 * @param warpRows rows of a warp's tile
 * @param warpColumns columns of a warp's tile
 * @param warpsAcross how many warps share the columns of a tile
 * @param rowGroup how many rows of a thread lie side by side
 * @param columnGroup how many columns of a thread lie side by side
 * @param rowNames the indices of rows
 * @param columnNames the indices of columns
 * @param depthNames the indices of the sum
 * @param parameters of the kernel, with their types
 * @param positions statements that set {@code row_0}, {@code row_extent}, the same of columns, and
 *     indices of neither
 * @param depthExtent how long the sum is
 * @param split among how many blocks a sum is shared out; empty if it is not
 * @param tables declarations of shared tables of offsets: of rows, columns, and along the sum
 * @param whole statements that note what can be copied or stored several elements at a time
 * @param leftWhole when several elements of the first factor can be copied at once; empty if never
 * @param leftRow the row or column of element {@code item} of a thread, of the tile
 * @param leftDepth the position along the sum of that element, of the panel
 * @param leftLoads how many elements of the first factor a thread copies
 * @param leftGroups how many groups of elements of the first factor a thread copies
 * @param leftValues whether the first factor is computed, or converted, in registers
 * @param leftValue the first factor at {@code line} and {@code deep}
 * @param rightWhole when several elements of the second factor can be copied at once; empty if
 *     never
 * @param rightColumn the row or column of element {@code item} of a thread, of the tile
 * @param rightDepth the position along the sum of that element, of the panel
 * @param rightLoads how many elements of the second factor a thread copies
 * @param rightGroups how many groups of elements of the second factor a thread copies
 * @param rightValues whether the second factor is computed, or converted, in registers
 * @param rightValue the second factor at {@code line} and {@code deep}
 * @param rowIndices statements that find indices from the number of a row
 * @param columnIndices statements that find indices from that of a column
 * @param depthIndices statements that find indices from that of a position along the sum
 * @param rowOffsets statements that fill the tables of rows at {@code item}
 * @param columnOffsets statements that fill the tables of columns at {@code item}
 * @param depthOffsets statements that fill the tables along the sum
 * @param multiplyAdd {@code sums[down][across]} with the product of {@code left[down]} and {@code
 *     right[across]} added
 * @param accumulator what the result calls the sum
 * @param targetWhole when neighbours can be stored at once; empty if never
 * @param targetValue the element at {@code row_item} and {@code column_item}
 * @param resultIndices statements that find the indices that the result needs
 * @param result statements that store a sum
 */
public record ContractionKernel(
    String statement,
    String name,
    String target,
    String type,
    String index,
    int threads,
    int blocks,
    int rows,
    int columns,
    int depth,
    int stages,
    int pad,
    int vector,
    int threadRows,
    int threadColumns,
    int warpRows,
    int warpColumns,
    int warpsAcross,
    int rowGroup,
    int columnGroup,
    String rowNames,
    String columnNames,
    String depthNames,
    List<String> parameters,
    List<String> positions,
    String depthExtent,
    List<Integer> split,
    List<String> tables,
    List<String> whole,
    List<String> leftWhole,
    String leftRow,
    String leftDepth,
    int leftLoads,
    int leftGroups,
    boolean leftValues,
    String leftValue,
    List<String> rightWhole,
    String rightColumn,
    String rightDepth,
    int rightLoads,
    int rightGroups,
    boolean rightValues,
    String rightValue,
    List<String> rowIndices,
    List<String> columnIndices,
    List<String> depthIndices,
    List<String> rowOffsets,
    List<String> columnOffsets,
    List<String> depthOffsets,
    String multiplyAdd,
    String accumulator,
    List<String> targetWhole,
    String targetValue,
    List<String> resultIndices,
    List<String> result)
    implements KernelTemplate {
  public ContractionKernel {
    parameters = List.copyOf(parameters);
    positions = List.copyOf(positions);
    split = List.copyOf(split);
    tables = List.copyOf(tables);
    whole = List.copyOf(whole);
    leftWhole = List.copyOf(leftWhole);
    rightWhole = List.copyOf(rightWhole);
    rowIndices = List.copyOf(rowIndices);
    columnIndices = List.copyOf(columnIndices);
    depthIndices = List.copyOf(depthIndices);
    rowOffsets = List.copyOf(rowOffsets);
    columnOffsets = List.copyOf(columnOffsets);
    depthOffsets = List.copyOf(depthOffsets);
    targetWhole = List.copyOf(targetWhole);
    resultIndices = List.copyOf(resultIndices);
    result = List.copyOf(result);
  }
}
