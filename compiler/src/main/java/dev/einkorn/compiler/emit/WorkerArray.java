package dev.einkorn.compiler.emit;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/**
 * An array that a step asks its worker for, to work in.
 *
 * @param slot what the step asks by; arrays of one slot and element type are one array
 * @param shared whether the team has one; else each worker has its own
 * @param everyWorker whether all workers of a team run the step; else the first one does
 * @param extents whose product is its length
 * @param overhang elements beyond that
 */
public record WorkerArray(
    ElementType elementType,
    int slot,
    boolean shared,
    boolean everyWorker,
    List<Extent> extents,
    int overhang) {
  public WorkerArray {
    extents = List.copyOf(extents);
  }

  /** An array as long as the product of these extents. */
  public WorkerArray(
      ElementType elementType,
      int slot,
      boolean shared,
      boolean everyWorker,
      List<Extent> extents) {
    this(elementType, slot, shared, everyWorker, extents, 0);
  }

  /** The array of a worker who is a team of its own. */
  WorkerArray ofTeamOfOne(int firstSlot, UnaryOperator<Extent> newExtents) {
    int ownSlot = firstSlot + 2 * slot + (shared ? 1 : 0);
    List<Extent> mapped = extents.stream().map(newExtents).toList();
    return new WorkerArray(elementType, ownSlot, false, true, mapped, overhang);
  }

  /** What its elements take, in bytes. */
  long bytes(ToLongFunction<Extent> sizes) {
    long elements = 1;
    for (Extent extent : extents) {
      elements = Math.multiplyExact(elements, sizes.applyAsLong(extent));
    }
    return Math.multiplyExact(elementType.byteSize(), Math.addExact(elements, overhang));
  }
}
