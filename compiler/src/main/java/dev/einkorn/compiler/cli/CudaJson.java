package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.report.Json;
import dev.einkorn.runtime.cuda.CudaFindings;
import dev.einkorn.runtime.cuda.LibraryFinding;

/** What a machine has of CUDA, as JSON. */
final class CudaJson {
  private CudaJson() {}

  /** Every library with all that was looked at, as an array. */
  static String libraries(CudaFindings findings) {
    return Json.array(findings.libraries().stream().map(CudaJson::library).toList());
  }

  private static String library(LibraryFinding finding) {
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
}
