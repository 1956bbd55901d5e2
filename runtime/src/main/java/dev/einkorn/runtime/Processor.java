package dev.einkorn.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Which processor this is, as far as Linux tells: {@code AuthenticAMD}, family 25, model 17.
 *
 * @param vendor as the processor names it; empty if unknown
 * @param family 0 if unknown
 * @param model 0 if unknown
 */
public record Processor(String vendor, int family, int model) {
  // Far more lines than Linux writes for one processor.
  private static final int MOST_LINES = 100;

  /** The first processor of this machine; unknown if the system does not tell. */
  public static Processor detect() {
    return read(Path.of("/proc/cpuinfo"));
  }

  /** The first processor that a file in Linux's form describes. */
  static Processor read(Path file) {
    String vendor = "";
    int family = 0;
    int model = 0;
    // Other systems have no such file, and garbled lines say nothing.
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      for (String line : lines.limit(MOST_LINES).toList()) {
        int colon = line.indexOf(':');
        String name = line.substring(0, Math.max(0, colon)).strip();
        String value = line.substring(colon + 1).strip();
        switch (name) {
          case "vendor_id" -> vendor = value;
          case "cpu family" -> family = number(value);
          case "model" -> model = number(value);
          default -> {}
        }
        if (line.isBlank()) {
          break;
        }
      }
    } catch (IOException | UncheckedIOException e) {
      return new Processor("", 0, 0);
    }
    return new Processor(vendor, family, model);
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Whether vector operations on 512 bits take twice the time of those on 256. AMD's family 25 has
   * them only in Zen 4, whose units are of 256 bits (AMD, "Software Optimization Guide for the AMD
   * Zen4 Microarchitecture", 2.1); Zen 3, of the same family, has none.
   */
  public boolean hasHalfRate() {
    return vendor.equals("AuthenticAMD") && family == 25;
  }
}
