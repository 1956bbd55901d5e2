package dev.einkorn.runtime;

/**
 * Elements along axes, wherever they lie: on the host in a {@link Tensor}, or in the memory of a
 * device. What is said here is all that a compiler needs to know of an operand.
 */
public interface Strided {
  /** The type of the elements. */
  ElementType elementType();

  /** The number of axes. */
  int rank();

  /** The extents, as a copy. */
  long[] shape();

  /** The number of positions on an axis. */
  long extent(int axis);

  /** The distance between neighbours on an axis, in elements; zero and negative are legal. */
  long stride(int axis);

  /** The product of the extents: 1 for rank 0, 0 if any extent is 0. */
  long elementCount();

  /**
   * Whether every position may be written on its own: the storage is not read-only, and no two
   * positions address one element. Conservative, see {@link Tensor#isWritableView}.
   */
  boolean isWritableView();
}
