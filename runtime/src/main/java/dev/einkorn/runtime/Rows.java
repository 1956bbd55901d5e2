package dev.einkorn.runtime;

/**
 * Walks layouts of one shape together, in row-major order and row by row. A row is the last axis,
 * after neighbouring axes that every layout holds as one have been merged, so a dense tensor is a
 * single row. Of empty layouts there is no row; a scalar is one row of length 1.
 *
 * {@snippet :
 * Rows rows = new Rows(target, source);
 * while (rows.next()) {
 *   for (long i = 0; i < rows.length(); i++) {
 *     // elements rows.start(0) + i * rows.stride(0) and rows.start(1) + i * rows.stride(1)
 *   }
 * }
 * }
 */
final class Rows {
  private final long[] shape;
  private final long[][] strides;
  private final long[] starts;
  private final long[] position;
  private int rank;
  private boolean started;
  private boolean done;

  Rows(Layout... layouts) {
    Layout first = layouts[0];
    shape = new long[Math.max(1, first.rank())];
    strides = new long[layouts.length][shape.length];
    starts = new long[layouts.length];
    done = first.count() == 0;
    for (int i = 0; i < layouts.length; i++) {
      starts[i] = layouts[i].offset();
    }
    for (int axis = 0; axis < first.rank(); axis++) {
      append(axis, layouts);
    }
    if (rank == 0) {
      shape[0] = 1;
      rank = 1;
    }
    position = new long[rank];
  }

  private void append(int axis, Layout... layouts) {
    long extent = layouts[0].extent(axis);
    if (extent == 1) {
      return;
    }
    boolean merges = rank > 0;
    for (int i = 0; merges && i < layouts.length; i++) {
      merges = strides[i][rank - 1] == extent * layouts[i].stride(axis);
    }
    if (merges) {
      shape[rank - 1] *= extent;
    } else {
      shape[rank++] = extent;
    }
    for (int i = 0; i < layouts.length; i++) {
      strides[i][rank - 1] = layouts[i].stride(axis);
    }
  }

  /** Moves to the next row, at first to the first; false after the last. */
  boolean next() {
    if (!started) {
      started = true;
      return !done;
    }
    for (int axis = rank - 2; !done && axis >= 0; axis--) {
      if (++position[axis] < shape[axis]) {
        for (int i = 0; i < starts.length; i++) {
          starts[i] += strides[i][axis];
        }
        return true;
      }
      for (int i = 0; i < starts.length; i++) {
        starts[i] -= (shape[axis] - 1) * strides[i][axis];
      }
      position[axis] = 0;
    }
    done = true;
    return false;
  }

  /** The number of elements of each row. */
  long length() {
    return shape[rank - 1];
  }

  /** Where the row begins in the given layout. */
  long start(int layout) {
    return starts[layout];
  }

  /** From one element of a row to the next in the given layout. */
  long stride(int layout) {
    return strides[layout][rank - 1];
  }
}
