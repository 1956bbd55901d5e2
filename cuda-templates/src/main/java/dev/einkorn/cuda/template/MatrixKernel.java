package dev.einkorn.cuda.template;

import java.util.List;

/**
 * A sum of products of two factors of {@code float} on tensor cores, which round them: panels of
 * both go through shared memory, and each warp keeps a tile of sums in registers.
 *
 * @param statement what is computed, in the language
 * @param name of the kernel
 * @param target the tensor that is computed
 * @param product what factors are rounded to: {@code tf32} or {@code bf16}
 * @param element the type of panels in shared memory
 * @param productDepth positions of the sum that an instruction multiplies
 * @param index the type of positions
 * @param threads of a block
 * @param blocks how many blocks a multiprocessor should hold at the least
 * @param warps of a block
 * @param rows of a block's tile
 * @param columns of a block's tile
 * @param depth positions of the sum that are copied at once
 * @param stages how many panels of a factor shared memory holds
 * @param warpRows rows of a warp's tile
 * @param warpColumns columns of a warp's tile
 * @param warpsAcross how many warps share the columns of a tile
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
 * @param leftSize elements of a panel of the first factor
 * @param leftStride from one line of a panel to the next
 * @param leftPlace where a panel has the element at {@code line} and {@code deep}
 * @param leftOrder {@code along} if elements lie side by side along the sum, else {@code across}
 * @param leftGroups how many groups of four elements a thread copies
 * @param leftValues whether the first factor is computed, or converted, in registers
 * @param leftWhole when several elements of the first factor can be copied at once; empty if never
 * @param leftGroupLine the row or column where group {@code item} begins
 * @param leftGroupDepth the position along the sum where it begins
 * @param leftLine the row or column of element {@code part} of it
 * @param leftDepth the position along the sum of element {@code part} of it
 * @param leftValue the first factor at {@code line} and {@code deep}
 * @param rightSize elements of a panel of the second factor
 * @param rightStride from one line of a panel to the next
 * @param rightPlace where a panel has the element at {@code line} and {@code deep}
 * @param rightOrder {@code along} if elements lie side by side along the sum, else {@code across}
 * @param rightGroups how many groups of four elements a thread copies
 * @param rightValues whether the second factor is computed, or converted, in registers
 * @param rightWhole when several elements of the second factor can be copied at once; empty if
 *     never
 * @param rightGroupLine the row or column where group {@code item} begins
 * @param rightGroupDepth the position along the sum where it begins
 * @param rightLine the row or column of element {@code part} of it
 * @param rightDepth the position along the sum of element {@code part} of it
 * @param rightValue the second factor at {@code line} and {@code deep}
 * @param rowIndices statements that find indices from the number of a row
 * @param columnIndices statements that find indices from that of a column
 * @param depthIndices statements that find indices from that of a position along the sum
 * @param rowOffsets statements that fill the tables of rows at {@code item}
 * @param columnOffsets statements that fill the tables of columns at {@code item}
 * @param depthOffsets statements that fill the tables along the sum
 * @param accumulator what the result calls the sum
 * @param targetWhole when neighbours can be stored at once; empty if never
 * @param targetValue the element at {@code row_item} and {@code column_item}
 * @param resultIndices statements that find the indices that the result needs
 * @param result statements that store a sum
 */
public record MatrixKernel(
    String statement,
    String name,
    String target,
    String product,
    String element,
    int productDepth,
    String index,
    int threads,
    int blocks,
    int warps,
    int rows,
    int columns,
    int depth,
    int stages,
    int warpRows,
    int warpColumns,
    int warpsAcross,
    String rowNames,
    String columnNames,
    String depthNames,
    List<String> parameters,
    List<String> positions,
    String depthExtent,
    List<Integer> split,
    List<String> tables,
    List<String> whole,
    int leftSize,
    int leftStride,
    String leftPlace,
    String leftOrder,
    int leftGroups,
    boolean leftValues,
    List<String> leftWhole,
    String leftGroupLine,
    String leftGroupDepth,
    String leftLine,
    String leftDepth,
    String leftValue,
    int rightSize,
    int rightStride,
    String rightPlace,
    String rightOrder,
    int rightGroups,
    boolean rightValues,
    List<String> rightWhole,
    String rightGroupLine,
    String rightGroupDepth,
    String rightLine,
    String rightDepth,
    String rightValue,
    List<String> rowIndices,
    List<String> columnIndices,
    List<String> depthIndices,
    List<String> rowOffsets,
    List<String> columnOffsets,
    List<String> depthOffsets,
    String accumulator,
    List<String> targetWhole,
    String targetValue,
    List<String> resultIndices,
    List<String> result)
    implements KernelTemplate {
  public MatrixKernel {
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
