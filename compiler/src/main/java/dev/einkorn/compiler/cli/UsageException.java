package dev.einkorn.compiler.cli;

/** The command line itself is wrong, whatever the files hold. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
