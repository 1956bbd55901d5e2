package dev.einkorn.compiler;

/**
 * A plan needs more temporary memory than the budget allows; the message names the least budget
 * that would do.
 */
public final class MemoryBudgetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long requiredBytes;

  MemoryBudgetException(long budgetBytes, long requiredBytes) {
    super(
        "the memory budget is "
            + budgetBytes
            + " bytes, but the temporaries of this plan need "
            + requiredBytes
            + " bytes; the least budget that would do is "
            + requiredBytes
            + " bytes");
    this.requiredBytes = requiredBytes;
  }

  /** The least budget that would do, in bytes. */
  public long requiredBytes() {
    return requiredBytes;
  }
}
