package dev.einkorn.runtime.tier;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Kernels that may take over from others once they are warm. */
public interface Candidate {
  /** The bytes of the elements that the kernels compute with. */
  default Set<Integer> elementBytes() {
    return Set.of(Float.BYTES, Double.BYTES);
  }

  /**
   * Compiles the kernels into classes of their own, which are new each time.
   *
   * @return empty if they would be no better than the others
   */
  Optional<KernelSet> load();

  /**
   * Ways to run kernels once, on data of the candidate's own. Each is warmed up after the one
   * before: the first reaches all loops at the least cost, the others take the branches that real
   * calls take, for which the JVM would otherwise compile again in the middle of them.
   */
  List<Runnable> rehearsals(KernelSet kernels);

  /**
   * How many times as long as usual the warm-up may take, at least 1: the JVM compiles the methods
   * of large kernels one after the other.
   */
  default int patience() {
    return 1;
  }
}
