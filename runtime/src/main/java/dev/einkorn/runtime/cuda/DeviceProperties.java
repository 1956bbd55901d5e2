package dev.einkorn.runtime.cuda;

import java.util.Locale;

/**
 * What a GPU has, as its driver says.
 *
 * @param ordinal its number, from 0, among the GPUs that are visible
 * @param name its product name
 * @param architecture its compute capability, for which kernels are compiled
 * @param memoryBytes its memory
 * @param multiprocessors its streaming multiprocessors
 * @param threadsPerMultiprocessor threads a multiprocessor keeps at once
 * @param registersPerMultiprocessor registers a multiprocessor has, of 32 bits
 * @param sharedBytesPerMultiprocessor shared memory a multiprocessor has
 * @param sharedBytesPerBlock the most shared memory of a block, static and dynamic together
 * @param l2Bytes its second-level cache
 * @param clockKilohertz its highest clock; 0 if the driver does not tell
 */
public record DeviceProperties(
    int ordinal,
    String name,
    Architecture architecture,
    long memoryBytes,
    int multiprocessors,
    int threadsPerMultiprocessor,
    int registersPerMultiprocessor,
    int sharedBytesPerMultiprocessor,
    int sharedBytesPerBlock,
    int l2Bytes,
    int clockKilohertz) {
  /** As a line for people. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, %s, %,d MiB, %s multiprocessors, %,d KiB shared per block, L2 %,d MiB",
        name,
        architecture,
        memoryBytes >> 20,
        multiprocessors,
        sharedBytesPerBlock >> 10,
        l2Bytes >> 20);
  }
}
