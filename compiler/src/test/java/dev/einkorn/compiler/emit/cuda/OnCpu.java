package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

/** Whether kernels can be run on this machine's CPU. */
public final class OnCpu {
  private OnCpu() {}

  /** Skips the test with the reason if they cannot; where {@code CI} is set it fails instead. */
  public static void require() {
    Optional<String> reason = CpuDevice.missing();
    if (System.getenv("CI") != null) {
      assertThat(reason).as("CI must be able to run kernels").isEmpty();
    }
    assumeTrue(reason.isEmpty(), reason.orElse(""));
  }
}
