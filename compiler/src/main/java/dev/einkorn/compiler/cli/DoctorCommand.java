package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.report.Json;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.cuda.CudaFindings;
import dev.einkorn.runtime.cuda.CudaLibraries;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code einkorn doctor}: what this machine offers, and whether kernels work on it. */
@Command(
    name = "doctor",
    header = "Shows what this machine offers and tests that a kernel compiles and runs.",
    sortOptions = false,
    footer = {"", "Examples:", "  einkorn doctor", "  einkorn doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  /** Empty if all is well. */
  private record SelfTest(String problem) {
    boolean passes() {
      return problem.isEmpty();
    }
  }

  DoctorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Map<String, String> findings = Machine.findings();
    CudaFindings cuda = CudaFindings.of(CudaLibraries.find());
    findings.putAll(cuda.findings());
    findings.put("cuda", cuda.verdict());
    List<Backend> backends = new ArrayList<>(List.of(Backend.CPU, Backend.REFERENCE));
    if (cuda.compiles() && cuda.launches()) {
      backends.add(Backend.CUDA);
    }
    SelfTest test = selfTest(backends);
    String verdict = test.passes() ? "passed" : "FAILED: " + test.problem();
    if (json) {
      List<String> members = new ArrayList<>();
      findings.forEach(
          (name, finding) -> members.addAll(List.of(name.replace(' ', '_'), Json.string(finding))));
      members.addAll(List.of("cuda_libraries", CudaJson.libraries(cuda)));
      members.addAll(
          List.of("self_test", Json.string(verdict), "passes", Boolean.toString(test.passes())));
      console.out().println(Json.object(members.toArray(String[]::new)));
    } else {
      findings.forEach((name, finding) -> line(name, finding));
      cuda.attempts().forEach(it -> console.out().println("  looked for CUDA: " + it));
      line("self-test", verdict);
    }
    return test.passes() ? 0 : Failure.FAILED;
  }

  private void line(String name, String finding) {
    console.out().println((name + ":").concat(" ".repeat(15 - name.length())) + finding);
  }

  private static SelfTest selfTest(List<Backend> backends) {
    try {
      Map<String, Tensor> inputs =
          Map.of(
              "A", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2),
              "B", Tensor.of(new float[] {6, 5, 4, 3, 2, 1}, 3, 2));
      String program = "c[k] = A[i,k] * B[i,k]";
      Tensor expected = Tensor.of(new float[] {28, 28}, 2);
      for (Backend backend : backends) {
        Tensor found = Einkorn.builder().backend(backend).build().run(program, inputs);
        if (!found.contentEquals(expected)) {
          return new SelfTest("%s computes %s, not %s".formatted(backend, found, expected));
        }
      }
      return new SelfTest("");
    } catch (RuntimeException | LinkageError e) {
      return new SelfTest(e.toString());
    }
  }
}
