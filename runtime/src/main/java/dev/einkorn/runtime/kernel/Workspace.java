package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.Tensor;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one call's temporaries. Between calls the garbage collector may take it when the
 * heap is short.
 */
public final class Workspace {
  private final WorkspaceShape shape;
  private final SoftReference<Tensor[]> memory;
  private Tensor @Nullable [] tensors;

  private Workspace(WorkspaceShape shape, Tensor[] tensors) {
    this.shape = shape;
    this.memory = new SoftReference<>(tensors);
    this.tensors = tensors;
  }

  static Workspace make(WorkspaceShape shape) {
    return new Workspace(shape, shape.allocate());
  }

  WorkspaceShape shape() {
    return shape;
  }

  /**
   * The tensors of its shape, in order, of unknown contents.
   *
   * @throws IllegalStateException if it is at rest
   */
  public Tensor[] tensors() {
    Tensor[] present = tensors;
    if (present == null) {
      throw new IllegalStateException("a workspace that no call has taken");
    }
    return present;
  }

  /** Lets the garbage collector have the memory. */
  void rest() {
    tensors = null;
  }

  /** Takes hold of the memory again; false if it is gone. */
  boolean wake() {
    tensors = memory.get();
    return tensors != null;
  }
}
