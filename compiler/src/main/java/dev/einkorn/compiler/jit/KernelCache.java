package dev.einkorn.compiler.jit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * A bounded cache that drops what was used longest ago. Thread-safe: of several threads that ask
 * for one missing key, one makes the value and the others wait for it; makers of different keys run
 * at the same time.
 *
 * @param <K> a key with structural equality
 * @param <V> what is kept, such as compiled kernels
 */
public final class KernelCache<K, V> {
  private final int capacity;
  private final LinkedHashMap<K, FutureTask<V>> entries = new LinkedHashMap<>(16, 0.75f, true);

  /** An empty cache that holds at most {@code capacity} values. */
  public KernelCache(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, found " + capacity);
    }
    this.capacity = capacity;
  }

  /**
   * The value of the key, made by {@code maker} if it is missing. A maker that throws leaves no
   * entry.
   */
  public V get(K key, Supplier<V> maker) {
    FutureTask<V> task;
    boolean mine = false;
    synchronized (entries) {
      task = entries.get(key);
      if (task == null) {
        task = new FutureTask<>(maker::get);
        entries.put(key, task);
        mine = true;
        if (entries.size() > capacity) {
          Map.Entry<K, FutureTask<V>> eldest = entries.firstEntry();
          entries.remove(eldest.getKey());
        }
      }
    }
    if (mine) {
      task.run();
    }
    return await(key, task);
  }

  /** The number of values held or being made. */
  public int size() {
    synchronized (entries) {
      return entries.size();
    }
  }

  private V await(K key, FutureTask<V> task) {
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
      synchronized (entries) {
        entries.remove(key, task);
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new CancellationException("unexpected " + e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
