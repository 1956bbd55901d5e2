package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Plan;
import dev.einkorn.compiler.report.Json;
import dev.einkorn.runtime.cuda.Architecture;
import dev.einkorn.runtime.cuda.Cubin;
import dev.einkorn.runtime.cuda.CudaFindings;
import dev.einkorn.runtime.cuda.CudaLibraries;
import dev.einkorn.runtime.cuda.KernelResources;
import dev.einkorn.runtime.cuda.Nvrtc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code einkorn compile}: machine code for a GPU, on a machine that may have none. */
@Command(
    name = "compile",
    header = "Compiles a program to machine code for a GPU and shows what its kernels take.",
    description = {
      "",
      "Needs NVRTC, NVIDIA's compiler, but neither a GPU nor a driver; 'einkorn doctor' says"
          + " whether NVRTC is there.",
      ""
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Examples:",
      "  einkorn compile 'c[k] = A[i,k] * B[i,k]'",
      "  einkorn compile 'nhd,khd->nkd' queries.npy keys.npy --arch sm_80 -o kernel.cubin"
    })
final class CompileCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final PlanRequest request = new PlanRequest();

  @Option(
      names = "--arch",
      paramLabel = "ARCH",
      description =
          "What to compile for: sm_80 (A100), sm_90 (H100, H200; the default), sm_90a, or"
              + " compute_90 for PTX, and so on.")
  private String architecture = Architecture.SM_90.toString();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the machine code to a file.")
  private Optional<Path> output = Optional.empty();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CompileCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Architecture chip = chip();
    request.useDevice();
    Plan plan = request.plan(console).plan();
    CudaLibraries libraries = CudaLibraries.find();
    Nvrtc nvrtc =
        Nvrtc.load(libraries)
            .orElseThrow(
                () ->
                    new CommandException(
                        "NVRTC is missing: %s; 'einkorn source --target cuda' prints the source"
                            .formatted(CudaFindings.of(libraries).findings().get("libnvrtc"))));
    Cubin cubin = nvrtc.compile(plan.kernelSource(), chip);
    if (output.isPresent()) {
      TextFile.write(output.get(), cubin.image());
    }
    if (json) {
      console.out().println(json(nvrtc, cubin));
    } else {
      console
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%,d bytes for %s by NVRTC %s%s",
                  cubin.byteSize(),
                  chip,
                  nvrtc.version(),
                  output.map(file -> ", written to " + file).orElse("")));
      cubin.resources().forEach(kernel -> console.out().println("  " + line(kernel)));
    }
    return 0;
  }

  private Architecture chip() {
    try {
      return Architecture.parse(architecture);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--arch: " + e.getMessage());
    }
  }

  private static String line(KernelResources kernel) {
    return String.format(
        Locale.ROOT,
        "%s: %s registers, %s, %,d bytes of shared memory",
        kernel.kernel(),
        kernel.registers(),
        kernel.spills()
            ? "spills %s bytes".formatted(kernel.spillStoreBytes() + kernel.spillLoadBytes())
            : "no spills",
        kernel.staticSharedBytes());
  }

  private static String json(Nvrtc nvrtc, Cubin cubin) {
    List<String> kernels =
        cubin.resources().stream()
            .map(
                kernel ->
                    Json.object(
                        "kernel", Json.string(kernel.kernel()),
                        "registers", Integer.toString(kernel.registers()),
                        "spillStoreBytes", Integer.toString(kernel.spillStoreBytes()),
                        "spillLoadBytes", Integer.toString(kernel.spillLoadBytes()),
                        "stackBytes", Integer.toString(kernel.stackBytes()),
                        "sharedBytes", Integer.toString(kernel.staticSharedBytes())))
            .toList();
    return Json.object(
        "architecture", Json.string(cubin.architecture().toString()),
        "nvrtc", Json.string(nvrtc.version().toString()),
        "bytes", Integer.toString(cubin.byteSize()),
        "kernels", Json.array(kernels));
  }
}
