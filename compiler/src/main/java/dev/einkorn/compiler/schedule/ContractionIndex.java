package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What stands in one role of a contraction.
 *
 * @param left how far apart neighbours are in the first factor, in elements
 * @param right how far in the second one
 * @param stored how far in the target
 */
record ContractionIndex(IndexVariable variable, long extent, long left, long right, long stored) {
  static long extent(List<ContractionIndex> indices) {
    return indices.stream().mapToLong(ContractionIndex::extent).reduce(1, Math::multiplyExact);
  }

  static List<ContractionIndex> swapped(List<ContractionIndex> indices) {
    return indices.stream()
        .map(i -> new ContractionIndex(i.variable(), i.extent(), i.right(), i.left(), i.stored()))
        .toList();
  }

  static ContractionIndex largest(List<ContractionIndex> indices) {
    return indices.stream().max(Comparator.comparingLong(ContractionIndex::extent)).orElseThrow();
  }

  /** By the target's strides, so that tiles are stored side by side. */
  static List<ContractionIndex> storedOrder(List<ContractionIndex> rows) {
    List<ContractionIndex> order = new ArrayList<>(rows);
    order.sort(Comparator.comparingLong((ContractionIndex i) -> Math.abs(i.stored())).reversed());
    return order;
  }

  static List<IndexVariable> variables(List<ContractionIndex> indices) {
    return indices.stream().map(ContractionIndex::variable).toList();
  }

  /** The first factor's unit-stride index last, so that packing reads runs. */
  static List<ContractionIndex> rowOrder(List<ContractionIndex> rows) {
    List<ContractionIndex> order = new ArrayList<>(rows);
    order.sort(Comparator.comparingLong((ContractionIndex i) -> Math.abs(i.left())).reversed());
    return order;
  }

  /**
   * Whether the columns should follow the second factor's memory rather than the target's: where
   * much more is packed than stored, gathering while packing costs more than scattering sums.
   */
  static boolean columnsLeadPacking(
      List<ContractionIndex> rows, List<ContractionIndex> columns, List<ContractionIndex> depth) {
    boolean apart = columns.stream().anyMatch(i -> i.right() == 1 && i.stored() != 1);
    return apart && columns.size() > 1 && extent(depth) > 2 * extent(rows);
  }

  /**
   * Slowest first. Last the index that leads, then what continues its run in memory until the run
   * holds some tiles, then the other tensor's unit-stride index, so that the lines it brings in are
   * used while they are in a cache, then the rest by the second factor's strides.
   */
  static List<ContractionIndex> columnOrder(
      List<ContractionIndex> columns, boolean byPacking, int tileColumns) {
    ToLongFunction<ContractionIndex> leading =
        byPacking ? ContractionIndex::right : ContractionIndex::stored;
    ToLongFunction<ContractionIndex> following =
        byPacking ? ContractionIndex::stored : ContractionIndex::right;
    List<ContractionIndex> order = new ArrayList<>();
    List<ContractionIndex> rest = new ArrayList<>(columns);
    rest.sort(Comparator.comparingLong(i -> Math.abs(i.right())));
    long run = 1;
    boolean extended = true;
    while (extended && run < 4L * tileColumns) {
      extended = false;
      for (ContractionIndex index : List.copyOf(rest)) {
        if (leading.applyAsLong(index) == run && index.extent() > 1) {
          order.addFirst(index);
          rest.remove(index);
          run *= index.extent();
          extended = true;
          break;
        }
      }
    }
    for (ContractionIndex index : List.copyOf(rest)) {
      if (following.applyAsLong(index) == 1) {
        order.addFirst(index);
        rest.remove(index);
      }
    }
    rest.forEach(order::addFirst);
    return order;
  }
}
