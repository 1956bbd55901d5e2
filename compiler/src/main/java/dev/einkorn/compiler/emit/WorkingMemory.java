package dev.einkorn.compiler.emit;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/**
 * What the workers of a call work in, apart from its operands: packed panels, partial results,
 * tables. A worker keeps an array for each element type and slot, as long as the longest that a
 * step has asked for.
 *
 * @param steps the arrays of each step
 */
public record WorkingMemory(List<List<WorkerArray>> steps) {
  private record Slot(ElementType elementType, int slot) {}

  public WorkingMemory {
    steps = steps.stream().map(List::copyOf).toList();
  }

  /** What serves these steps and those: of calls that take turns. */
  public WorkingMemory and(WorkingMemory other) {
    List<List<WorkerArray>> all = new ArrayList<>(steps);
    all.addAll(other.steps);
    return new WorkingMemory(all);
  }

  /**
   * That of workers who run the steps alone, each for itself.
   *
   * @param firstSlot of their arrays, which are apart from those of a team
   * @param extents what the extents are for each of them
   */
  public WorkingMemory ofTeamsOfOne(int firstSlot, UnaryOperator<Extent> extents) {
    return new WorkingMemory(
        steps.stream()
            .map(arrays -> arrays.stream().map(a -> a.ofTeamOfOne(firstSlot, extents)).toList())
            .toList());
  }

  /** That of one step. */
  public WorkingMemory step(int n) {
    return new WorkingMemory(List.of(steps.get(n)));
  }

  /** Bytes for a call of so many workers: array elements, without the headers of the arrays. */
  public long bytes(ToLongFunction<Extent> sizes, int workers) {
    long others = Math.multiplyExact(workers - 1L, otherWorkerBytes(sizes));
    return Math.addExact(Math.addExact(sharedBytes(sizes), firstWorkerBytes(sizes)), others);
  }

  /** Bytes that the whole team has once. */
  public long sharedBytes(ToLongFunction<Extent> sizes) {
    return bytes(sizes, WorkerArray::shared);
  }

  /** Bytes of the first worker's own: it runs every step. */
  public long firstWorkerBytes(ToLongFunction<Extent> sizes) {
    return bytes(sizes, array -> !array.shared());
  }

  /** Bytes of every other worker's own. */
  public long otherWorkerBytes(ToLongFunction<Extent> sizes) {
    return bytes(sizes, array -> !array.shared() && array.everyWorker());
  }

  private long bytes(ToLongFunction<Extent> sizes, Predicate<WorkerArray> counted) {
    Map<Slot, Long> longest = new LinkedHashMap<>();
    for (List<WorkerArray> step : steps) {
      for (WorkerArray array : step) {
        if (counted.test(array)) {
          var slot = new Slot(array.elementType(), array.slot());
          longest.merge(slot, array.bytes(sizes), Math::max);
        }
      }
    }
    return longest.values().stream().reduce(0L, Math::addExact);
  }
}
