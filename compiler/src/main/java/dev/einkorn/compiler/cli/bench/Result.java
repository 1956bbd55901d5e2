package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.ElementType;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What came out for one workload and number of threads.
 *
 * @param workload what was computed
 * @param threads that the compiler could use
 * @param verdict on the result
 * @param measured what was timed; empty if the result was wrong
 * @param peers other libraries that compute it
 * @param ceilings of this machine with as many threads
 */
record Result(
    Workload workload,
    int threads,
    Verdict verdict,
    Optional<Measured> measured,
    List<PeerResult> peers,
    Ceilings ceilings) {
  /** Copies the list. */
  Result {
    peers = List.copyOf(peers);
  }

  /**
   * Times and costs.
   *
   * @param times of a warm call into given outputs
   * @param firstCall seconds from text to result
   * @param flops of one call
   * @param bytes of one call: each input read once, each output written once
   * @param peakTemporaryBytes as the plan says
   * @param kernels which ones answered and why, as {@link
   *     dev.einkorn.compiler.CompiledProgram#tiers} says
   */
  record Measured(
      Stopwatch.Times times,
      double firstCall,
      double flops,
      double bytes,
      long peakTemporaryBytes,
      String kernels) {
    double flopsPerSecond() {
      return flops / times.median();
    }

    double bytesPerSecond() {
      return bytes / times.median();
    }
  }

  /**
   * What another library did.
   *
   * @param times empty if its result was wrong or it failed
   */
  record PeerResult(String name, Verdict verdict, Optional<Stopwatch.Times> times) {}

  double fractionOfPeak(Measured times) {
    return times.flopsPerSecond() / ceilings.multiplyAdds(workload.type());
  }

  double fractionOfRead(Measured times) {
    return times.bytesPerSecond() / ceilings.read();
  }

  /** The fastest library with a right result. */
  Optional<PeerResult> bestPeer() {
    return peers.stream()
        .filter(peer -> peer.times().isPresent())
        .min(Comparator.comparing(peer -> peer.times().orElseThrow().median()));
  }

  /** How many times as fast as the best other library this is. */
  Optional<Double> ratioToBestPeer() {
    return measured.flatMap(
        ours ->
            bestPeer()
                .flatMap(PeerResult::times)
                .map(peer -> peer.median() / ours.times().median()));
  }

  /** Operations by the definition of an einsum: a term multiplies its factors and adds once. */
  static double definedFlops(Workload workload) {
    double terms = 1;
    for (String index : workload.indices()) {
      terms *= workload.size(index);
    }
    return terms * workload.operands().size();
  }

  /** Bytes of an element. */
  static int bytes(ElementType type) {
    return switch (type) {
      case F32, I32 -> 4;
      case F64, I64 -> 8;
      case BOOL -> 1;
    };
  }
}
