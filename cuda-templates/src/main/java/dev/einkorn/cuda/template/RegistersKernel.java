package dev.einkorn.cuda.template;

import java.util.List;

/**
 * A sum of products of two factors that share an index with the target, along which neighbouring
 * threads lie; each thread keeps a tile over two other indices in registers.
 *
 * @param statement what is computed, in the language
 * @param name of the kernel
 * @param target the tensor that is computed
 * @param type of the sums
 * @param index the type of positions
 * @param threads of a block
 * @param threadRows rows of a thread's tile
 * @param threadColumns columns of a thread's tile
 * @param lane the index along which threads lie, in the language
 * @param rowName the index of rows, in the language
 * @param columnName the index of columns, in the language
 * @param row what the source calls the index of rows
 * @param column what the source calls the index of columns
 * @param rowExtent how many rows there are
 * @param columnExtent how many columns there are
 * @param parameters of the kernel, with their types
 * @param positions statements that set {@code row_0}, {@code column_0} and all other indices
 * @param tables declarations of offsets of rows and columns
 * @param rowOffsets statements that fill the offsets of row {@code down}
 * @param columnOffsets statements that fill the offsets of column {@code across}
 * @param loops heads of the loops of the sum
 * @param ends their ends
 * @param leftValue the factor of row {@code down}
 * @param rightValue the factor of column {@code across}
 * @param multiplyAdd {@code sums[down][across]} with the product added
 * @param accumulator what the result calls the sum
 * @param result statements that store it
 */
public record RegistersKernel(
    String statement,
    String name,
    String target,
    String type,
    String index,
    int threads,
    int threadRows,
    int threadColumns,
    String lane,
    String rowName,
    String columnName,
    String row,
    String column,
    String rowExtent,
    String columnExtent,
    List<String> parameters,
    List<String> positions,
    List<String> tables,
    List<String> rowOffsets,
    List<String> columnOffsets,
    List<String> loops,
    List<String> ends,
    String leftValue,
    String rightValue,
    String multiplyAdd,
    String accumulator,
    List<String> result)
    implements KernelTemplate {
  public RegistersKernel {
    parameters = List.copyOf(parameters);
    positions = List.copyOf(positions);
    tables = List.copyOf(tables);
    rowOffsets = List.copyOf(rowOffsets);
    columnOffsets = List.copyOf(columnOffsets);
    loops = List.copyOf(loops);
    ends = List.copyOf(ends);
    result = List.copyOf(result);
  }
}
