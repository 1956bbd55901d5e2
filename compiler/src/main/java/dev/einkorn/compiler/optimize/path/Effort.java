package dev.einkorn.compiler.optimize.path;

/**
 * How much a heuristic search tries, as a function of the number of operands alone. Different
 * starts are worth more than long improvement of one.
 *
 * @param greedy greedy trees that are made
 * @param sweeps trees that are made by sweeping
 * @param kept how many of each kind are improved a little
 * @param polished how many of these are improved as far as it goes
 * @param work splits that may be tried altogether
 */
record Effort(int greedy, int sweeps, int kept, int polished, double work) {
  /** Values between which a piece of a tree is searched to improve it a little. */
  static final int SMALL_PIECE = 6;

  /** Values between which a piece of a tree is searched to polish it. */
  static final int PIECE = 9;

  /** The same where nests may multiply more than two. */
  static final int PIECE_WITH_JOINS = 8;

  /** Operands beyond which there is time for one tree of each kind. */
  private static final int MANY = 256;

  static Effort of(int operands) {
    int greedy = Math.clamp(16_000 / operands, 16, 128);
    int sweeps = Math.clamp(4_000 / operands, 4, 16);
    double work = Math.clamp(9e5 * operands, 1e7, 5e7);
    boolean many = operands > MANY;
    return new Effort(greedy, sweeps, many ? 1 : 8, many ? 1 : 4, work);
  }
}
