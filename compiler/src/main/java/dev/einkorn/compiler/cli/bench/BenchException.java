package dev.einkorn.compiler.cli.bench;

/** A benchmark cannot be run for a reason that the message says in full. */
public final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BenchException(String message) {
    super(message);
  }

  BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
