package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.report.Json;
import dev.einkorn.runtime.cuda.CudaDriver;
import dev.einkorn.runtime.cuda.CudaException;
import dev.einkorn.runtime.cuda.CudaLibraries;
import dev.einkorn.runtime.cuda.DeviceProperties;
import dev.einkorn.runtime.cuda.LibraryFinding;
import dev.einkorn.runtime.cuda.Nvrtc;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this machine has of CUDA: the libraries are loaded and asked.
 *
 * @param libraries driver and NVRTC, in this order
 * @param findings what they say, under names for people
 */
record CudaFindings(List<LibraryFinding> libraries, Map<String, String> findings) {
  /** Looks for the libraries. */
  static CudaFindings find() {
    CudaLibraries libraries = CudaLibraries.find();
    Map<String, String> findings = new LinkedHashMap<>();
    boolean launches = driver(libraries, findings);
    boolean compiles = nvrtc(libraries, findings);
    findings.put("cuda", verdict(compiles, launches));
    return new CudaFindings(List.of(libraries.driver(), libraries.nvrtc()), findings);
  }

  /** The places that were looked at in vain for a library that was not found. */
  List<String> attempts() {
    return libraries.stream()
        .filter(it -> !it.found())
        .flatMap(it -> it.attempts().stream().map(attempt -> it.library() + ", " + attempt))
        .toList();
  }

  /** Every library with all that was looked at, as a JSON array. */
  String json() {
    return Json.array(libraries.stream().map(CudaFindings::json).toList());
  }

  private static String json(LibraryFinding finding) {
    return Json.object(
        "library",
        Json.string(finding.library()),
        "found",
        Boolean.toString(finding.found()),
        "location",
        Json.string(finding.location()),
        "origin",
        Json.string(finding.origin()),
        "attempts",
        Json.array(finding.attempts().stream().map(Json::string).toList()));
  }

  private static boolean driver(CudaLibraries libraries, Map<String, String> findings) {
    String place = libraries.driver().summary();
    try {
      Optional<CudaDriver> driver = CudaDriver.load(libraries);
      findings.put(
          "libcuda", driver.map(it -> "CUDA %s, %s".formatted(it.version(), place)).orElse(place));
      for (DeviceProperties device :
          driver.stream().flatMap(it -> it.devices().stream()).toList()) {
        findings.put("gpu " + device.ordinal(), device.toString());
      }
      return driver.isPresent();
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

  private static String verdict(boolean compiles, boolean launches) {
    if (compiles) {
      return launches ? "kernels can be compiled and launched" : "kernels can be compiled only";
    }
    return launches
        ? "kernels can be launched, but not compiled; name NVRTC by -Deinkorn.cuda.nvrtc=FILE"
        : "not available";
  }

  private static String oneLine(RuntimeException e) {
    return e.toString().replace("\n", " ");
  }
}
