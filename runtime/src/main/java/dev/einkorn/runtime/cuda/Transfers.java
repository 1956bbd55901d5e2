package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ObjLongConsumer;

/**
 * Copies between host tensors and device memory in one direction: piece by piece through pinned
 * buffers, which the device reads and writes by itself, on a stream of its own. While the device
 * moves one piece, the next is gathered from the host's tensor or the one before scattered into it.
 * One transfer at a time.
 */
final class Transfers {
  /** The size of a piece. */
  static final long PIECE_BYTES = 4L << 20;

  private static final int BUFFERS = 3;
  private static final int DISABLE_TIMING = 2;

  /** Pinned memory and the event after which it may be used again. */
  private record Buffer(Handle pinned, MemorySegment memory, Handle event) {}

  /** What is on its way to the host. */
  private record Piece(Buffer buffer, Tensor target) {}

  private final CudaDevice device;
  private final Context context;
  private final List<Buffer> buffers = new ArrayList<>();
  private final CudaStream stream;
  private int next;

  Transfers(CudaDevice device) {
    this.device = device;
    this.context = device.context();
    this.stream = new CudaStream(device);
  }

  /**
   * Copies a tensor, row-major, to consecutive device memory. When this returns, the tensor was
   * read; the last pieces may still be on their way, in this direction's stream.
   */
  synchronized void upload(Tensor source, DeviceMemory memory, long address) {
    long size = source.elementType().byteSize();
    NativeFunction copy = context.api().memcpyHtoDAsync;
    pieces(
        source,
        (piece, first) -> {
          long bytes = piece.elementCount() * size;
          Buffer buffer = nextBuffer();
          MemorySegment staged = buffer.memory.asSlice(0, bytes);
          gather(piece, staged);
          synchronized (device.submission()) {
            memory.useOn(stream);
            context.call(copy, f -> f.call(address + first * size, staged, bytes, stream.raw()));
            recordEvent(buffer);
          }
        });
  }

  /** Copies consecutive device memory into a tensor, row-major, and waits for it. */
  synchronized void download(DeviceMemory memory, long address, Tensor target) {
    long size = target.elementType().byteSize();
    NativeFunction copy = context.api().memcpyDtoHAsync;
    Deque<Piece> coming = new ArrayDeque<>();
    pieces(
        target,
        (piece, first) -> {
          if (coming.size() == BUFFERS) {
            scatter(coming.removeFirst());
          }
          long bytes = piece.elementCount() * size;
          Buffer buffer = nextBuffer();
          synchronized (device.submission()) {
            memory.useOn(stream);
            context.call(
                copy, f -> f.call(buffer.memory, address + first * size, bytes, stream.raw()));
            recordEvent(buffer);
          }
          coming.addLast(new Piece(buffer, piece));
        });
    coming.forEach(this::scatter);
  }

  private void scatter(Piece piece) {
    await(piece.buffer);
    Tensor target = piece.target;
    long bytes = target.elementCount() * target.elementType().byteSize();
    target.copyFrom(
        Tensor.of(target.elementType(), piece.buffer.memory.asSlice(0, bytes), target.shape()));
  }

  private static void gather(Tensor piece, MemorySegment staged) {
    Tensor.of(piece.elementType(), staged, piece.shape()).copyFrom(piece);
  }

  /**
   * A tensor in row-major order, in parts of a piece's size at most.
   *
   * @param action takes each part and the number of its first element
   */
  static void pieces(Tensor tensor, ObjLongConsumer<Tensor> action) {
    if (tensor.elementCount() > 0) {
      pieces(tensor, 0, PIECE_BYTES / tensor.elementType().byteSize(), action);
    }
  }

  private static void pieces(Tensor tensor, long first, long most, ObjLongConsumer<Tensor> action) {
    if (tensor.elementCount() <= most) {
      action.accept(tensor, first);
      return;
    }
    long rows = tensor.extent(0);
    long rowElements = tensor.elementCount() / rows;
    if (rowElements > most) {
      for (long row = 0; row < rows; row++) {
        pieces(tensor.select(0, row), first + row * rowElements, most, action);
      }
    } else {
      long step = most / rowElements;
      for (long row = 0; row < rows; row += step) {
        Tensor part = tensor.slice(0, row, Math.min(rows, row + step));
        action.accept(part, first + row * rowElements);
      }
    }
  }

  /** A buffer that the device does not use any more. */
  private Buffer nextBuffer() {
    if (next == buffers.size()) {
      buffers.add(newBuffer());
    } else {
      await(buffers.get(next));
    }
    Buffer buffer = buffers.get(next);
    next = (next + 1) % BUFFERS;
    return buffer;
  }

  @SuppressWarnings("restricted") // The driver gives an address, we know the length.
  private Buffer newBuffer() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      context.call(
          context.api().memAllocHost,
          () -> "%s bytes of pinned memory for copies".formatted(PIECE_BYTES),
          f -> f.call(out, PIECE_BYTES));
      MemorySegment raw = out.get(ADDRESS, 0);
      Handle pinned =
          context.own(
              "pinned buffer",
              raw,
              api -> {
                // The device may still read it.
                int result = api.ctxSynchronize.call();
                return result != 0 ? result : api.memFreeHost.call(raw);
              });
      Handle event = CudaEvent.create(context, DISABLE_TIMING);
      return new Buffer(pinned, raw.reinterpret(PIECE_BYTES), event);
    }
  }

  private void recordEvent(Buffer buffer) {
    context.call(context.api().eventRecord, f -> f.call(buffer.event.raw(), stream.raw()));
  }

  private void await(Buffer buffer) {
    context.call(context.api().eventSynchronize, f -> f.call(buffer.event.raw()));
  }

  /** Makes every truth value 0 or 1, which kernels rely on; other memory may have any byte. */
  static Tensor canonical(Tensor tensor) {
    return tensor.elementType() == ElementType.BOOL && tensor.isSegment() ? tensor.copy() : tensor;
  }

  /** Consecutive elements of device memory, copied to new memory of the host. */
  MemorySegment elements(DeviceMemory memory, long address, ElementType type, long count) {
    MemorySegment copy = Arena.ofAuto().allocate(count * type.byteSize(), Long.BYTES);
    download(memory, address, Tensor.of(type, copy, count));
    return copy;
  }
}
