package dev.einkorn.runtime.cuda;

import java.lang.foreign.MemorySegment;

/**
 * Something of the driver that must be released once: a stream, an event, a module, a block of
 * memory. It is released by {@link #run}, which the owner's {@code close} calls, and as a net the
 * cleaner when the owner was forgotten; at the latest with its context.
 */
final class Handle implements Runnable {
  private final Context context;
  private final String kind;
  private final MemorySegment raw;
  private final Context.Destroyer destroyer;

  Handle(Context context, String kind, MemorySegment raw, Context.Destroyer destroyer) {
    this.context = context;
    this.kind = kind;
    this.raw = raw;
    this.destroyer = destroyer;
  }

  String kind() {
    return kind;
  }

  Context.Destroyer destroyer() {
    return destroyer;
  }

  Context context() {
    return context;
  }

  /**
   * The driver's pointer. Asked inside of a call of {@link Context#call}, it stays valid for that
   * call.
   *
   * @throws IllegalStateException if it was released
   */
  MemorySegment raw() {
    if (!context.isOpen(this)) {
      throw new IllegalStateException("this %s is closed".formatted(kind));
    }
    return raw;
  }

  boolean isOpen() {
    return context.isOpen(this);
  }

  @Override
  public void run() {
    context.release(this);
  }
}
