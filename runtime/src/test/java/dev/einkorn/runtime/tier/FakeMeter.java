package dev.einkorn.runtime.tier;

/** A meter that kernels under test advance themselves, so that tests do not depend on time. */
final class FakeMeter implements Meter {
  private long nanos;
  private long bytes;

  /** Pretends that a call has cost this. */
  void spend(long moreNanos, long moreBytes) {
    nanos += moreNanos;
    bytes += moreBytes;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long allocatedBytes() {
    return bytes;
  }

  @Override
  public void pause(long roundNanos) {
    nanos += 1000;
  }
}
