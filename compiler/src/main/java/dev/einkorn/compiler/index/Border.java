package dev.einkorn.compiler.index;

/**
 * What an access reads where a subscript leaves its axis of extent {@code n}. Every axis of the
 * access is treated alike; only a position within {@code 0 .. n-1} is ever read from memory.
 */
public enum Border {
  /** Nothing: the checker has proved that no subscript leaves its axis. */
  NONE(""),
  /** Zero of the element type. */
  ZERO("zero"),
  /** The nearest element: position {@code min(max(p, 0), n-1)}. */
  CLAMP("clamp"),
  /** The axis repeats: position {@code p mod n}. */
  WRAP("wrap"),
  /**
   * The axis is reflected at its first and last element, which are not repeated: {@code 2 1 | 0 1 2
   * 3 | 2 1}, again and again. An axis of extent 1 reads its one element.
   */
  MIRROR("mirror");

  private final String symbol;

  Border(String symbol) {
    this.symbol = symbol;
  }

  /** As written around the access in the language; empty for {@link #NONE}. */
  public String symbol() {
    return symbol;
  }
}
