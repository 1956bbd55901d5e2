package dev.einkorn.compiler.optimize.path;

/**
 * How much a heuristic search tries, as a function of the number of operands alone.
 *
 * @param greedy greedy trees that are made
 * @param sweeps trees that are made by sweeping
 * @param kept how many of each kind are improved
 * @param piece values between which a piece of the best tree is searched in the end
 * @param work splits that may be tried altogether
 */
record Effort(int greedy, int sweeps, int kept, int piece, double work) {
  /** Values between which a piece of each tree kept is searched. */
  static final int FIRST_PIECE = 8;

  static Effort of(int operands) {
    int greedy = Math.clamp(16_000 / operands, 16, 128);
    int sweeps = Math.clamp(4_000 / operands, 4, 16);
    double work = Math.clamp(3e5 * operands, 1e7, 1e8);
    return new Effort(greedy, sweeps, operands <= 256 ? 4 : 1, operands <= 256 ? 10 : 9, work);
  }
}
