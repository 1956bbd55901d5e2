package dev.einkorn.runtime.tier;

import java.util.Optional;

/** Kernels that may take over from others once they are warm. */
public interface Candidate {
  /**
   * Compiles the kernels into classes of their own, which are new each time.
   *
   * @return empty if they would be no better than the others
   */
  Optional<KernelSet> load();

  /** Runs kernels once, on data of the candidate's own. */
  void call(KernelSet kernels);
}
