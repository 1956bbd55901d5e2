package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LazyTensorTest {
  private static Tensor numbers(long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    return Tensor.of(IntStream.range(0, count).mapToDouble(n -> n % 7 - 3).toArray(), shape);
  }

  @Test
  void the_lazy_form_of_question_b_is_its_program() {
    Tensor a = numbers(5, 5);
    Tensor b = numbers(6);
    Tensor y = numbers(5);
    Tensor z = numbers(6, 5);
    LazyTensor c = Lazy.einsum("i,jk->ijk", b, a);
    LazyTensor c2 = Lazy.einsum("j,ik->ijk", y, z);
    LazyTensor lazy = Lazy.einsum("ijk,ikj->k", c.plus(c2), c.plus(c2));
    Tensor program =
        Einkorn.evaluate(
            """
            C[i,j,k] = B[i] * A[j,k]
            C2[i,j,k] = Y[j] * Z[i,k]
            E[k] = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])
            """,
            Map.of("A", a, "B", b, "Y", y, "Z", z));

    assertThat(lazy.shape()).containsExactly(5);
    assertThat(lazy.evaluate().contentEquals(program)).isTrue();
    assertThat(lazy.plan().peakTemporaryBytes()).isLessThan(2048);
  }

  @Test
  void elementwise_operations_broadcast_as_in_numpy() {
    LazyTensor row = Lazy.of(Tensor.of(new int[] {1, 2, 3}, 1, 3));
    LazyTensor column = Lazy.of(Tensor.of(new int[] {10, 20}, 2, 1));

    assertThat(row.plus(column).evaluate().toIntArray()).containsExactly(11, 12, 13, 21, 22, 23);
    assertThat(column.minus(row).evaluate().toIntArray()).containsExactly(9, 8, 7, 19, 18, 17);
    assertThat(row.times(Lazy.of(Tensor.scalar(0.5))).evaluate().toDoubleArray())
        .containsExactly(0.5, 1, 1.5);
    assertThat(row.times(Lazy.of(Tensor.scalar(0.5))).elementType()).isEqualTo(ElementType.F64);
  }

  @Test
  void labels_that_look_like_generated_names_do_not_clash() {
    Tensor a = numbers(2, 3);

    Tensor product = Lazy.einsum("[X1][T1],[T1][X2]->[X1][X2]", a, a.transpose()).evaluate();

    assertThat(product.contentEquals(Einkorn.einsum("ij,jk->ik", a, a.transpose()))).isTrue();
  }

  @Test
  void a_composition_may_be_deep() {
    LazyTensor one = Lazy.of(Tensor.scalar(1L));
    LazyTensor sum = one;
    for (int n = 0; n < 2_000; n++) {
      sum = sum.plus(one);
    }

    assertThat(sum.evaluate().getLong()).isEqualTo(2_001);
  }

  @Test
  void mistakes_are_reported_when_the_tensor_is_made() {
    LazyTensor a = Lazy.of(numbers(2, 3));

    assertThatThrownBy(() -> a.plus(Lazy.of(numbers(2, 4))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not broadcast");
    assertThatThrownBy(() -> Lazy.einsum("ij,jk->ik", a, a))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("EXTENT_MISMATCH");
  }

  @Test
  void a_leaf_evaluates_to_a_copy() {
    Tensor a = numbers(2, 3);

    Tensor copy = Lazy.of(a).evaluate();
    copy.set(100, 0, 0);

    assertThat(a.getDouble(0, 0)).isEqualTo(-3);
  }

  @Test
  void functions_are_mapped_over_elements() {
    Tensor a = Tensor.of(new double[] {0, 1, 4}, 3);

    assertThat(Lazy.of(a).map("sqrt(x) + 2*x").evaluate().toDoubleArray())
        .containsExactly(0, 3, 10);
    assertThat(Lazy.of(a).map("max(x, 1)").evaluate().toDoubleArray()).containsExactly(1, 1, 4);
  }

  @Test
  void an_expression_is_all_that_is_mapped() {
    LazyTensor a = Lazy.of(numbers(3));

    assertThatThrownBy(() -> a.map("x\nB[i] = 2")).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> a.map("y + 1")).isInstanceOf(CompileException.class);
  }

  @Test
  void axes_are_reduced() {
    LazyTensor a = Lazy.of(Tensor.of(new double[] {1, 5, 2, 4, 3, 6}, 2, 3));

    assertThat(a.sum(0).evaluate().toDoubleArray()).containsExactly(5, 8, 8);
    assertThat(a.max(1).evaluate().toDoubleArray()).containsExactly(5, 6);
    assertThat(a.min().evaluate().getDouble()).isEqualTo(1);
    assertThat(a.sum(1, 0).evaluate().getDouble()).isEqualTo(21);
    assertThatThrownBy(() -> a.sum(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("UNKNOWN_AXIS");
  }

  @Test
  void several_results_are_one_program() {
    LazyTensor product = Lazy.einsum("ik,kj->ij", numbers(3, 4), numbers(4, 5));
    LazyTensor squared = product.times(product);

    assertThat(Lazy.evaluate(product, squared, Lazy.of(numbers(2))))
        .satisfiesExactly(
            first -> assertThat(first.contentEquals(product.evaluate())).isTrue(),
            second -> assertThat(second.contentEquals(squared.evaluate())).isTrue(),
            third -> assertThat(third.contentEquals(numbers(2))).isTrue());
  }
}
