package dev.einkorn.compiler.cli;

import dev.einkorn.runtime.CacheSizes;
import dev.einkorn.runtime.simd.SimdSupport;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What can be found out about this machine by looking at files; nothing is called. */
final class Machine {
  private static final String UNKNOWN = "unknown";

  private Machine() {}

  /** Every finding under its name, in the order to print. */
  static Map<String, String> findings() {
    Map<String, String> findings = new LinkedHashMap<>();
    findings.put("einkorn", EinkornCommand.Version.einkorn());
    findings.put(
        "java", Runtime.version() + " (" + System.getProperty("java.vendor", UNKNOWN) + ")");
    findings.put("java home", System.getProperty("java.home", UNKNOWN));
    findings.put(
        "maven",
        onPath("mvn")
            .map(Path::toString)
            .orElse("not found on the PATH; the command needs it to build itself"));
    findings.put(
        "system",
        System.getProperty("os.name", UNKNOWN) + " " + System.getProperty("os.arch", UNKNOWN));
    findings.put("cpu", cpuField("model name").orElse(UNKNOWN));
    findings.put("simd", simd());
    findings.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    findings.put("memory", memory());
    findings.put("caches", caches(CacheSizes.detect()));
    findings.put("vector module", vectors());
    return findings;
  }

  private static Optional<Path> onPath(String command) {
    return entries("PATH").stream()
        .map(folder -> folder.resolve(command))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The folders of an environment variable such as {@code PATH}. */
  private static List<Path> entries(String variable) {
    String value = Optional.ofNullable(System.getenv(variable)).orElse("");
    return Stream.of(value.split(Pattern.quote(System.getProperty("path.separator", ":")), -1))
        .filter(entry -> !entry.isBlank())
        .map(Path::of)
        .toList();
  }

  private static Optional<String> cpuField(String field) {
    return lines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith(field))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static String simd() {
    Set<String> flags = new LinkedHashSet<>();
    for (String field : List.of("flags", "Features")) {
      cpuField(field).ifPresent(found -> flags.addAll(List.of(found.split(" ", -1))));
    }
    return simd(flags);
  }

  /** The widest vector instructions among processor flags. */
  static String simd(Set<String> flags) {
    if (flags.contains("avx512f")) {
      return "AVX-512 (512 bits)";
    }
    if (flags.contains("avx2")) {
      return "AVX2 (256 bits)" + (flags.contains("fma") ? "" : " without FMA");
    }
    if (flags.contains("avx")) {
      return "AVX (256 bits, floating point only)";
    }
    if (flags.contains("sse2")) {
      return "SSE2 (128 bits)";
    }
    if (flags.contains("sve")) {
      return "SVE (width unknown)";
    }
    return flags.contains("asimd") ? "NEON (128 bits)" : UNKNOWN;
  }

  private static String memory() {
    String heap =
        String.format(Locale.ROOT, "Java may use %,d MiB", Runtime.getRuntime().maxMemory() >> 20);
    return lines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith("MemTotal:"))
        .map(line -> line.replaceAll("\\D", ""))
        .filter(kibibytes -> !kibibytes.isEmpty() && kibibytes.length() < 18)
        .map(kibibytes -> String.format(Locale.ROOT, "%,d MiB", Long.parseLong(kibibytes) >> 10))
        .findFirst()
        .map(total -> total + "; " + heap)
        .orElse(heap);
  }

  private static String caches(CacheSizes caches) {
    return String.format(
        Locale.ROOT,
        "L1 %,d KiB, L2 %,d KiB, L3 %,d KiB, lines of %s bytes (%s)",
        caches.l1Bytes() >> 10,
        caches.l2Bytes() >> 10,
        caches.l3Bytes() >> 10,
        caches.lineBytes(),
        caches.source());
  }

  private static String vectors() {
    try {
      SimdSupport support = SimdSupport.detect();
      return ModuleFinder.ofSystem().find(SimdSupport.MODULE).isPresent()
          ? support.reason()
          : "off, not in this JDK";
    } catch (IllegalArgumentException e) {
      return "FAILED: " + e.getMessage();
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of(); // Not every system has these files.
    }
  }
}
