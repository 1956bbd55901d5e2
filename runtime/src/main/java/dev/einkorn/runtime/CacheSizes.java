package dev.einkorn.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The sizes of the data caches that one processor sees, as far as the system tells.
 *
 * @param l1Bytes the first level's data cache
 * @param l2Bytes the second level, at least as large
 * @param l3Bytes the third level, at least as large; other processors may share it
 * @param lineBytes what is moved between the levels at once
 * @param source where the numbers are from, in words for a person
 */
public record CacheSizes(long l1Bytes, long l2Bytes, long l3Bytes, int lineBytes, String source) {
  /** What is assumed where the system does not tell. */
  public static final CacheSizes DEFAULT =
      new CacheSizes(32 << 10, 1 << 20, 16 << 20, 64, "assumed");

  private static final int LEVELS = 3;
  // No system has so many; a bound for reading a folder that makes no sense.
  private static final int MOST_CACHES = 16;

  /** Sizes that grow with the level. */
  public CacheSizes {
    if (l1Bytes < 1 || l2Bytes < l1Bytes || l3Bytes < l2Bytes || lineBytes < 1) {
      throw new IllegalArgumentException(
          "caches of %s, %s and %s bytes, lines of %s"
              .formatted(l1Bytes, l2Bytes, l3Bytes, lineBytes));
    }
  }

  /** The caches of this machine's first processor: from Linux, else {@link #DEFAULT}. */
  public static CacheSizes detect() {
    return read(Path.of("/sys/devices/system/cpu/cpu0/cache"));
  }

  /** The caches that a folder of Linux describes; what it lacks or garbles is assumed. */
  static CacheSizes read(Path folder) {
    long[] bytes = {DEFAULT.l1Bytes, DEFAULT.l2Bytes, DEFAULT.l3Bytes};
    boolean[] found = new boolean[LEVELS];
    long line = DEFAULT.lineBytes;
    for (int n = 0; n < MOST_CACHES; n++) {
      Path cache = folder.resolve("index" + n);
      int level = (int) number(cache.resolve("level")).orElse(0);
      OptionalLong size = number(cache.resolve("size"));
      if (level < 1
          || level > LEVELS
          || size.isEmpty()
          || text(cache.resolve("type")).equals("Instruction")) {
        continue;
      }
      bytes[level - 1] = size.getAsLong();
      found[level - 1] = true;
      line = number(cache.resolve("coherency_line_size")).orElse(line);
    }
    List<String> assumed = new ArrayList<>();
    for (int level = 0; level < LEVELS; level++) {
      if (!found[level]) {
        assumed.add("L" + (level + 1));
      }
      bytes[level] = level == 0 ? bytes[0] : Math.max(bytes[level], bytes[level - 1]);
    }
    if (assumed.size() == LEVELS) {
      return DEFAULT;
    }
    String source = assumed.isEmpty() ? "from the system" : String.join(", ", assumed) + " assumed";
    boolean plausible = line <= 4096 && Long.bitCount(line) == 1;
    return new CacheSizes(
        bytes[0], bytes[1], bytes[2], plausible ? (int) line : DEFAULT.lineBytes, source);
  }

  /** A positive number of a file, such as {@code 32K}; empty if it has none. */
  private static OptionalLong number(Path file) {
    String text = text(file);
    if (!text.matches("[0-9]{1,9}[KMG]?")) {
      return OptionalLong.empty();
    }
    int digits = Character.isDigit(text.charAt(text.length() - 1)) ? 0 : 1;
    long number = Long.parseLong(text.substring(0, text.length() - digits));
    int shift =
        switch (text.charAt(text.length() - 1)) {
          case 'K' -> 10;
          case 'M' -> 20;
          case 'G' -> 30;
          default -> 0;
        };
    return number == 0 ? OptionalLong.empty() : OptionalLong.of(number << shift);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      return ""; // Other systems have no such files, and some hide them.
    }
  }
}
