package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  @TempDir private Path folder;

  @Test
  void saysWhereAFileIsWrong() throws IOException {
    Path file = folder.resolve("w.json");
    Files.writeString(file, "[{\"name\": \"x\"}]");
    Ran ran = Ran.command("bench", file.toString());
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("w.json: workload 1 'x': 'sizes' is missing").hasLineCount(1);
    assertThat(Ran.command("bench", folder.resolve("no.json").toString()).err())
        .contains("no.json: no such file");
  }

  @Test
  void refusesWrongOptions() throws IOException {
    String file = workloads();
    assertThat(Ran.command("bench", file, "--filter", "[").err()).contains("--filter: ");
    assertThat(Ran.command("bench", file, "--filter", "[").code()).isEqualTo(2);
    assertThat(Ran.command("bench", file, "--threads", "0").err())
        .contains("--threads must be at least 1, found 0");
    assertThat(Ran.command("bench", file, "--seconds", "0").code()).isEqualTo(2);
    assertThat(Ran.command("bench").code()).isEqualTo(2);
  }

  @Test
  void saysThatNothingMatchesOrNoPeerIsThere() throws IOException {
    String file = workloads();
    assertThat(Ran.command("bench", file, "--filter", "zzz").err())
        .contains("no workload of " + file + " matches zzz");
    assertThat(Ran.command("bench", file, "--peers").err())
        .contains("--peers: no other library is on the class path");
  }

  private String workloads() throws IOException {
    Path file = folder.resolve("good.json");
    Files.writeString(
        file,
        "[{\"name\": \"t\", \"einsum\": \"i->\", \"sizes\": {\"i\": 2}, \"dtype\": \"f32\"}]");
    return file.toString();
  }
}
