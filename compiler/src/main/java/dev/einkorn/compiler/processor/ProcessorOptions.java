package dev.einkorn.compiler.processor;

import dev.einkorn.compiler.ahead.BuildTarget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The options that javac passes on.
 *
 * <ul>
 *   <li>{@code -Aeinkorn.simd=auto}: vectors of 512 and 256 bits if the compilation has the module
 *       {@code jdk.incubator.vector}; {@code none}; or a list of 128, 256 and 512.
 *   <li>{@code -Aeinkorn.threads=1,2,8}: the processors that loops are shared out for. Where that
 *       makes other kernels, there are several, and the machine's own processors choose.
 * </ul>
 */
public final class ProcessorOptions {
  /** The option for vectors. */
  public static final String SIMD = "einkorn.simd";

  /** The option for processors. */
  public static final String THREADS = "einkorn.threads";

  private static final List<Integer> AUTO = List.of(512, 256);

  private ProcessorOptions() {}

  /**
   * The target that options choose.
   *
   * @param hasVectors whether the compilation sees the module of vectors
   * @throws IllegalArgumentException if an option makes no sense
   */
  public static BuildTarget target(Map<String, String> options, boolean hasVectors) {
    BuildTarget scalar = BuildTarget.SCALAR;
    return new BuildTarget(
        widths(options.getOrDefault(SIMD, "auto"), hasVectors),
        threads(options, scalar.threads()),
        scalar.l1(),
        scalar.l2(),
        scalar.l3());
  }

  private static List<Integer> threads(Map<String, String> options, List<Integer> usual) {
    String given = options.get(THREADS);
    if (given == null) {
      return usual;
    }
    List<Integer> threads = new ArrayList<>();
    for (String each : Arrays.stream(given.split(",", -1)).map(String::strip).toList()) {
      if (!each.matches("[1-9]\\d{0,3}")) {
        throw new IllegalArgumentException(
            "-A%s=%s: the number of processors is at least 1".formatted(THREADS, given));
      }
      threads.add(Integer.parseInt(each));
    }
    return threads;
  }

  private static List<Integer> widths(String simd, boolean hasVectors) {
    if (simd.equals("auto")) {
      return hasVectors ? AUTO : List.of();
    }
    if (simd.equals("none")) {
      return List.of();
    }
    List<Integer> widths = new ArrayList<>();
    for (String each : Arrays.stream(simd.split(",", -1)).map(String::strip).toList()) {
      if (!each.matches("128|256|512")) {
        throw new IllegalArgumentException(
            "-A%s=%s: vectors are auto, none, or a list of 128, 256 and 512".formatted(SIMD, simd));
      }
      widths.add(Integer.parseInt(each));
    }
    if (!hasVectors) {
      throw new IllegalArgumentException(
          "-A%s=%s needs --add-modules jdk.incubator.vector among the options of javac"
              .formatted(SIMD, simd));
    }
    widths.sort(Collections.reverseOrder());
    return widths.stream().distinct().toList();
  }
}
