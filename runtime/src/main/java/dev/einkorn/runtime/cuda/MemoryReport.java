package dev.einkorn.runtime.cuda;

/**
 * A device's memory at one moment, in bytes.
 *
 * @param usedBytes what tensors that are not closed take
 * @param heldBytes what was taken from the driver, kept for tensors to come included
 * @param peakBytes the most that was used at once
 * @param freeBytes what the device has left, for any process
 * @param totalBytes what it has at all
 */
public record MemoryReport(
    long usedBytes, long heldBytes, long peakBytes, long freeBytes, long totalBytes) {}
