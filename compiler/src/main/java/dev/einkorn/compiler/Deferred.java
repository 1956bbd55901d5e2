package dev.einkorn.compiler;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stage that is made when it is first asked for, on a {@link CompilerThread}, and then kept. */
final class Deferred<T> {
  private final Supplier<T> work;
  private @Nullable T made;

  Deferred(Supplier<T> work) {
    this.work = work;
  }

  synchronized T get() {
    T result = made;
    if (result == null) {
      result = CompilerThread.call(work);
      made = result;
    }
    return result;
  }
}
