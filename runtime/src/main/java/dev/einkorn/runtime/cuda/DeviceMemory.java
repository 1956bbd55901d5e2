package dev.einkorn.runtime.cuda;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The memory behind a tensor and its views: a block that goes back to the pool when the last of
 * them is closed. It carries the order of work: whatever uses it comes after all that used it
 * before, in whatever stream that was.
 */
final class DeviceMemory {
  private final MemoryPool pool;
  private final MemoryPool.Block block;
  private int shares = 1;
  private @Nullable CudaStream last;
  private volatile @Nullable Future<?> transfer;

  DeviceMemory(MemoryPool pool, MemoryPool.Block block) {
    this.pool = pool;
    this.block = block;
    this.last = block.last().orElse(null);
  }

  long address() {
    return block.address();
  }

  synchronized DeviceMemory share() {
    if (shares == 0) {
      throw new IllegalStateException("this tensor is closed");
    }
    shares++;
    return this;
  }

  void release() {
    CudaStream lastUser;
    synchronized (this) {
      if (--shares > 0) {
        return;
      }
      lastUser = last;
    }
    pool.giveBack(block, lastUser);
  }

  /**
   * Lets a stream wait for the work so far, and counts it as the next user. The caller holds the
   * device's submission lock until the work is in the stream.
   */
  void useOn(CudaStream stream) {
    CudaStream before;
    synchronized (this) {
      before = last;
      last = stream;
    }
    // A stream waits for its work when it is closed.
    if (before != null && before != stream && before.isOpen()) {
      stream.waitFor(before);
    }
  }

  /** A transfer in the background, which every later use waits for. */
  void transfersBy(Future<?> pending) {
    transfer = pending;
  }

  /** A task that runs after the transfer that is in the background now, unless that has failed. */
  <T> Callable<T> afterTransfer(Callable<T> task) {
    Future<?> pending = transfer;
    return () -> {
      if (pending != null) {
        await(pending);
      }
      return task.call();
    };
  }

  /** Waits until the transfer in the background is done, and fails as it has failed. */
  void awaitTransfer() {
    Future<?> pending = transfer;
    if (pending != null) {
      await(pending);
      if (transfer == pending) {
        transfer = null;
      }
    }
  }

  private static void await(Future<?> pending) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          Object _ = pending.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (CancellationException e) {
          throw new IllegalStateException("the device was closed before the copy was done", e);
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case RuntimeException failure -> throw failure;
            case Error error -> throw error;
            case null, default -> throw new IllegalStateException(e);
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
