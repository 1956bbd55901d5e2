package dev.einkorn.runtime.tier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  private final FakeMeter meter = new FakeMeter();
  private final AtomicInteger calls = new AtomicInteger();

  private WarmUp.Result warm(Runnable call) {
    return new WarmUp(meter).run(List.of(counted(call)), 1);
  }

  private Runnable counted(Runnable call) {
    return () -> {
      calls.incrementAndGet();
      call.run();
    };
  }

  @Test
  void eachRehearsalIsWarmedUpUntilItIsHot() {
    AtomicInteger seconds = new AtomicInteger();
    Runnable small = () -> meter.spend(1_000, 0);
    Runnable real =
        () -> {
          boolean compiled = seconds.incrementAndGet() > 20;
          meter.spend(compiled ? 100_000 : 5_000_000, compiled ? 0 : 1 << 20);
        };
    WarmUp.Result result = new WarmUp(meter).run(List.of(small, real), 1);
    assertThat(result).isEqualTo(new WarmUp.Result(true, 1_000, 0));
    assertThat(seconds).hasValueGreaterThan(23);
  }

  @Test
  void aRehearsalThatKeepsAllocatingIsTheResult() {
    AtomicInteger thirds = new AtomicInteger();
    Runnable small = () -> meter.spend(1_000, 0);
    Runnable real = () -> meter.spend(1_000_000, 1 << 20);
    WarmUp.Result result = new WarmUp(meter).run(List.of(small, real, thirds::incrementAndGet), 1);
    assertThat(result.hot()).isFalse();
    assertThat(result.bytes()).isEqualTo(1 << 20);
    assertThat(thirds).hasValue(0);
  }

  @Test
  void goesOnUntilCallsAreFast() {
    WarmUp.Result result =
        warm(
            () -> {
              boolean compiled = calls.get() > 5000;
              meter.spend(compiled ? 1_000 : 50_000, compiled ? 0 : 10_000);
            });
    assertThat(result.hot()).isTrue();
    assertThat(result.nanos()).isEqualTo(1_000);
    assertThat(result.bytes()).isZero();
    assertThat(meter.nanos()).isLessThan(1_500_000_000);
  }

  @Test
  void aFlatTimeIsNotEnoughAsLongAsCallsAllocate() {
    WarmUp.Result result = warm(() -> meter.spend(10_000, 4096));
    assertThat(result.hot()).isFalse();
    assertThat(result.bytes()).isEqualTo(4096);
    assertThat(meter.nanos()).isBetween(1_500_000_000L, 1_600_000_000L);
  }

  @Test
  void callsOfManyKernelsHaveMoreTime() {
    Runnable slow =
        counted(
            () -> {
              boolean compiled = calls.get() > 3000;
              meter.spend(compiled ? 100_000 : 1_000_000, compiled ? 0 : 1 << 20);
            });
    assertThat(new WarmUp(meter).run(List.of(slow), 1).hot()).isFalse();
    calls.set(0);
    assertThat(new WarmUp(meter).run(List.of(slow), 3).hot()).isTrue();
  }

  @Test
  void aFewBytesOfALongCallAreNoVectorsInItsLoops() {
    WarmUp.Result result = warm(() -> meter.spend(50_000, 2208));
    assertThat(result.hot()).isTrue();
    assertThat(meter.nanos()).isLessThan(1_500_000_000);
  }

  @Test
  void aFlatTimeIsNotEnoughInTheFirstMoment() {
    WarmUp.Result result = warm(() -> meter.spend(1_000_000, 0));
    assertThat(result.hot()).isTrue();
    assertThat(meter.nanos()).isBetween(60_000_000L, 100_000_000L);
  }

  @Test
  void timesThatNeverSettleEndAtTheLimit() {
    WarmUp.Result result =
        warm(() -> meter.spend(calls.get() % 2 == 0 ? 40_000_000 : 1_000_000, 0));
    assertThat(result.hot()).isTrue();
    assertThat(meter.nanos()).isGreaterThan(1_500_000_000);
  }

  @Test
  void callsThatStillGetFasterHaveMoreTime() {
    WarmUp.Result result =
        warm(
            () -> {
              long late = meter.nanos();
              boolean compiled = late > 2_500_000_000L;
              meter.spend(compiled ? 1_000 : 1_000_000 - late / 4_000, compiled ? 0 : 100_000);
            });
    assertThat(result.hot()).isTrue();
    assertThat(meter.nanos()).isBetween(2_500_000_000L, 2_600_000_000L);
  }

  @Test
  void oneCallBeyondTheLimitIsTheLast() {
    WarmUp.Result result = warm(() -> meter.spend(5_000_000_000L, 1 << 20));
    assertThat(calls).hasValue(1);
    assertThat(result.hot()).isFalse();
  }

  @Test
  void theMeterOfTheJvmSeesAllocations() {
    Meter system = Meter.system();
    long bytes = system.allocatedBytes();
    long nanos = system.nanos();
    long[] allocated = new long[100_000];
    system.pause(1000);
    assertThat(system.allocatedBytes() - bytes).isGreaterThanOrEqualTo(8L * allocated.length);
    assertThat(system.nanos()).isGreaterThanOrEqualTo(nanos);
  }
}
