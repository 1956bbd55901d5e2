package dev.einkorn.samples.gpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** PyTorch's times of the same workloads, where a {@code python3} with a CUDA torch is found. */
final class Torch {
  private static final String SCRIPT = "torch_times.py";

  private Torch() {}

  /**
   * Seconds of a call by workload; none where there is no PyTorch.
   *
   * @param seconds about how long each is timed
   */
  static Map<String, Double> times(List<Workload> workloads, double seconds) {
    Map<String, Double> times = new LinkedHashMap<>();
    try (InputStream script = Torch.class.getResourceAsStream(SCRIPT)) {
      if (script == null) {
        throw new IllegalStateException("no " + SCRIPT);
      }
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      Process python =
          new ProcessBuilder("python3", "-c", text, Double.toString(seconds))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (Writer in = new OutputStreamWriter(python.getOutputStream(), StandardCharsets.UTF_8)) {
        for (Workload workload : workloads) {
          if (!workload.torch().isEmpty()) {
            in.write(line(workload));
          }
        }
      }
      try (BufferedReader lines = python.inputReader(StandardCharsets.UTF_8)) {
        lines
            .lines()
            .map(line -> line.split(" ", 2))
            .filter(words -> words.length == 2)
            .forEach(words -> times.put(words[0], Double.valueOf(words[1])));
      }
      python.waitFor();
    } catch (IOException e) {
      return times; // No Python, or one that ends at once.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return times;
  }

  /** Name, types and shapes, and the expression, apart by tabs. */
  private static String line(Workload workload) {
    String operands =
        workload.operands().stream()
            .map(
                operand ->
                    operand.type()
                        + ":"
                        + operand.shape().stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(",")))
            .collect(Collectors.joining(" "));
    return workload.name() + "\t" + operands + "\t" + workload.torch() + "\n";
  }
}
