package dev.einkorn.runtime.cuda;

/**
 * How many threads a kernel is launched with, in blocks of a grid, and the shared memory of a block
 * beyond what the kernel declares itself.
 *
 * @param gridX blocks along x, at most 2^31 - 1
 * @param gridY blocks along y, at most 65535
 * @param gridZ blocks along z, at most 65535
 * @param blockX threads of a block along x
 * @param blockY threads of a block along y
 * @param blockZ threads of a block along z, at most 64
 * @param dynamicSharedBytes dynamic shared memory of a block in bytes; more than 48 KB is asked for
 *     from the driver at the launch
 */
public record Launch(
    int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int dynamicSharedBytes) {
  private static final int MOST_BLOCKS_YZ = 65535;
  private static final int MOST_THREADS = 1024;
  private static final int MOST_THREADS_Z = 64;

  /** Counts within what every device allows. */
  public Launch {
    if (gridX < 1
        || gridY < 1
        || gridZ < 1
        || gridY > MOST_BLOCKS_YZ
        || gridZ > MOST_BLOCKS_YZ
        || blockX < 1
        || blockY < 1
        || blockZ < 1
        || blockZ > MOST_THREADS_Z
        || (long) blockX * blockY > MOST_THREADS
        || (long) blockX * blockY * blockZ > MOST_THREADS
        || dynamicSharedBytes < 0) {
      throw new IllegalArgumentException(
          "no device launches %s"
              .formatted(format(gridX, gridY, gridZ, blockX, blockY, blockZ, dynamicSharedBytes)));
    }
  }

  /** Blocks and threads along x only. */
  public static Launch of(int blocks, int threads) {
    return new Launch(blocks, 1, 1, threads, 1, 1, 0);
  }

  /** This launch with other dynamic shared memory, in bytes. */
  public Launch withDynamicShared(int bytes) {
    return new Launch(gridX, gridY, gridZ, blockX, blockY, blockZ, bytes);
  }

  /** Threads of a block. */
  public int threadsPerBlock() {
    return blockX * blockY * blockZ;
  }

  /** As CUDA writes it: {@code <<<(128,1,1), (256,1,1), 0>>>}. */
  @Override
  public String toString() {
    return format(gridX, gridY, gridZ, blockX, blockY, blockZ, dynamicSharedBytes);
  }

  private static String format(int gx, int gy, int gz, int bx, int by, int bz, int shared) {
    return "<<<(%s,%s,%s), (%s,%s,%s), %s>>>".formatted(gx, gy, gz, bx, by, bz, shared);
  }
}
