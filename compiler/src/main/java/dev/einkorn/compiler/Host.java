package dev.einkorn.compiler;

import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.CacheSizes;
import dev.einkorn.runtime.Processor;
import dev.einkorn.runtime.simd.SimdSupport;

/** The machine that runs this JVM, looked at once. */
final class Host {
  private static final CacheSizes CACHES = CacheSizes.detect();

  private static final boolean HALF_RATE = Processor.detect().hasHalfRate();

  private Host() {}

  /**
   * The machine as schedules see it.
   *
   * @throws IllegalArgumentException if a system property about vectors is malformed
   */
  static Target target(int threads) {
    SimdSupport simd = SimdSupport.detect();
    return new Target(
        simd.available() ? simd.bits() : 0,
        threads,
        CACHES.l1Bytes(),
        CACHES.l2Bytes(),
        CACHES.l3Bytes(),
        HALF_RATE);
  }
}
