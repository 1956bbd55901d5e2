package dev.einkorn.runtime;

import java.io.IOException;
import java.io.Serial;

/**
 * A file or stream is not the npy or npz data it should be, or holds what tensors cannot. The
 * message names the file, what was expected and what was found.
 */
public final class NpyException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /** A failure in the named file. */
  public NpyException(String file, String problem) {
    super(file + ": " + problem);
  }

  /** A failure in the named file, found through another one. */
  public NpyException(String file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
