package dev.einkorn.compiler.cli.bench;

import dev.einkorn.compiler.report.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results as JSON, one object on a line for each workload and number of threads. */
final class JsonReport implements Report {
  private final PrintStream out;

  JsonReport(PrintStream out) {
    this.out = out;
  }

  @Override
  public void ceilings(Ceilings ceilings, String loops) {
    // Each line has those that belong to it.
  }

  @Override
  public void add(Result result) {
    List<String> members = new ArrayList<>(head(result.workload(), result.threads()));
    result
        .measured()
        .ifPresent(
            measured ->
                members.addAll(
                    List.of(
                        "median_seconds", number(measured.times().median()),
                        "min_seconds", number(measured.times().minimum()),
                        "runs", Integer.toString(measured.times().runs()),
                        "first_call_seconds", number(measured.firstCall()),
                        "gflops", number(measured.flopsPerSecond() / 1e9),
                        "gbytes_per_second", number(measured.bytesPerSecond() / 1e9),
                        "fraction_of_fma_peak", number(result.fractionOfPeak(measured)),
                        "fraction_of_read_bandwidth", number(result.fractionOfRead(measured)),
                        "peak_temporary_bytes", Long.toString(measured.peakTemporaryBytes()),
                        "kernels", Json.string(measured.kernels()))));
    members.addAll(
        List.of(
            "fma_peak_gflops",
            number(result.ceilings().multiplyAdds(result.workload().type()) / 1e9),
            "read_gbytes_per_second",
            number(result.ceilings().read() / 1e9),
            "copy_gbytes_per_second",
            number(result.ceilings().copy() / 1e9)));
    if (!result.peers().isEmpty()) {
      members.addAll(
          List.of("peers", Json.array(result.peers().stream().map(JsonReport::peer).toList())));
      result
          .ratioToBestPeer()
          .ifPresent(ratio -> members.addAll(List.of("ratio_to_best_peer", number(ratio))));
    }
    members.addAll(
        List.of(
            "checked", Boolean.toString(result.verdict().passes()),
            "check", Json.string(result.verdict().text())));
    print(members);
  }

  private static List<String> head(Workload workload, int threads) {
    return List.of(
        "name", Json.string(workload.name()),
        "group", Json.string(workload.group()),
        "threads", Integer.toString(threads));
  }

  private static String peer(Result.PeerResult peer) {
    List<String> members = new ArrayList<>(List.of("name", Json.string(peer.name())));
    peer.times()
        .ifPresent(
            times ->
                members.addAll(
                    List.of(
                        "median_seconds", number(times.median()),
                        "min_seconds", number(times.minimum()))));
    members.addAll(
        List.of(
            "checked", Boolean.toString(peer.verdict().passes()),
            "check", Json.string(peer.verdict().text())));
    return Json.object(members.toArray(String[]::new));
  }

  @Override
  public void failed(Workload workload, int threads, String message) {
    List<String> members = new ArrayList<>(head(workload, threads));
    members.addAll(List.of("checked", "false", "error", Json.string(message)));
    print(members);
  }

  @Override
  public void finish() {
    // Every line stands alone.
  }

  private void print(List<String> members) {
    out.println(Json.object(members.toArray(String[]::new)));
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.6e", value) : "null";
  }
}
