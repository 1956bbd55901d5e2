package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/** Extents of 1 broadcast in einsum strings, call by call. */
class EinsumBroadcastTest {
  private static Tensor filled(double value, long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F64, shape);
    tensor.fill(value);
    return tensor;
  }

  @Test
  void anAxisBroadcastsInOneCallAndNotInTheNext() {
    Einkorn einkorn = Einkorn.builder().build();
    for (int round = 0; round < 2; round++) {
      assertThat(einkorn.contract("ik,kj->ij", filled(1, 2, 3), filled(1, 3, 4)).getDouble(1, 1))
          .isEqualTo(3);
      assertThat(einkorn.contract("ik,kj->ij", filled(1, 2, 1), filled(1, 3, 4)).getDouble(1, 1))
          .isEqualTo(3);
      assertThat(einkorn.contract("ik,kj->ij", filled(1, 2, 3), filled(1, 1, 4)).getDouble(1, 1))
          .isEqualTo(3);
      assertThat(einkorn.contract("ik,kj->ij", filled(1, 2, 1), filled(1, 1, 4)).getDouble(1, 1))
          .isEqualTo(1);
      assertThatThrownBy(() -> einkorn.contract("ik,kj->ij", filled(1, 2, 2), filled(1, 3, 4)))
          .isInstanceOf(CompileException.class)
          .hasMessageContaining("EXTENT_MISMATCH");
    }
  }

  @Test
  void anEllipsisTakesAnyRank() {
    Einkorn einkorn = Einkorn.builder().build();
    for (long[] batch : new long[][] {{}, {2}, {2, 1, 3}}) {
      long[] shape = new long[batch.length + 1];
      System.arraycopy(batch, 0, shape, 0, batch.length);
      shape[batch.length] = 5;
      Tensor sum = einkorn.contract("...i->...", filled(2, shape));
      assertThat(sum.shape()).containsExactly(batch);
      assertThat(sum.getDouble(new long[batch.length])).isEqualTo(10);
    }
    Tensor product = einkorn.contract("...i,i->...", filled(2, 4, 3), filled(3, 3));
    assertThat(product.shape()).containsExactly(4);
    assertThat(product.getDouble(3)).isEqualTo(18);
  }

  @Test
  void theNumberOfOperandsIsChecked() {
    assertThatThrownBy(() -> Einkorn.einsum("i,i->", filled(1, 3)))
        .isInstanceOf(CompileException.class);
    assertThatThrownBy(() -> Einkorn.einsum("i->", filled(1, 3), filled(1, 3)))
        .isInstanceOf(CompileException.class);
  }

  @Test
  void onlyOneOutputCanBeEvaluated() {
    assertThatThrownBy(
            () -> Einkorn.evaluate("a = x; b = x", java.util.Map.of("x", Tensor.scalar(1f))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the program has the outputs [a, b], not one; compile it and call it");
  }
}
