package dev.einkorn.compiler.source;

/**
 * A schedule that cannot be read, or a directive that is not legal on a nest; the message says why.
 */
public final class ScheduleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the reason. */
  public ScheduleException(String message) {
    super(message);
  }
}
