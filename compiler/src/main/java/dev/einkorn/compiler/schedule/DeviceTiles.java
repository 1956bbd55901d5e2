package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.schedule.Directive.PackLoop;
import java.util.List;
import java.util.Optional;

/** Which tiles of a contraction fit the threads of a block. */
final class DeviceTiles {
  private static final int MOST_THREADS = 1024;
  private static final int WARP = 32;
  // A warp of threads is 4 rows x 8 columns.
  private static final int ROWS = 4;
  private static final int COLUMNS = 8;
  // A panel is copied in groups of so many positions of the sum at the least.
  private static final int RUN = 8;
  private static final int MATRIX = 16;

  private DeviceTiles() {}

  /** Why a block of threads cannot have tiles like these. */
  static Optional<String> refusal(DeviceDirective.Shared shared) {
    PackLoop rows = shared.rows();
    PackLoop columns = shared.columns();
    int threads = shared.threads();
    int depth = shared.depth().block();
    boolean warps =
        isPower(rows.count())
            && isPower(columns.count())
            && rows.block() % (ROWS * rows.count()) == 0
            && columns.block() % (COLUMNS * columns.count()) == 0
            && threads <= MOST_THREADS;
    if (!warps) {
      return Optional.of("warps are 4 rows x 8 columns of threads");
    }
    for (int lines : List.of(rows.block(), columns.block())) {
      boolean divides =
          depth % RUN == 0
              && threads % lines == 0
              && lines * depth % threads == 0
              && lines % (threads / RUN) == 0;
      if (!divides) {
        return Optional.of(
            "a panel of %s x %s does not divide among %s threads".formatted(lines, depth, threads));
      }
    }
    return Optional.empty();
  }

  /** Why a block of warps cannot have tiles like these. */
  static Optional<String> refusal(DeviceDirective.Matrix matrix) {
    int threads = matrix.threads();
    int depth = matrix.depth().block();
    for (PackLoop lines : List.of(matrix.rows(), matrix.columns())) {
      boolean whole =
          lines.count() % MATRIX == 0
              && lines.block() % WARP == 0
              && lines.block() % lines.count() == 0
              && threads <= MOST_THREADS;
      if (!whole) {
        return Optional.of("a warp multiplies matrices of 16 rows or columns");
      }
      if (depth % MATRIX != 0 || lines.block() * depth / 4 % threads != 0) {
        return Optional.of(
            "a panel of %s x %s does not divide among %s threads"
                .formatted(lines.block(), depth, threads));
      }
    }
    return Optional.empty();
  }

  private static boolean isPower(int number) {
    return Integer.bitCount(number) == 1;
  }
}
