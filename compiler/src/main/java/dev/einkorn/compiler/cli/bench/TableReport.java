package dev.einkorn.compiler.cli.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results as a table for people, a line as soon as it is known. */
final class TableReport implements Report {
  private static final int MOST_NAME_COLUMNS = 48;

  private final PrintStream out;
  private final List<String> peers;
  private final int nameColumns;
  private final Means means = new Means();
  private boolean started;

  /**
   * A report.
   *
   * @param workloads all that will be run
   * @param peers names of other libraries, each of which gets a column
   */
  TableReport(PrintStream out, List<Workload> workloads, List<String> peers) {
    this.out = out;
    this.peers = List.copyOf(peers);
    this.nameColumns =
        Math.clamp(
            workloads.stream().mapToInt(workload -> workload.name().length()).max().orElse(8),
            8,
            MOST_NAME_COLUMNS);
  }

  @Override
  public void ceilings(Ceilings ceilings, String loops) {
    out.println(
        String.format(
            Locale.ROOT,
            "ceilings, %s threads: FMA f32 %.1f and f64 %.1f GFLOP/s, reading %.1f GB/s, copying"
                + " %.1f GB/s; by %s",
            ceilings.threads(),
            ceilings.f32() / 1e9,
            ceilings.f64() / 1e9,
            ceilings.read() / 1e9,
            ceilings.copy() / 1e9,
            loops));
  }

  private void head() {
    if (started) {
      return;
    }
    started = true;
    var line = new StringBuilder();
    line.append(
        String.format(
            "%n%-" + nameColumns + "s %3s %10s %9s %9s %7s %7s %10s %10s",
            "workload",
            "thr",
            "median",
            "GFLOP/s",
            "GB/s",
            "%FMA",
            "%read",
            "first",
            "temporary"));
    for (String peer : peers) {
      line.append(String.format(" %10s", peer));
    }
    if (!peers.isEmpty()) {
      line.append(String.format(" %9s", "ratio"));
    }
    out.println(line.append("  check"));
  }

  @Override
  public void add(Result result) {
    head();
    means.add(result);
    String name =
        String.format("%-" + nameColumns + "s %3s", result.workload().name(), result.threads());
    if (result.measured().isEmpty()) {
      out.println(name + " WRONG: " + result.verdict().text());
      return;
    }
    Result.Measured measured = result.measured().orElseThrow();
    var line = new StringBuilder(name);
    line.append(
        String.format(
            Locale.ROOT,
            " %10s %9.2f %9.2f %7.1f %7.1f %10s %10s",
            seconds(measured.times().median()),
            measured.flopsPerSecond() / 1e9,
            measured.bytesPerSecond() / 1e9,
            100 * result.fractionOfPeak(measured),
            100 * result.fractionOfRead(measured),
            seconds(measured.firstCall()),
            bytes(measured.peakTemporaryBytes())));
    List<String> notes = new ArrayList<>();
    for (String name2 : peers) {
      line.append(String.format(" %10s", peer(result, name2, notes)));
    }
    if (!peers.isEmpty()) {
      line.append(
          String.format(
              " %9s",
              result
                  .ratioToBestPeer()
                  .map(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                  .orElse("-")));
    }
    out.println(line.append("  ").append(result.verdict().text()));
    notes.forEach(note -> out.println("  " + note));
  }

  private static String peer(Result result, String name, List<String> notes) {
    for (Result.PeerResult peer : result.peers()) {
      if (peer.name().equals(name)) {
        if (!peer.verdict().passes()) {
          notes.add(name + ": WRONG: " + peer.verdict().text());
        }
        return peer.times().map(times -> seconds(times.median())).orElse("WRONG");
      }
    }
    return "-";
  }

  @Override
  public void failed(Workload workload, int threads, String message) {
    head();
    out.println(
        String.format("%-" + nameColumns + "s %3s FAILED: %s", workload.name(), threads, message));
  }

  @Override
  public void finish() {
    out.println();
    out.println("geometric means");
    means.lines().forEach(line -> out.println("  " + line));
    out.println(
        "GFLOP/s of an einsum are by its definition (operands times terms), of a program by its"
            + " plan; GB/s count each input and output once.");
  }

  /** A time with a unit that suits it. */
  static String seconds(double seconds) {
    if (seconds < 1e-3) {
      return String.format(Locale.ROOT, "%.2f us", seconds * 1e6);
    }
    return seconds < 1
        ? String.format(Locale.ROOT, "%.3f ms", seconds * 1e3)
        : String.format(Locale.ROOT, "%.3f s", seconds);
  }

  private static String bytes(long bytes) {
    return bytes < 10_000
        ? bytes + " B"
        : bytes < 10_000_000 ? bytes / 1000 + " kB" : bytes / 1_000_000 + " MB";
  }
}
