package dev.einkorn.runtime.cuda;

import java.io.Serial;

/** NVRTC has refused a source, or failed. The message has the log and the numbered source. */
public final class CudaCompileException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final String log;
  private final String source;

  CudaCompileException(String problem, String log, KernelSource source) {
    super("%s%n%s%n%s".formatted(problem, log.strip(), numbered(source.text())));
    this.log = log;
    this.source = source.text();
  }

  /** What NVRTC has said; may be empty. */
  public String log() {
    return log;
  }

  /** The text that was compiled. */
  public String source() {
    return source;
  }

  private static String numbered(String text) {
    StringBuilder numbered = new StringBuilder();
    int number = 1;
    for (String line : text.lines().toList()) {
      numbered.append("%5s  %s%n".formatted(number++, line));
    }
    return numbered.toString();
  }
}
