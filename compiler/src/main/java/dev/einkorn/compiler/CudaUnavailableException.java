package dev.einkorn.compiler;

import dev.einkorn.runtime.cuda.CudaFindings;

/**
 * A program with {@link Backend#CUDA} was called, but this machine cannot run it: it lacks a GPU,
 * its driver, or NVRTC. The message says which, as {@code einkorn doctor} does. Plans and sources
 * need none of them.
 */
public final class CudaUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CudaUnavailableException(CudaFindings findings) {
    super(message(findings));
  }

  private static String message(CudaFindings findings) {
    var message =
        new StringBuilder("the CUDA backend cannot run here: ").append(findings.verdict());
    findings.findings().forEach((name, text) -> message.append("\n  " + name + ": " + text));
    return message.append("\n'einkorn doctor' lists all places that were looked at").toString();
  }
}
