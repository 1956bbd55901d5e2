package dev.einkorn.compiler;

/**
 * A plan needs more temporary memory than the budget allows; the message names the least budget
 * that would do.
 */
public final class MemoryBudgetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long requiredBytes;

  /**
   * Says what is missing.
   *
   * @param temporaryBytes what the temporaries alone need
   * @param requiredBytes what they need with the least memory for loops to work in
   */
  MemoryBudgetException(long budgetBytes, long temporaryBytes, long requiredBytes) {
    super(
        "the memory budget is "
            + budgetBytes
            + " bytes, but the temporaries of this plan need "
            + temporaryBytes
            + " bytes"
            + (requiredBytes == temporaryBytes
                ? ""
                : " and its loops " + (requiredBytes - temporaryBytes) + " bytes to work in")
            + "; the least budget that would do is "
            + requiredBytes
            + " bytes");
    this.requiredBytes = requiredBytes;
  }

  /** The least budget that would do, in bytes. */
  public long requiredBytes() {
    return requiredBytes;
  }
}
