package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerTest {
  private static Worker[] team(int count) {
    var team = new Team();
    team.start(count);
    Worker[] workers = new Worker[count];
    Arrays.setAll(workers, index -> new Worker(team, index));
    return workers;
  }

  @Test
  void aloneItHasAllTripsAndNeedsNoBarrier() {
    Worker solo = Worker.solo();
    solo.barrier();
    assertThat(solo.index()).isZero();
    assertThat(solo.count()).isEqualTo(1);
    assertThat(solo.begin(7)).isZero();
    assertThat(solo.end(7)).isEqualTo(7);
    assertThat(solo.end(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(Worker.solo()).isSameAs(solo);
  }

  @Test
  void eachThreadHasItsOwn() throws InterruptedException {
    var other = new AtomicReference<@Nullable Worker>();
    Thread.ofPlatform().start(() -> other.set(Worker.solo())).join();
    assertThat(other.get()).isNotNull().isNotSameAs(Worker.solo());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 7, 8, 9, 1000, Integer.MAX_VALUE, Long.MAX_VALUE})
  void sharesAreContiguousAndBalanced(long trips) {
    for (int count = 1; count <= 9; count++) {
      Worker[] team = team(count);
      for (Worker worker : team) {
        assertThat(worker.begin(trips)).isEqualTo(floor(trips, worker.index(), count));
        assertThat(worker.end(trips)).isEqualTo(floor(trips, worker.index() + 1, count));
        if (trips <= Integer.MAX_VALUE) {
          assertThat(worker.begin((int) trips)).isEqualTo((int) worker.begin(trips));
          assertThat(worker.end((int) trips)).isEqualTo((int) worker.end(trips));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 7, 8, 9, 100})
  void dealtTripsAreEachSomebodysAndWeighAboutTheSame(int trips) {
    for (int count = 1; count <= 9; count++) {
      Set<Integer> all = new HashSet<>();
      long least = Long.MAX_VALUE;
      long most = 0;
      for (Worker worker : team(count)) {
        long weight = 0;
        int round = 0;
        for (int trip = worker.dealt(0, trips); trip >= 0; trip = worker.dealt(++round, trips)) {
          assertThat(all.add(trip)).isTrue();
          assertThat(worker.dealt((long) round, (long) trips)).isEqualTo(trip);
          weight += trip + 1;
        }
        least = Math.min(least, weight);
        most = Math.max(most, weight);
      }
      assertThat(all).hasSize(trips).allMatch(trip -> trip < trips);
      assertThat(most - least).isLessThanOrEqualTo(trips);
    }
  }

  private static long floor(long trips, int shares, int count) {
    return BigInteger.valueOf(trips)
        .multiply(BigInteger.valueOf(shares))
        .divide(BigInteger.valueOf(count))
        .longValueExact();
  }

  @Test
  void keepsItsArraysUntilALongerOneIsNeeded() {
    Worker worker = Worker.alone();
    float[] first = worker.floats(3, 10);
    assertThat(first.length).isGreaterThanOrEqualTo(10);
    assertThat(worker.floats(3, 4)).isSameAs(first);
    assertThat(worker.floats(0, 10)).isNotSameAs(first);
    assertThat(worker.floats(3, 11)).isNotSameAs(first).hasSizeGreaterThanOrEqualTo(11);
    double[] doubles = worker.doubles(1, 5);
    int[] ints = worker.ints(1, 5);
    long[] longs = worker.longs(1, 5);
    byte[] bytes = worker.bytes(1, 5);
    assertThat(worker.doubles(1, 5)).isSameAs(doubles).hasSizeGreaterThanOrEqualTo(5);
    assertThat(worker.ints(1, 5)).isSameAs(ints).hasSizeGreaterThanOrEqualTo(5);
    assertThat(worker.longs(1, 5)).isSameAs(longs).hasSizeGreaterThanOrEqualTo(5);
    assertThat(worker.bytes(1, 5)).isSameAs(bytes).hasSizeGreaterThanOrEqualTo(5);
  }

  @Test
  void sharesArraysWithItsTeamApartFromItsOwn() {
    Worker[] team = team(2);
    assertThat(team[0].sharedFloats(2, 9)).isSameAs(team[1].sharedFloats(2, 9));
    assertThat(team[0].sharedDoubles(0, 9)).isSameAs(team[1].sharedDoubles(0, 9));
    assertThat(team[0].sharedInts(0, 9)).isSameAs(team[1].sharedInts(0, 9));
    assertThat(team[0].sharedLongs(0, 9)).isSameAs(team[1].sharedLongs(0, 9));
    assertThat(team[0].floats(2, 9))
        .isNotSameAs(team[1].floats(2, 9))
        .isNotSameAs(team[0].sharedFloats(2, 9));
  }

  @Test
  void longArraysAreAsLongAsRegionsThatBeginAtLines() {
    Worker worker = Worker.alone();
    assertThat(worker.floats(0, 1000)).hasSize(1000);
    int bytes = 1 << 20;
    float[] floats = worker.floats(1, bytes / Float.BYTES);
    double[] doubles = worker.doubles(1, bytes / Double.BYTES);
    assertThat(floats.length).isGreaterThanOrEqualTo(bytes / Float.BYTES);
    assertThat((long) doubles.length * Double.BYTES).isEqualTo((long) floats.length * Float.BYTES);
    assertThat(floats.length).isLessThanOrEqualTo(32 * (bytes / Float.BYTES));
    int most = 1 << 25;
    assertThat(worker.bytes(2, most)).hasSize(most);
    assertThat(worker.ints(2, most / Integer.BYTES)).hasSize(most / Integer.BYTES);
  }

  @Test
  void lineStartsAfterTheHeaderOfAnArray() {
    assertThat(16 + Float.BYTES * Worker.lineStart(Float.BYTES)).isEqualTo(64);
    assertThat(16 + Double.BYTES * Worker.lineStart(Double.BYTES)).isEqualTo(64);
  }
}
