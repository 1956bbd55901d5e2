package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Npy;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EinsumCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void contractsFiles() throws IOException {
    Path a = folder.resolve("a.npy");
    Path c = folder.resolve("c.npy");
    Npy.write(a, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    Ran ran =
        Ran.command(
            "einsum", "ik,ik->k", a.toString(), a.toString(), "-o", c.toString(), "--check");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(Npy.read(c).contentEquals(Tensor.of(new float[] {17, 29, 45}, 3))).isTrue();
  }

  @Test
  void takesLiterals() {
    assertThat(Ran.command("einsum", "i,i->", "[1,2,3]", "f32([4,5,6])").out())
        .endsWith(" = f64[] 32.0\n");
  }

  @Test
  void aStringWithoutSubscriptsIsNoOption() {
    assertThat(Ran.command("einsum", "->", "3").out()).endsWith(" = i64[] 3\n");
  }

  @Test
  void theWrongNumberOfOperandsIsAnError() {
    Ran few = Ran.command("einsum", "ij,jk", "[[1]]");
    assertThat(few.code()).isEqualTo(1);
    assertThat(few.err())
        .startsWith("error[INVALID_EINSUM]: the string has 2 operands, but 1 tensor is given");
    assertThat(Ran.command("einsum", "i", "[1]", "[2]").err())
        .startsWith("error[INVALID_EINSUM]: the string has 1 operand, but 2 tensors are given");
  }

  @Test
  void aStringIsNeeded() {
    assertThat(Ran.command("einsum").code()).isEqualTo(2);
  }
}
