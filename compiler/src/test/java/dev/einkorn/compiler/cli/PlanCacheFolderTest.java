package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the command line keeps plans, and how it is told not to. */
class PlanCacheFolderTest {
  private static final String LINUX = "Linux";

  @Test
  void thePlaceIsThatOfTheSystem() {
    assertThat(PlanCacheFolder.of(Map.of("HOME", "/home/a"), LINUX))
        .contains(Path.of("/home/a/.cache/einkorn/plans"));
    assertThat(PlanCacheFolder.of(Map.of("HOME", "/home/a", "XDG_CACHE_HOME", "/var/c"), LINUX))
        .contains(Path.of("/var/c/einkorn/plans"));
    assertThat(PlanCacheFolder.of(Map.of("HOME", "/Users/a"), "Mac OS X"))
        .contains(Path.of("/Users/a/Library/Caches/einkorn/plans"));
    assertThat(PlanCacheFolder.of(Map.of(), "Windows 11")).isEmpty();
  }

  @Test
  void aRelativePlaceIsNone() {
    assertThat(PlanCacheFolder.of(Map.of("XDG_CACHE_HOME", "cache"), LINUX)).isEmpty();
    assertThat(PlanCacheFolder.of(Map.of(), LINUX)).isEmpty();
  }

  @Test
  void theVariableComesFirst() {
    Map<String, String> off = Map.of("HOME", "/home/a", "EINKORN_PLAN_CACHE", "off");
    assertThat(PlanCacheFolder.of(off, LINUX)).isEmpty();
    Map<String, String> elsewhere = Map.of("HOME", "/home/a", "EINKORN_PLAN_CACHE", "plans");
    assertThat(PlanCacheFolder.of(elsewhere, LINUX)).contains(Path.of("plans"));
  }

  @Test
  void explainUsesThePlanOfTheRunBefore(@TempDir Path folder) throws Exception {
    var text = new StringBuilder("(");
    var product = new StringBuilder("s =");
    for (int n = 0; n < 20; n++) {
      int next = (n + 1) % 20;
      text.append(n == 0 ? "" : ", ").append("T%s: f32[i%s,i%s,j%s]".formatted(n, n, next, n % 7));
      product.append(n == 0 ? " " : " * ").append("T%s[i%s,i%s,j%s]".formatted(n, n, next, n % 7));
    }
    String program = text.append(") -> (s)\n").append(product).toString();
    String plans = folder.resolve("plans").toString();
    Ran first = Ran.command("explain", program, "--plan-cache", plans);
    assertThat(first.code()).isZero();
    assertThat(first.out()).contains("planned in").doesNotContain("from the plan cache");
    Ran second = Ran.command("explain", program, "--plan-cache", plans);
    assertThat(second.out()).contains("from the plan cache; the search took");
    assertThat(Ran.command("explain", program, "--plan-cache", "off").out())
        .doesNotContain("from the plan cache");
    assertThat(Ran.names(folder)).isEqualTo(List.of("plans"));
    assertThat(Files.isDirectory(Path.of("off"))).isFalse();
  }

  @Test
  void theLimitOfPlanningIsAnOption() {
    String program = "(A: f32[i,j], B: f32[j,k], x: f32[k]) -> (y)\ny[i] = A[i,j] * B[j,k] * x[k]";
    Ran cut = Ran.command("explain", program, "--planning-limit", "0s");
    assertThat(cut.out()).contains("cut by the limit of 0 ");
    assertThat(Ran.command("explain", program, "--planning-limit", "10s").out())
        .doesNotContain("cut by the limit");
    assertThat(Ran.command("explain", program, "--planning-limit", "soon").code()).isEqualTo(2);
    assertThat(Ran.command("explain", program, "--planning-limit", "999999s").code()).isEqualTo(2);
  }
}
