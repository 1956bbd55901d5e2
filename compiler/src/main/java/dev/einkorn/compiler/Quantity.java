package dev.einkorn.compiler;

import java.util.Locale;

/** Bytes, times and counts for people. */
final class Quantity {
  private static final String[] BYTE_UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Quantity() {}

  static String bytes(long count) {
    return bytes((double) count);
  }

  /** What two numbers of bytes make, or {@link Long#MAX_VALUE} if no long can count it. */
  static long sum(long some, long more) {
    return some > Long.MAX_VALUE - more ? Long.MAX_VALUE : some + more;
  }

  /** A number of bytes, such as {@code 12.0 KiB}. */
  static String bytes(double count) {
    double bytes = count;
    int unit = 0;
    while (bytes >= 1024 && unit < BYTE_UNITS.length - 1) {
      bytes /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, BYTE_UNITS[unit]);
  }

  /** A time of so many nanoseconds, such as {@code 1.5 ms}. */
  static String time(double nanos) {
    if (nanos < 1e3) {
      return String.format(Locale.ROOT, "%.0f ns", nanos);
    }
    if (nanos < 1e6) {
      return String.format(Locale.ROOT, "%.1f us", nanos / 1e3);
    }
    if (nanos < 1e10) {
      return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }
    return String.format(Locale.ROOT, nanos < 1e16 ? "%.1f s" : "%.1e s", nanos / 1e9);
  }

  /** A whole number with separators; in digits and a power of ten if it is very large. */
  static String number(double value) {
    return String.format(Locale.ROOT, value < 1e15 ? "%,.0f" : "%.3e", value);
  }

  /** So many of something, such as {@code 2 nests}. */
  static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** A whole number as JSON; {@code null} for what is not known. */
  static String json(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.0f", value) : "null";
  }
}
