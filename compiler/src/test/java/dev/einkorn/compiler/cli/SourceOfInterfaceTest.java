package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code einkorn source --class}. */
class SourceOfInterfaceTest {
  @TempDir private Path folder;

  @BeforeEach
  void writeInterface() throws IOException {
    Path file = folder.resolve("com/acme/Dots.java");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        package com.acme;

        import dev.einkorn.runtime.Tensor;
        import dev.einkorn.runtime.annotation.TensorKernel;
        import dev.einkorn.runtime.annotation.TensorKernels;

        @TensorKernels
        interface Dots {
          @TensorKernel(file = "dots.ein")
          Tensor dots(Tensor A, Tensor B);
        }
        """);
    Files.writeString(folder.resolve("com/acme/dots.ein"), "c[k] = A[i,k] * B[i,k]\n");
  }

  private Ran source(String name, String... more) {
    String[] words = new String[more.length + 7];
    System.arraycopy(
        new String[] {
          "source", "--target", "java", "--class", name, "--source-path", folder.toString()
        },
        0,
        words,
        0,
        7);
    System.arraycopy(more, 0, words, 7, more.length);
    return Ran.command(words);
  }

  @Test
  void printsTheClass() {
    Ran ran = source("com.acme.Dots", "--simd", "none");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains("final class DotsKernels implements Dots {")
        .contains("class DotsContiguous implements Kernel {");
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Files.writeString(folder.resolve("com/acme/dots.ein"), "c[k] = A[i,k] * D[i,k]\n");
    Ran ran = source("com.acme.Dots");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .contains("Dots.java:9:24: error[MISSING_INPUT]")
        .contains("--> dots.ein:1:17");
    assertThat(source("com.acme.Nobody").err()).contains("no interface com.acme.Nobody is found");
    assertThat(source("com.acme.Dots", "--simd", "7").code()).isEqualTo(2);
    assertThat(source("com.acme.Dots", "a = b").code()).isEqualTo(2);
    assertThat(Ran.command("source").err()).contains("Missing required parameter");
    assertThat(Ran.command("source", "c[k] = A[k]", "--simd", "512").code()).isEqualTo(2);
  }
}
