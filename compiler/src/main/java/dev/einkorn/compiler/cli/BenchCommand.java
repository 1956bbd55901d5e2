package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.cli.bench.BenchRun;
import dev.einkorn.compiler.cli.bench.Peer;
import dev.einkorn.compiler.cli.bench.Workload;
import dev.einkorn.compiler.cli.bench.WorkloadReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code einkorn bench}: times workloads. */
@Command(
    name = "bench",
    header = "Checks and times the workloads of a file against what this machine can do.",
    description = {
      "",
      "Each workload's result is checked first; a wrong one is reported as WRONG, is not timed, and"
          + " makes the command fail. The ceilings (multiply-adds, reading and copying memory) are"
          + " measured in the same run.",
      ""
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Examples:",
      "  einkorn bench samples/benchmarks/workloads/public.json",
      "  einkorn bench samples/benchmarks/workloads/gemm.json --filter f32 --threads 1 --json",
      "  einkorn bench samples/benchmarks/workloads/public.json --peers --filter 'gemm|nhd'"
    })
final class BenchCommand implements Callable<Integer> {
  private static final double MOST_SECONDS = 3600;

  private final Console console;

  @Parameters(index = "0", paramLabel = "FILE.json", description = "The workloads.")
  private Path file = Path.of("");

  @Option(
      names = "--filter",
      paramLabel = "REGEX",
      description = "Run only workloads in whose name this pattern is found.")
  private String filter = "";

  @Option(
      names = "--threads",
      paramLabel = "N[,N]",
      split = ",",
      description =
          "Numbers of threads, each of which is timed; the default is one, and one for each"
              + " processor.")
  private List<Integer> threads = new ArrayList<>();

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description =
          "How long a warm workload is timed, and at least warmed up before; the default is 1.")
  private double seconds = 1;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "What the compiler may do to the arithmetic: strict, deterministic (the default) or"
              + " fast.")
  private Mode mode = Mode.DETERMINISTIC;

  @Option(
      names = "--backend",
      paramLabel = "BACKEND",
      description =
          "What is timed: cpu (the default) or cuda. With cuda each call copies its operands to the"
              + " GPU and its result back; samples/gpu times tensors that stay there.")
  private Backend backend = Backend.CPU;

  @Option(
      names = "--json",
      description = "Print a JSON object on a line for each workload and number of threads.")
  private boolean json;

  @Option(
      names = "--peers",
      description =
          "Also time OpenBLAS, oneMKL and PyTorch where they have a call for a workload. The"
              + " launcher downloads them once, about 300 MB.")
  private boolean peers;

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    List<Workload> workloads = WorkloadReader.read(file);
    Pattern pattern = pattern();
    List<Workload> chosen =
        workloads.stream().filter(workload -> pattern.matcher(workload.name()).find()).toList();
    if (chosen.isEmpty()) {
      throw new CommandException(
          filter.isEmpty()
              ? file + " has no workloads"
              : "no workload of " + file + " matches " + filter);
    }
    var options = new BenchRun.Options(chosen, threads(), seconds(), mode, backend, json);
    return new BenchRun(options, peers(), console::progress).run(console.out())
        ? 0
        : Failure.FAILED;
  }

  private Pattern pattern() {
    try {
      return Pattern.compile(filter);
    } catch (PatternSyntaxException e) {
      throw new UsageException("--filter: " + e.getDescription() + ": " + filter);
    }
  }

  private List<Integer> threads() {
    if (threads.isEmpty()) {
      return Stream.of(1, Runtime.getRuntime().availableProcessors()).distinct().toList();
    }
    for (int number : threads) {
      if (number < 1) {
        throw new UsageException("--threads must be at least 1, found " + number);
      }
    }
    return threads.stream().distinct().toList();
  }

  private double seconds() {
    if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
      throw new UsageException("--seconds must be more than 0 and at most 3600");
    }
    return seconds;
  }

  private List<Peer> peers() {
    if (!peers) {
      return List.of();
    }
    List<Peer> installed = Peer.installed();
    if (installed.isEmpty()) {
      throw new CommandException(
          "--peers: no other library is on the class path; run the launcher ./einkorn, which"
              + " downloads them");
    }
    return installed;
  }
}
