package dev.einkorn.runtime.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * The workspaces that wait for the next call, so that a call like an earlier one allocates none. A
 * workspace in use is not in the pool, so that no two calls share one. Thread-safe.
 *
 * <p>Bounded in number and in bytes; those used longest ago go first. A new workspace is made after
 * room for it: with as many bytes waiting as fit beside it under the bound.
 */
public final class WorkspacePool {
  private static final int MOST_IDLE = 16;
  private static final int HEAP_PER_IDLE_WORKSPACES = 4;

  private final long mostBytes;
  // The one used last stands last.
  private final List<Workspace> idle = new ArrayList<>();
  private long idleBytes;

  /** A pool that keeps at most a quarter of the heap. */
  public static WorkspacePool ofHeap() {
    return new WorkspacePool(Runtime.getRuntime().maxMemory() / HEAP_PER_IDLE_WORKSPACES);
  }

  /** A pool that keeps at most so many bytes. */
  public WorkspacePool(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** A workspace of this shape, for the caller alone until it is given back. */
  public Workspace take(WorkspaceShape shape) {
    synchronized (this) {
      for (int n = idle.size() - 1; n >= 0; n--) {
        if (idle.get(n).shape().equals(shape)) {
          Workspace found = remove(n);
          if (found.wake()) {
            return found;
          }
        }
      }
      makeRoom(shape.bytes());
    }
    return Workspace.make(shape);
  }

  /** Gives back a workspace that {@link #take} returned. */
  public synchronized void give(Workspace workspace) {
    long bytes = workspace.shape().bytes();
    makeRoom(bytes);
    if (bytes <= mostBytes) {
      workspace.rest();
      idle.add(workspace);
      idleBytes += bytes;
    }
  }

  /** Bytes of the workspaces that wait. */
  public synchronized long idleBytes() {
    return idleBytes;
  }

  private void makeRoom(long bytes) {
    while (!idle.isEmpty() && (idle.size() >= MOST_IDLE || idleBytes > mostBytes - bytes)) {
      remove(0);
    }
  }

  private Workspace remove(int n) {
    Workspace removed = idle.remove(n);
    idleBytes -= removed.shape().bytes();
    return removed;
  }
}
