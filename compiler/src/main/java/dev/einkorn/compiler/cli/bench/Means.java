package dev.einkorn.compiler.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Geometric means over groups of workloads, for each number of threads. */
final class Means {
  private record Key(String group, int threads) {}

  private final Map<Key, List<Result>> groups = new LinkedHashMap<>();

  void add(Result result) {
    if (result.measured().isPresent()) {
      groups
          .computeIfAbsent(
              new Key(result.workload().group(), result.threads()), _ -> new ArrayList<>())
          .add(result);
    }
  }

  /** One line for each group and number of threads, in order of appearance. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    groups.forEach(
        (key, results) -> {
          List<Double> peaks = new ArrayList<>();
          List<Double> reads = new ArrayList<>();
          List<Double> ratios = new ArrayList<>();
          for (Result result : results) {
            Result.Measured measured = result.measured().orElseThrow();
            peaks.add(result.fractionOfPeak(measured));
            reads.add(result.fractionOfRead(measured));
            result.ratioToBestPeer().ifPresent(ratios::add);
          }
          String line =
              String.format(
                  Locale.ROOT,
                  "%-20s %s threads, %3s workloads: %5.1f %% of the FMA peak, %5.1f %% of the read"
                      + " bandwidth",
                  key.group(),
                  key.threads(),
                  results.size(),
                  100 * geometric(peaks),
                  100 * geometric(reads));
          if (!ratios.isEmpty()) {
            double worst = ratios.stream().mapToDouble(ratio -> ratio).min().orElse(0);
            line +=
                String.format(
                    Locale.ROOT,
                    ", %.2f x the best peer (%s of them; worst %.2f)",
                    geometric(ratios),
                    ratios.size(),
                    worst);
          }
          lines.add(line);
        });
    return lines;
  }

  /** The geometric mean; 0 if there is nothing or a 0. */
  static double geometric(List<Double> values) {
    double logarithms = 0;
    for (double value : values) {
      logarithms += Math.log(value);
    }
    return values.isEmpty() ? 0 : Math.exp(logarithms / values.size());
  }
}
