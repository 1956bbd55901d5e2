package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.Tensor;
import java.util.Arrays;

/**
 * The temporaries of one generated method for the sizes of a call, equal to those of the same
 * method for the same sizes. Kept with their memory, they are not made again for each call.
 */
public abstract class Temporaries implements WorkspaceShape {
  private static final long UNKNOWN = -1;

  private final long[] sizes;
  private long bytes = UNKNOWN;

  /**
   * For certain sizes.
   *
   * @param sizes which nobody changes from now on
   */
  protected Temporaries(long[] sizes) {
    this.sizes = sizes;
  }

  /** The blocks of memory that they lie in. */
  protected abstract ArenaShape arenas(long[] sizes);

  /** The temporaries in these blocks. */
  protected abstract Tensor[] views(Tensor[] arenas, long[] sizes);

  @Override
  public final long bytes() {
    if (bytes == UNKNOWN) {
      bytes = arenas(sizes).bytes();
    }
    return bytes;
  }

  @Override
  public final Tensor[] allocate() {
    return views(arenas(sizes).allocate(), sizes);
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof Temporaries that
        && that.getClass() == getClass()
        && Arrays.equals(that.sizes, sizes);
  }

  @Override
  public final int hashCode() {
    return Arrays.hashCode(sizes);
  }
}
