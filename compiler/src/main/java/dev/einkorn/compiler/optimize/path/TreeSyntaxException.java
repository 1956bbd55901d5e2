package dev.einkorn.compiler.optimize.path;

/** The text of a contraction tree is not understood, or does not hold each operand once. */
public final class TreeSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final int position;

  TreeSyntaxException(int position, String message) {
    super("at position %s: %s".formatted(position, message));
    this.position = position;
  }

  /** The character of the text, counted from 0, at which the problem is. */
  public int position() {
    return position;
  }
}
