package dev.einkorn.runtime;

/**
 * One of the workers that run a kernel together: which share of a loop is its own, where it meets
 * the others, and its working memory.
 *
 * {@snippet :
 * float[] sums = worker.sharedFloats(0, worker.count());
 * float sum = 0;
 * for (int i = worker.begin(n); i < worker.end(n); i++) {
 *   sum += x[i];
 * }
 * sums[worker.index()] = sum;
 * worker.barrier();
 * // Every worker now sees every element of sums.
 * }
 *
 * <p>A worker belongs to the thread that runs it. Its arrays are kept from one run to the next, so
 * a kernel finds in them whatever an earlier kernel has left.
 */
public final class Worker {
  private static final ThreadLocal<Worker> SOLO = ThreadLocal.withInitial(Worker::alone);

  private final Team team;
  private final int index;
  private final Scratch scratch = new Scratch();
  private boolean taken;

  Worker(Team team, int index) {
    this.team = team;
    this.index = index;
  }

  /**
   * The calling thread's own team of one. It needs no pool and is the same object for each call on
   * a thread. A kernel must not run another kernel with it, since both would use the same arrays.
   */
  public static Worker solo() {
    return SOLO.get();
  }

  /** A new team of one. */
  static Worker alone() {
    return new Worker(new Team(), 0);
  }

  /** Takes a worker of the calling thread for a run; false if a run has it. */
  boolean acquire() {
    boolean free = !taken;
    taken = true;
    return free;
  }

  void release() {
    taken = false;
  }

  /** Which worker of the team this is, from 0; worker 0 is the thread that called the pool. */
  public int index() {
    return index;
  }

  /** The number of workers in the team, at least 1. */
  public int count() {
    return team.count();
  }

  /**
   * The first trip of this worker's share of the trips {@code 0 .. trips-1}: {@code floor(trips *
   * index / count)}. Shares are contiguous, in the order of the workers, and differ by at most one.
   *
   * @param trips at least 0
   */
  public int begin(int trips) {
    return (int) ((long) trips * index / team.count());
  }

  /** Past the last trip of this worker's share; equal to {@link #begin(int)} if it is empty. */
  public int end(int trips) {
    return (int) ((long) trips * (index + 1) / team.count());
  }

  /** {@link #begin(int)} for any number of trips. */
  public long begin(long trips) {
    return share(trips, index);
  }

  /** {@link #end(int)} for any number of trips. */
  public long end(long trips) {
    return share(trips, index + 1);
  }

  /**
   * One of the trips {@code 0 .. trips-1} that are dealt out like cards: the last trip first, one
   * for each worker in a round, and back again from the last worker to the first in the next round.
   * The work of trips that grows or shrinks from one to the next so comes out about even.
   *
   * @param round from 0
   * @param trips at least 0
   * @return the trip of this worker in this round, or -1 if none is left, nor in any later round
   */
  public int dealt(int round, int trips) {
    return (int) dealt((long) round, (long) trips);
  }

  /** {@link #dealt(int, int)} for any number of trips. */
  public long dealt(long round, long trips) {
    int count = team.count();
    long place = round * count + (round % 2 == 0 ? index : count - 1 - index);
    return place < trips ? trips - 1 - place : -1;
  }

  /** floor(trips * shares / count) without overflow. */
  private long share(long trips, int shares) {
    int count = team.count();
    return trips / count * shares + trips % count * shares / count;
  }

  /**
   * Waits until every worker of the team is here. What any of them wrote before is seen by all of
   * them after. Alone, it does nothing.
   *
   * @throws RuntimeException if another worker has failed, or has returned from the kernel and can
   *     never come
   */
  public void barrier() {
    team.barrier();
  }

  /**
   * This worker's own array for a slot.
   *
   * @param slot a small number that the kernel chooses; slots of different element types are apart
   * @param length the least length; the array may be longer
   * @return an array of unknown contents, the same one each time until a longer one is asked for
   */
  public float[] floats(int slot, int length) {
    return scratch.floats(slot, length);
  }

  /** {@link #floats} of another element type. */
  public double[] doubles(int slot, int length) {
    return scratch.doubles(slot, length);
  }

  /** {@link #floats} of another element type. */
  public int[] ints(int slot, int length) {
    return scratch.ints(slot, length);
  }

  /** {@link #floats} of another element type. */
  public long[] longs(int slot, int length) {
    return scratch.longs(slot, length);
  }

  /** {@link #floats} of another element type. */
  public byte[] bytes(int slot, int length) {
    return scratch.bytes(slot, length);
  }

  /**
   * The first element of a worker's array that begins a line of the caches. It is so for arrays of
   * at least 128 KB under the G1 collector in heaps up to 16 GB, and of the more, the larger the
   * heap; elsewhere it is a place as good as others.
   *
   * @param elementBytes bytes of an element, a power of two up to 8
   */
  public static int lineStart(int elementBytes) {
    return (CacheLines.BYTES - CacheLines.ARRAY_HEADER_BYTES) / elementBytes;
  }

  /**
   * The team's array for a slot, the same for every worker. All workers ask for a slot with the
   * same length, and a run uses a slot with one length only. {@link #barrier} orders what they do
   * with it.
   *
   * @param slot a small number that the kernel chooses, apart from those of {@link #floats}
   * @param length the least length; the array may be longer
   * @return an array of unknown contents
   */
  public float[] sharedFloats(int slot, int length) {
    return team.scratch().floats(slot, length);
  }

  /** {@link #sharedFloats} of another element type. */
  public double[] sharedDoubles(int slot, int length) {
    return team.scratch().doubles(slot, length);
  }

  /** {@link #sharedFloats} of another element type. */
  public int[] sharedInts(int slot, int length) {
    return team.scratch().ints(slot, length);
  }

  /** {@link #sharedFloats} of another element type. */
  public long[] sharedLongs(int slot, int length) {
    return team.scratch().longs(slot, length);
  }
}
