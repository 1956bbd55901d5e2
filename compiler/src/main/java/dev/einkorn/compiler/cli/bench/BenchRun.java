package dev.einkorn.compiler.cli.bench;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** A run of all chosen workloads with each number of threads. */
public final class BenchRun {
  private static final int CEILING_FLOATS = 1 << 26;
  private static final int CEILING_ROUNDS = 40;

  private final Options options;
  private final Consumer<String> progress;
  private final List<Peer> peers;

  /**
   * What to run.
   *
   * @param workloads in order
   * @param threads each number of threads
   * @param seconds of the timed runs of a workload
   * @param mode of the compiler
   * @param backend where programs run
   * @param json whether to print JSON lines instead of a table
   */
  public record Options(
      List<Workload> workloads,
      List<Integer> threads,
      double seconds,
      Mode mode,
      Backend backend,
      boolean json) {
    /** Copies the lists. */
    public Options {
      workloads = List.copyOf(workloads);
      threads = List.copyOf(threads);
    }
  }

  /**
   * A run.
   *
   * @param peers to compare with
   * @param progress is told what is being done
   */
  public BenchRun(Options options, List<Peer> peers, Consumer<String> progress) {
    this.options = options;
    this.peers = List.copyOf(peers);
    this.progress = progress;
  }

  /** Runs everything; whether every result was right. */
  public boolean run(PrintStream out) {
    progress.accept("measuring the ceilings of this machine");
    CeilingLoops loops = VectorLoops.load().orElseGet(ScalarLoops::new);
    List<Ceilings> ceilings =
        options.threads().stream()
            .map(threads -> Ceilings.measure(loops, threads, CEILING_FLOATS, CEILING_ROUNDS))
            .toList();
    return run(
        out,
        ceilings,
        loops.description(),
        threads ->
            Subject.of(
                Einkorn.builder()
                    .backend(options.backend())
                    .mode(options.mode())
                    .threads(threads)
                    .build()));
  }

  /** Runs what stands for the compiler, made for each number of threads. */
  boolean run(
      PrintStream out, List<Ceilings> ceilings, String loops, IntFunction<Subject> subjects) {
    Report report =
        options.json()
            ? new JsonReport(out)
            : new TableReport(out, options.workloads(), peers.stream().map(Peer::name).toList());
    List<Subject> made = new ArrayList<>();
    for (Ceilings ceiling : ceilings) {
      report.ceilings(ceiling, loops);
      made.add(subjects.apply(ceiling.threads()));
    }
    boolean right = true;
    for (Workload workload : options.workloads()) {
      right &= run(workload, ceilings, made, report);
    }
    report.finish();
    return right;
  }

  private boolean run(
      Workload workload, List<Ceilings> ceilings, List<Subject> subjects, Report report) {
    int threads = ceilings.getFirst().threads();
    boolean right = true;
    try {
      var benchmark = new Benchmark(workload, new Stopwatch(options.seconds()), peers, progress);
      for (int n = 0; n < ceilings.size(); n++) {
        threads = ceilings.get(n).threads();
        Result result = benchmark.run(subjects.get(n), ceilings.get(n));
        report.add(result);
        right &= result.verdict().passes();
      }
      return right;
    } catch (RuntimeException | OutOfMemoryError e) {
      // One workload that cannot be run, for any reason, does not stop the others.
      report.failed(workload, threads, String.valueOf(e.getMessage()));
      return false;
    }
  }
}
