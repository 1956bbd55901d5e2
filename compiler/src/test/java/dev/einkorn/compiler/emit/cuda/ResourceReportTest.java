package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The approved sources compile for real chips, within what a block may take of them. */
class ResourceReportTest {
  private static final Pattern KERNEL = Pattern.compile("^(compute_\\w+)\\(", Pattern.MULTILINE);
  private static final List<String> CHIPS = List.of("sm_80", "sm_90");

  @TempDir private static Path folder;

  /** All sources in one file, their kernels under names of their own. */
  private static String sources() {
    var text = new StringBuilder();
    for (String name : GoldenSourcesTest.cases()) {
      String source = GoldenSourcesTest.named(name).source();
      text.append("namespace ").append(name).append(" {\n");
      Matcher kernels = KERNEL.matcher(source);
      while (kernels.find()) {
        text.append("#define %s %s_%s%n".formatted(kernels.group(1), name, kernels.group(1)));
      }
      text.append(source);
      kernels.reset();
      while (kernels.find()) {
        text.append("#undef ").append(kernels.group(1)).append('\n');
      }
      text.append("}\n");
    }
    return text.toString();
  }

  @Test
  void contractionsSpillNothingAndEveryKernelFits() {
    Optional<String> reason = Nvcc.missing();
    if (System.getenv("CI") != null) {
      assertThat(reason).as("CI must be able to compile for GPUs").isEmpty();
    }
    assumeTrue(reason.isEmpty(), reason.orElse(""));
    Map<String, Nvcc.Resources> report = Nvcc.compile(sources(), CHIPS, folder);
    for (String name : GoldenSourcesTest.cases()) {
      assertThat(report.keySet()).anyMatch(kernel -> kernel.startsWith(name + "_"));
    }
    report.forEach(
        (kernel, resources) -> {
          assertThat(resources.registers()).as(kernel).isLessThanOrEqualTo(128);
          assertThat(resources.sharedBytes()).as(kernel).isLessThanOrEqualTo(48 << 10);
          if (kernel.contains("contraction") || kernel.contains("question")) {
            assertThat(resources.spilledBytes()).as(kernel).isZero();
          }
        });
  }
}
