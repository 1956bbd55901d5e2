package dev.einkorn.compiler.golden;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GoldenFilesTest {
  @Test
  void aDiffShowsTheLinesThatDiffer() {
    assertThat(GoldenFiles.diff("a\nb\nc\n", "a\nx\ny\nc\n"))
        .isEqualTo("at line 2:\n- b\n+ x\n+ y");
  }

  @Test
  void aDiffShowsLinesAtTheEnd() {
    assertThat(GoldenFiles.diff("a\n", "a\nb\n")).isEqualTo("at line 2:\n+ b");
    assertThat(GoldenFiles.diff("a\na\n", "a\n")).isEqualTo("at line 2:\n- a");
  }
}
