package dev.einkorn.compiler.cli.bench;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs one workload: draws its operands, checks what each number of threads computes, and times
 * what is right.
 *
 * <p>An einsum is checked by {@link EinsumCheck}. A program is checked by {@link ProgramCheck}: at
 * reduced sizes against the reference interpreter, and at full size against a strict evaluation,
 * unless that would take too long; then at sizes where it does not.
 */
final class Benchmark {
  private static final long INTERPRETED_CAP = 40;
  private static final long INTERPRETED_OPERATIONS = 300_000;
  private static final long STRICT_OPERATIONS = 10_000_000_000L;

  private final Workload workload;
  private final Stopwatch stopwatch;
  private final List<Peer> peers;
  private final Consumer<String> progress;
  private final Problem problem;
  private final List<Reduced> reduced = new ArrayList<>();

  /** The check of the full size; empty if a trusted evaluation would take too long. */
  private final Optional<ResultCheck> full;

  /** A smaller problem and what its result must be. */
  private record Reduced(Problem problem, ResultCheck check) {}

  Benchmark(Workload workload, Stopwatch stopwatch, List<Peer> peers, Consumer<String> progress) {
    this.workload = workload;
    this.stopwatch = stopwatch;
    this.peers = List.copyOf(peers);
    this.progress = progress;
    progress.accept(workload.name() + ": what its result must be");
    problem = Problem.draw(workload);
    full =
        switch (workload.computation()) {
          case Workload.Computation.Einsum einsum ->
              Optional.of(new EinsumCheck(problem, einsum.output()));
          case Workload.Computation.Program _ -> programChecks();
        };
  }

  private Optional<ResultCheck> programChecks() {
    Einkorn reference = Einkorn.builder().backend(Backend.REFERENCE).build();
    Einkorn strict = Einkorn.builder().mode(Mode.STRICT).threads(1).build();
    Workload small = Reduction.fit(workload, INTERPRETED_CAP, INTERPRETED_OPERATIONS);
    reduced.add(reduced(small, reference, "the interpreter at reduced sizes"));
    Workload affordable = Reduction.fit(workload, Long.MAX_VALUE, STRICT_OPERATIONS);
    if (affordable.sizes().equals(workload.sizes())) {
      return Optional.of(new ProgramCheck(problem, strict, "a strict evaluation"));
    }
    reduced.add(reduced(affordable, strict, "a strict evaluation at sizes " + affordable.sizes()));
    return Optional.empty();
  }

  private static Reduced reduced(Workload workload, Einkorn trusted, String how) {
    Problem problem = Problem.draw(workload);
    return new Reduced(problem, new ProgramCheck(problem, trusted, how));
  }

  /** Checks and times the compiler, or what stands for it, and the other libraries. */
  Result run(Subject subject, Ceilings ceilings) {
    int threads = ceilings.threads();
    Verdict verdict = reducedVerdict(subject);
    progress.accept(workload.name() + ": first call, " + threads + " threads");
    long start = System.nanoTime();
    Subject.Prepared prepared = subject.prepare(problem);
    Map<String, Tensor> outputs = prepared.call();
    double firstCall = (System.nanoTime() - start) / 1e9;
    verdict = verdict.and(fullVerdict(outputs));
    if (verdict.passes()) {
      // The call to be timed is another one: it writes into given tensors.
      outputs.values().forEach(Benchmark::erase);
      prepared.callInto(outputs);
      Verdict second = fullVerdict(outputs);
      verdict = second.passes() ? verdict : second;
    }
    if (!verdict.passes()) {
      return new Result(workload, threads, verdict, Optional.empty(), List.of(), ceilings);
    }
    prepared.awaitWarm();
    progress.accept(workload.name() + ": timing, " + threads + " threads");
    Stopwatch.Times times = stopwatch.time(() -> prepared.callInto(outputs));
    // Kernels may be replaced by faster ones while they run, so the last result is checked too.
    outputs.values().forEach(Benchmark::erase);
    prepared.callInto(outputs);
    Verdict last = fullVerdict(outputs);
    if (!last.passes()) {
      return new Result(workload, threads, last, Optional.empty(), List.of(), ceilings);
    }
    var measured =
        new Result.Measured(
            times,
            firstCall,
            flops(prepared),
            bytes(outputs),
            prepared.plan().peakTemporaryBytes(),
            String.join("; ", prepared.tiers()));
    List<Result.PeerResult> others = new ArrayList<>();
    for (Peer peer : peers) {
      measure(peer, threads, outputs).ifPresent(others::add);
    }
    return new Result(workload, threads, verdict, Optional.of(measured), others, ceilings);
  }

  private Verdict reducedVerdict(Subject subject) {
    Verdict verdict = Verdict.right("");
    for (Reduced smaller : reduced) {
      progress.accept(workload.name() + ": checking at reduced sizes");
      verdict = verdict.and(smaller.check().verify(subject.prepare(smaller.problem()).call()));
    }
    return verdict;
  }

  private Verdict fullVerdict(Map<String, Tensor> outputs) {
    return full.map(check -> check.verify(outputs))
        .orElse(Verdict.right("not checked at full size"));
  }

  private static void erase(Tensor output) {
    if (Subject.isFloating(output.elementType())) {
      output.fill(Double.NaN);
    } else {
      output.fillLong(0x5A);
    }
  }

  private double flops(Subject.Prepared prepared) {
    return switch (workload.computation()) {
      case Workload.Computation.Einsum _ -> Result.definedFlops(workload);
      case Workload.Computation.Program _ -> prepared.plan().flops();
    };
  }

  private double bytes(Map<String, Tensor> outputs) {
    double bytes = 0;
    for (Tensor input : problem.inputs().values()) {
      bytes += (double) input.elementCount() * Result.bytes(input.elementType());
    }
    for (Tensor output : outputs.values()) {
      bytes += (double) output.elementCount() * Result.bytes(output.elementType());
    }
    return bytes;
  }

  private Optional<Result.PeerResult> measure(Peer peer, int threads, Map<String, Tensor> outputs) {
    progress.accept(workload.name() + ": " + peer.name() + ", " + threads + " threads");
    try {
      return peer.prepare(problem, threads).map(task -> measure(peer, task, outputs));
    } catch (LinkageError | RuntimeException e) {
      // A library that fails does not stop the benchmark of ours.
      return Optional.of(
          new Result.PeerResult(peer.name(), Verdict.wrong("failed: " + e), Optional.empty()));
    }
  }

  private Result.PeerResult measure(Peer peer, Peer.Task task, Map<String, Tensor> outputs) {
    try (task) {
      task.run();
      Tensor result = task.result();
      Verdict verdict =
          full.map(check -> check.verify(Map.of(outputs.keySet().iterator().next(), result)))
              .orElse(Verdict.right("not checked at full size"));
      return new Result.PeerResult(
          peer.name(),
          verdict,
          verdict.passes() ? Optional.of(stopwatch.time(task::run)) : Optional.empty());
    }
  }
}
