package dev.einkorn.samples.gpu;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.CudaFindings;
import dev.einkorn.runtime.cuda.CudaLibraries;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Checks, then times; 0 if every result was right, 1 if not, 2 if it cannot run here. */
public final class Main {
  private static final int RANDOM_CHECKS = 400;
  private static final int QUICK_CHECKS = 12;
  private static final long COPIED_BYTES = 1L << 30;
  private static final long QUICK_BYTES = 1L << 16;

  /**
   * What was asked for.
   *
   * @param quick small sizes, for machines that only play a GPU and for compute-sanitizer
   * @param filter of names of workloads
   * @param json a file for the results, a JSON object a line
   */
  private record Options(
      boolean quick, boolean checks, boolean bench, String filter, Optional<Path> json) {
    static Options parse(String[] words) {
      boolean quick = false;
      boolean checks = true;
      boolean bench = true;
      String filter = "";
      Optional<Path> json = Optional.empty();
      for (int n = 0; n < words.length; n++) {
        switch (words[n]) {
          case "--quick" -> quick = true;
          case "--no-checks" -> checks = false;
          case "--no-bench" -> bench = false;
          case "--filter" -> filter = words[++n];
          case "--json" -> json = Optional.of(Path.of(words[++n]));
          default -> throw new IllegalArgumentException("no option " + words[n]);
        }
      }
      return new Options(quick, checks, bench, filter, json);
    }
  }

  private Main() {}

  /** Runs what the words ask for and ends the process. */
  public static void main(String[] words) throws IOException {
    System.exit(run(Options.parse(words), System.out));
  }

  private static int run(Options options, PrintStream out) throws IOException {
    CudaFindings findings = CudaFindings.of(CudaLibraries.find());
    findings.findings().forEach((name, text) -> out.println(name + ": " + text));
    if (!findings.compiles() || !findings.launches()) {
      out.println(findings.verdict());
      findings.attempts().forEach(attempt -> out.println("  looked for " + attempt));
      return 2;
    }
    Einkorn einkorn = Einkorn.builder().backend(Backend.CUDA).mode(Mode.DETERMINISTIC).build();
    try (CudaDevice device = einkorn.device()) {
      int failed = 0;
      if (options.checks()) {
        failed +=
            new Suite(einkorn, out)
                .run(options.quick() ? QUICK_CHECKS : RANDOM_CHECKS, options.quick());
      }
      if (options.bench()) {
        failed += bench(options, device, out);
      }
      return failed == 0 ? 0 : 1;
    }
  }

  private static int bench(Options options, CudaDevice device, PrintStream out) throws IOException {
    List<Workload> workloads =
        Workload.all(options.quick()).stream()
            .filter(workload -> workload.name().contains(options.filter()))
            .toList();
    double seconds = options.quick() ? 0.001 : 0.1;
    Optional<Cublas> cublas = Cublas.find();
    out.println("cuBLAS: " + cublas.map(Cublas::location).orElse("not found"));
    var bench = new Bench(device, cublas, seconds);
    double copy = bench.copyBandwidth(options.quick() ? QUICK_BYTES : COPIED_BYTES);
    List<Bench.Row> rows = new ArrayList<>();
    for (Workload workload : workloads) {
      rows.add(bench.run(workload));
    }
    cublas.ifPresent(Cublas::close);
    device.trim();
    Map<String, Double> torch = Torch.times(workloads, seconds);
    out.println("PyTorch: " + (torch.isEmpty() ? "not found" : torch.size() + " workloads"));
    out.printf(Locale.ROOT, "copy: %.0f GB/s read and written%n", copy / 1e9);
    out.printf(
        "%-26s %12s %10s %10s %9s %9s %9s%n",
        "workload", "ms", "GFLOP/s", "GB/s", "x copy", "x cuBLAS", "x torch");
    List<String> lines = new ArrayList<>();
    for (Bench.Row row : rows) {
      Double peer = torch.get(row.workload().name());
      OptionalDouble other = peer == null ? OptionalDouble.empty() : OptionalDouble.of(peer);
      print(row, other, copy, out);
      lines.add(json(row, other, copy, device));
    }
    if (options.json().isPresent()) {
      Files.write(options.json().get(), lines, StandardCharsets.UTF_8);
    }
    return (int) rows.stream().filter(row -> row.seconds().isEmpty()).count();
  }

  private static void print(Bench.Row row, OptionalDouble torch, double copy, PrintStream out) {
    if (row.seconds().isEmpty()) {
      out.printf("%-26s %s%n", row.workload().name(), row.problem());
      return;
    }
    double seconds = row.seconds().getAsDouble();
    out.printf(
        Locale.ROOT,
        "%-26s %12.4f %10.0f %10.1f %9.2f %9s %9s%n",
        row.workload().name(),
        seconds * 1e3,
        row.workload().flops() / seconds / 1e9,
        row.workload().bytes() / seconds / 1e9,
        row.workload().bytes() / seconds / copy,
        ratio(row.cublas(), seconds),
        ratio(torch, seconds));
  }

  /** How many times as fast as another we are. */
  private static String ratio(OptionalDouble other, double seconds) {
    return other.isEmpty()
        ? "-"
        : String.format(Locale.ROOT, "%.2f", other.getAsDouble() / seconds);
  }

  private static String json(Bench.Row row, OptionalDouble torch, double copy, CudaDevice device) {
    return String.format(
        Locale.ROOT,
        "{\"workload\": \"%s\", \"device\": \"%s\", \"seconds\": %s, \"flops\": %.0f,"
            + " \"bytes\": %.0f, \"copyBytesPerSecond\": %.0f, \"cublasSeconds\": %s,"
            + " \"torchSeconds\": %s, \"problem\": \"%s\"}",
        row.workload().name(),
        device.properties().name(),
        number(row.seconds()),
        row.workload().flops(),
        row.workload().bytes(),
        copy,
        number(row.cublas()),
        number(torch),
        row.problem().replace("\\", "\\\\").replace("\"", "\\\""));
  }

  private static String number(OptionalDouble value) {
    return value.isEmpty() ? "null" : Double.toString(value.getAsDouble());
  }
}
