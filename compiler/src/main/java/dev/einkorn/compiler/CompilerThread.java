package dev.einkorn.compiler;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Runs recursive work on a thread of its own, whose stack is large enough for the deepest
 * expression that the language allows, however small the caller's stack is.
 */
public final class CompilerThread {
  /** Reserved, not used, as long as expressions are shallow. */
  private static final long STACK_BYTES = 32L << 20;

  private CompilerThread() {}

  /** The result of the work; what it throws is thrown here. */
  public static <T> T call(Supplier<T> work) {
    var task = new FutureTask<>(work::get);
    new Thread(null, task, "einkorn-compiler", STACK_BYTES).start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new AssertionError("a supplier threw a checked exception", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
