package dev.einkorn.runtime;

import java.io.Serial;

/** A kernel met values for which the language defines no result. */
public final class KernelException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** What went wrong; stable, for programs. */
  public enum Code {
    /** An integer was divided by zero. */
    DIVISION_BY_ZERO,
    /** An integer was raised to a negative power. */
    NEGATIVE_INTEGER_POWER,
    /** A tensor's element, used as an index, is outside of the axis it indexes. */
    INDEX_OUT_OF_RANGE
  }

  private final Code code;

  /** A failure with its message. */
  public KernelException(Code code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * The failure of a gather.
   *
   * @param index the value found
   * @param extent the extent of the axis it should index
   * @param access the access as it is written in the program, such as {@code T[idx[k], j]}
   */
  public static KernelException indexOutOfRange(long index, long extent, String access) {
    return new KernelException(
        Code.INDEX_OUT_OF_RANGE,
        "index %s is out of range 0 .. %s in %s".formatted(index, extent - 1, access));
  }

  /** What went wrong. */
  public Code code() {
    return code;
  }
}
