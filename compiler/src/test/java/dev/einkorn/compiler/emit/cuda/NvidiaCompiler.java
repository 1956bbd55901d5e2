package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.einkorn.runtime.cuda.Architecture;
import dev.einkorn.runtime.cuda.Cubin;
import dev.einkorn.runtime.cuda.CudaLibraries;
import dev.einkorn.runtime.cuda.KernelResources;
import dev.einkorn.runtime.cuda.KernelSource;
import dev.einkorn.runtime.cuda.Nvrtc;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NVRTC for the chips that kernels must compile for; no GPU is needed. */
public final class NvidiaCompiler {
  static final List<Architecture> CHIPS = List.of(Architecture.SM_80, Architecture.SM_90);

  private static final CudaLibraries LIBRARIES = CudaLibraries.find();
  private static final Optional<Nvrtc> NVRTC = Nvrtc.load(LIBRARIES);

  private static final Pattern CONTRACTION =
      Pattern.compile("__launch_bounds__\\(\\d+, \\d+\\)\\s+(\\w+)\\(");

  private NvidiaCompiler() {}

  /** Skips the test with the reason where there is none; where {@code CI} is set it fails. */
  public static void require() {
    if (System.getenv("CI") != null) {
      assertThat(NVRTC).as("CI must be able to compile for GPUs: %s", LIBRARIES).isPresent();
    }
    assumeTrue(NVRTC.isPresent(), "there is no NVRTC here, which -Pnvrtc takes from Maven Central");
  }

  /** Whether it is here. */
  static boolean isPresent() {
    return NVRTC.isPresent();
  }

  /** What the kernels of a source take of a chip. */
  static List<KernelResources> compile(String name, String text, Architecture chip) {
    var source = new KernelSource(name + ".cu", text, List.of("--std=c++17", "--fmad=false"));
    Cubin cubin = NVRTC.orElseThrow().compile(source, chip);
    assertThat(cubin.resources()).as(name).isNotEmpty();
    return cubin.resources();
  }

  /**
   * Compiles every kernel of these programs for each chip, all in one source. None may take more
   * shared memory than a block has. That threads have registers at all is the compiler's duty, by
   * {@code __launch_bounds__}; contractions, which keep tiles of sums in them and therefore name a
   * number of blocks there, may not spill any. Other kernels lose a few for more blocks, as the
   * compiler sees fit.
   */
  public static void compileAll(String name, List<DeviceProgram> programs) {
    long kernels = programs.stream().mapToLong(each -> each.launches().size()).sum();
    Set<String> contractions = contractions(programs);
    String text = "#define CUDA_ENTRY(name, kernel)\n" + CpuDevice.source(programs);
    for (Architecture chip : CHIPS) {
      List<KernelResources> resources = compile(name, text, chip);
      assertThat(resources).as("kernels of %s for %s", name, chip).hasSize((int) kernels);
      assertThat(resources)
          .allSatisfy(each -> assertThat(each.staticSharedBytes()).isLessThanOrEqualTo(48 << 10))
          .filteredOn(each -> contractions.contains(each.kernel()) && each.spills())
          .as("contractions without enough registers on %s", chip)
          .isEmpty();
    }
  }

  private static Set<String> contractions(List<DeviceProgram> programs) {
    Set<String> found = new HashSet<>();
    for (int n = 0; n < programs.size(); n++) {
      Matcher kernel = CONTRACTION.matcher(programs.get(n).kernels());
      while (kernel.find()) {
        found.add(CpuDevice.name(n, kernel.group(1)));
      }
    }
    return found;
  }
}
