package dev.einkorn.runtime.cuda;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a machine has of CUDA: the libraries are loaded and asked.
 *
 * @param libraries driver and NVRTC, in this order
 * @param findings what they say, under names for people: {@code libcuda}, {@code gpu 0}, ...,
 *     {@code libnvrtc}
 * @param compiles whether CUDA C can be compiled
 * @param launches whether there is a GPU that runs kernels
 */
public record CudaFindings(
    List<LibraryFinding> libraries,
    Map<String, String> findings,
    boolean compiles,
    boolean launches) {
  public CudaFindings {
    libraries = List.copyOf(libraries);
    findings = Collections.unmodifiableMap(new LinkedHashMap<>(findings));
  }

  /** Asks these libraries. Nothing that they answer is an error here. */
  public static CudaFindings of(CudaLibraries libraries) {
    Map<String, String> findings = new LinkedHashMap<>();
    boolean launches = driver(libraries, findings);
    boolean compiles = nvrtc(libraries, findings);
    return new CudaFindings(
        List.of(libraries.driver(), libraries.nvrtc()), findings, compiles, launches);
  }

  /** In one line what that means for programs. */
  public String verdict() {
    if (compiles && launches) {
      return "programs can run on the GPU";
    }
    if (compiles) {
      return "programs can be compiled for a GPU, but there is none to run them";
    }
    return launches
        ? "a GPU is there, but nothing to compile for it: name NVRTC by -Deinkorn.cuda.nvrtc=FILE"
        : "not available; CUDA C can be written, but neither compiled nor run";
  }

  /** The places that were looked at in vain for a library that was not found. */
  public List<String> attempts() {
    return libraries.stream()
        .filter(it -> !it.found())
        .flatMap(it -> it.attempts().stream().map(attempt -> it.library() + ", " + attempt))
        .toList();
  }

  private static boolean driver(CudaLibraries libraries, Map<String, String> findings) {
    String place = libraries.driver().summary();
    try {
      Optional<CudaDriver> driver = CudaDriver.load(libraries);
      findings.put(
          "libcuda", driver.map(it -> "CUDA %s, %s".formatted(it.version(), place)).orElse(place));
      List<DeviceProperties> devices = driver.map(CudaDriver::devices).orElse(List.of());
      devices.forEach(device -> findings.put("gpu " + device.ordinal(), device.toString()));
      return !devices.isEmpty();
    } catch (CudaException | IllegalStateException e) {
      findings.put("libcuda", "%s; FAILED: %s".formatted(place, oneLine(e)));
      return false;
    }
  }

  private static boolean nvrtc(CudaLibraries libraries, Map<String, String> findings) {
    String place = libraries.nvrtc().summary();
    try {
      Optional<Nvrtc> nvrtc = Nvrtc.load(libraries);
      findings.put(
          "libnvrtc",
          nvrtc
              .map(
                  it ->
                      "CUDA %s for %s to %s, %s"
                          .formatted(
                              it.version(),
                              it.architectures().getFirst(),
                              it.architectures().getLast(),
                              place))
              .orElse(place));
      return nvrtc.isPresent();
    } catch (IllegalStateException e) {
      findings.put("libnvrtc", "%s; FAILED: %s".formatted(place, oneLine(e)));
      return false;
    }
  }

  private static String oneLine(RuntimeException e) {
    return e.toString().replace("\n", " ");
  }
}
