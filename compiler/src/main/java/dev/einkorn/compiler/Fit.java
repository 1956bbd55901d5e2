package dev.einkorn.compiler;

import java.util.function.Function;

/** How a call comes within a memory budget, or as near to it as it can. */
sealed interface Fit permits BudgetFit, SlabFit {
  /** What the schedules give up. */
  Thrift thrift();

  /** How many workers may share a call, at least 1. */
  int mostWorkers();

  /** What a call of one worker takes; more than the budget if nothing fits. */
  long leastBytes();

  /**
   * The fast alternative that fits with all workers, or else with most of them; if none fits, the
   * first other one that does, or what takes least.
   *
   * @param alternatives what is made of each; asked for as few as possible
   */
  static <F extends Fit> F of(long budget, int workers, Function<Thrift, F> alternatives) {
    F best = alternatives.apply(Thrift.NONE);
    for (Thrift thrift : Thrift.values()) {
      boolean fits = best.leastBytes() <= budget;
      if (fits && (!thrift.isFast() || best.mostWorkers() >= workers)) {
        break;
      }
      F next = thrift == Thrift.NONE ? best : alternatives.apply(thrift);
      boolean nextFits = next.leastBytes() <= budget;
      if (nextFits
          ? !fits || next.mostWorkers() > best.mostWorkers()
          : !fits && next.leastBytes() < best.leastBytes()) {
        best = next;
      }
    }
    return best;
  }
}
