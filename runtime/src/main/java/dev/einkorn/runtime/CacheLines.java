package dev.einkorn.runtime;

/** How arrays lie in the lines of the caches. */
public final class CacheLines {
  /** What a line holds, in bytes, on every processor that vectors are emitted for. */
  public static final int BYTES = 64;

  /** Where the elements of an array begin, in bytes. A large array itself begins at a line. */
  public static final int ARRAY_HEADER_BYTES = 16;

  private CacheLines() {}
}
