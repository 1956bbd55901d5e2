package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.Tensor;

/** How much memory the temporaries of a call take. Calls with equal shapes share workspaces. */
public interface WorkspaceShape {
  /** Bytes of all its memory: array elements, without the headers of the arrays. */
  long bytes();

  /** New memory, as the call wants to have it. */
  Tensor[] allocate();
}
