package dev.einkorn.compiler.emit.java;

import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.runtime.CacheLines;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;

/**
 * An array of a worker, with the scratch memory of a nest that lies in it: one after the other, all
 * from lines of the caches on, or one alone where the array begins. Vectors that cross two lines
 * take twice as long to load from a second-level cache, and Java lets only large arrays begin at a
 * known place of a line; so what one worker has of one element type shares an array, if it is much.
 *
 * @param memory of one element type
 * @param atLines whether each begins at a line
 */
record ScratchArray(List<Scratch> memory, boolean atLines) {
  /** Less lies anywhere: workers do not make such arrays so long that they begin at a line. */
  private static final int LARGE_BYTES = 1 << 16;

  ScratchArray {
    memory = List.copyOf(memory);
  }

  /** The arrays for the scratch memory of a nest, in the order of their slots. */
  static List<ScratchArray> of(List<Scratch> scratch) {
    List<ScratchArray> arrays = new ArrayList<>();
    for (ElementType type : ElementType.values()) {
      List<Scratch> all = scratch.stream().filter(one -> one.type().elementType() == type).toList();
      List<Scratch> own = all.stream().filter(one -> !one.shared()).toList();
      if (isLarge(own)) {
        arrays.add(new ScratchArray(own, true));
      } else {
        own.forEach(one -> arrays.add(new ScratchArray(List.of(one), false)));
      }
      all.stream()
          .filter(Scratch::shared)
          .map(List::of)
          .forEach(one -> arrays.add(new ScratchArray(one, isLarge(one))));
    }
    return arrays;
  }

  private static boolean isLarge(List<Scratch> memory) {
    return memory.stream()
            .mapToLong(
                one -> Math.multiplyExact(one.elements(), one.type().elementType().byteSize()))
            .sum()
        >= LARGE_BYTES;
  }

  ElementType elementType() {
    return memory.getFirst().type().elementType();
  }

  /** Whether it is the team's. */
  boolean shared() {
    return memory.getFirst().shared();
  }

  /** Its length. */
  long elements() {
    return atLines
        ? memory.stream().mapToLong(ScratchArray::inWholeLines).sum() + lineElements(elementType())
        : memory.getFirst().elements();
  }

  /** How many elements lie before one of its memories, from the first line on. */
  long before(Scratch one) {
    return memory.subList(0, memory.indexOf(one)).stream()
        .mapToLong(ScratchArray::inWholeLines)
        .sum();
  }

  /** How many elements one takes up to the end of a line. */
  private static long inWholeLines(Scratch one) {
    int line = lineElements(one.type().elementType());
    return Math.ceilDiv(one.elements(), line) * (long) line;
  }

  private static int lineElements(ElementType type) {
    return CacheLines.BYTES / type.byteSize();
  }
}
