package dev.einkorn.compiler;

import dev.einkorn.runtime.tier.BackgroundCompiler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Kernels that other tests, or this one, have left to be warmed up. */
final class BackgroundWork {
  private BackgroundWork() {}

  /** Waits for what has been queued, so that whoever counts allocations counts none of it. */
  static void await() throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture.runAsync(() -> {}, BackgroundCompiler.shared()).get(5, TimeUnit.MINUTES);
  }
}
