package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A device's memory in blocks that are kept when they are given back, since asking the driver is
 * slow and waits for the device. Sizes are rounded up, by an eighth at most, so that blocks fit
 * again. A block remembers the stream that used it last, and its next user comes after that.
 *
 * <p>When the device is full, kept blocks go back to the driver and unreachable tensors are looked
 * for before the request fails.
 */
final class MemoryPool {
  private static final long SMALLEST = 512;
  private static final int WAITS_FOR_COLLECTION = 5;
  private static final long WAIT_MILLISECONDS = 20;

  /** Memory of the device; {@code last} is the stream that used it last. */
  record Block(Handle handle, long address, long bytes, Optional<CudaStream> last) {}

  private final Context context;
  private final Map<Long, Deque<Block>> kept = new TreeMap<>();
  private long used;
  private long held;
  private long peak;

  MemoryPool(Context context) {
    this.context = context;
  }

  /**
   * A block of at least so many bytes, aligned to 256; what it holds is anything.
   *
   * @param subject what it is for
   * @throws CudaException if the device has not enough, with what it has
   */
  Block take(long bytes, String subject) {
    long size = round(bytes);
    Optional<Block> block = tryTake(size, subject, false);
    if (block.isEmpty()) {
      trim();
      block = tryTake(size, subject, false);
    }
    for (int i = 0; block.isEmpty() && i <= WAITS_FOR_COLLECTION; i++) {
      collect();
      trim();
      block = tryTake(size, subject, i == WAITS_FOR_COLLECTION);
    }
    return block.orElseThrow();
  }

  private synchronized Optional<Block> tryTake(long size, String subject, boolean insist) {
    Deque<Block> blocks = kept.get(size);
    Optional<Block> block =
        blocks == null || blocks.isEmpty()
            ? allocate(size, subject, insist)
            : Optional.of(blocks.removeLast());
    if (block.isPresent()) {
      used += size;
      peak = Math.max(peak, used);
    }
    return block;
  }

  private Optional<Block> allocate(long size, String subject, boolean insist) {
    NativeFunction alloc = context.api().memAlloc;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      int result = context.result(alloc, f -> f.call(out, size));
      if (result == CudaResult.OUT_OF_MEMORY && !insist) {
        return Optional.empty();
      }
      if (result != 0) {
        MemoryReport report = report();
        throw context.failure(
            alloc,
            "%s bytes for %s; of %s bytes %s are free, %s are used by this program's tensors"
                .formatted(
                    size, subject, report.totalBytes(), report.freeBytes(), report.usedBytes()),
            result);
      }
      long address = out.get(JAVA_LONG, 0);
      Handle handle =
          context.own("block of memory", MemorySegment.NULL, api -> api.memFree.call(address));
      held += size;
      return Optional.of(new Block(handle, address, size, Optional.empty()));
    }
  }

  /** Takes a block back; work that still runs on it may go on. */
  synchronized void giveBack(Block block, @Nullable CudaStream last) {
    used -= block.bytes;
    kept.computeIfAbsent(block.bytes, _ -> new ArrayDeque<>())
        .addLast(new Block(block.handle, block.address, block.bytes, Optional.ofNullable(last)));
  }

  /** Gives all blocks that nobody uses back to the driver, after waiting for the device. */
  void trim() {
    synchronized (this) {
      if (kept.isEmpty() || context.isClosed() || context.isLost()) {
        return;
      }
    }
    context.synchronize();
    synchronized (this) {
      for (Deque<Block> blocks : kept.values()) {
        for (Block block : blocks) {
          block.handle.run();
          held -= block.bytes;
        }
      }
      kept.clear();
    }
  }

  synchronized MemoryReport report() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment free = arena.allocate(JAVA_LONG);
      MemorySegment total = arena.allocate(JAVA_LONG);
      context.call(context.api().memGetInfo, f -> f.call(free, total));
      return new MemoryReport(used, held, peak, free.get(JAVA_LONG, 0), total.get(JAVA_LONG, 0));
    }
  }

  /** At least 512 bytes, and a multiple of an eighth of the next smaller power of two. */
  static long round(long bytes) {
    if (bytes <= SMALLEST) {
      return SMALLEST;
    }
    long step = Math.max(SMALLEST, Long.highestOneBit(bytes) >> 3);
    return Math.ceilDiv(bytes, step) * step;
  }

  /** Lets the cleaner give back tensors that were forgotten. */
  private static void collect() {
    System.gc();
    try {
      Thread.sleep(WAIT_MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
