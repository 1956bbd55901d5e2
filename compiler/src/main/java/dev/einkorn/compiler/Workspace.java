package dev.einkorn.compiler;

import dev.einkorn.runtime.Tensor;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one call's temporaries. Between calls the garbage collector may take it when the
 * heap is short.
 */
final class Workspace {
  private final WorkspaceLayout layout;
  private final SoftReference<Tensor[]> memory;
  private Tensor @Nullable [] tensors;

  private Workspace(WorkspaceLayout layout, Tensor[] tensors) {
    this.layout = layout;
    this.memory = new SoftReference<>(tensors);
    this.tensors = tensors;
  }

  static Workspace make(WorkspaceLayout layout) {
    return new Workspace(layout, layout.allocate());
  }

  WorkspaceLayout layout() {
    return layout;
  }

  /**
   * The temporaries in the order of the layout, of unknown contents.
   *
   * @throws IllegalStateException if it is at rest
   */
  Tensor[] tensors() {
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
