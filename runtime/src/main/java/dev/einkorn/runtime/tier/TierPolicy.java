package dev.einkorn.runtime.tier;

import java.util.Arrays;
import java.util.Locale;

/** Which kernels answer where vector kernels are possible. */
public enum TierPolicy {
  /** Scalar kernels only. */
  SCALAR,
  /** Vector kernels only; the first call waits until they are warm. For benchmarks and tests. */
  SIMD,
  /** Scalar kernels answer until the vector kernels are warm. */
  AUTO;

  /**
   * The system property that chooses one: {@code auto} (the default), {@code scalar}, {@code simd}.
   */
  public static final String PROPERTY = "einkorn.tier";

  /**
   * What the system property says.
   *
   * @throws IllegalArgumentException if it says anything else
   */
  public static TierPolicy fromSystemProperty() {
    String value = System.getProperty(PROPERTY, "auto");
    return Arrays.stream(values())
        .filter(policy -> policy.name().toLowerCase(Locale.ROOT).equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "system property %s is '%s'; it must be auto, scalar or simd"
                        .formatted(PROPERTY, value)));
  }
}
