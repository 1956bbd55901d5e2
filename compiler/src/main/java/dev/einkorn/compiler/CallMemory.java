package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Sizes;

/**
 * What a call allocates apart from its results: the temporaries, and what its workers work in.
 *
 * @param workers how many share the call
 */
record CallMemory(WorkspaceLayout workspace, WorkingMemory working, Sizes sizes, int workers) {
  /** All of it, in bytes; {@link Long#MAX_VALUE} if that is more than a long can count. */
  long bytes() {
    return Quantity.sum(workspace.bytes(), working.bytes(sizes::value, workers));
  }
}
