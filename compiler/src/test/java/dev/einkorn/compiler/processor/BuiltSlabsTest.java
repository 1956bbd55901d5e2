package dev.einkorn.compiler.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps that run slab by slab in kernels written at build time. */
class BuiltSlabsTest {
  private static final String SOFTMAX =
      "m[r] = max[c](X[r,c]); z[r,c] = exp(X[r,c] - m[r]); s[r] = sum[c](z[r,c]);"
          + " P[r,c] = z[r,c] / s[r]";

  private static final String CHAIN =
      "a[i,j] = max[k](X[i,k] * W[k,j]); b[i,j] = max[k](a[i,k] * W[k,j]);"
          + " q[l] = sum[i](b[i,l]); y[i,l] = b[i,l] + q[l]";

  /** Strict rounding, so that every bit is that of the interpreter. */
  private static final String MEMBERS =
      """
      @TensorKernel(value = "%s", rounding = Rounding.STRICT)
      @Extents("r=2048,c=2048")
      Tensor softmax(Tensor X);

      @TensorKernel(value = "%s", rounding = Rounding.STRICT)
      @Extents("i=100000,k=64")
      Tensor chain(Tensor X, Tensor W);
      """
          .formatted(SOFTMAX, CHAIN);

  /** One generated class for all tests of this file. */
  private static final class Shared {
    static final Built BUILT = Built.of(MEMBERS);
  }

  private static Tensor draw(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    var random = new Random(shape.length * 31L + shape[0]);
    float[] values = tensor.floatArray();
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextInt(7) - 3;
    }
    return tensor;
  }

  private static Tensor offHeap(Tensor tensor) {
    long bytes = tensor.elementCount() * tensor.elementType().byteSize();
    Tensor copy = Tensor.of(tensor.elementType(), Arena.ofAuto().allocate(bytes), tensor.shape());
    copy.copyFrom(tensor);
    return copy;
  }

  static Stream<Arguments> layouts() {
    return Stream.of(
        Arguments.of("contiguous", (UnaryOperator<Tensor>) tensor -> tensor),
        Arguments.of(
            "permuted", (UnaryOperator<Tensor>) tensor -> tensor.transpose().copy().transpose()),
        Arguments.of("off-heap", (UnaryOperator<Tensor>) BuiltSlabsTest::offHeap));
  }

  private static Tensor interpreted(String program, Map<String, Tensor> inputs) {
    return Einkorn.builder().backend(Backend.REFERENCE).build().run(program, inputs);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void keepEveryBitWhateverTheSizes(String name, UnaryOperator<Tensor> layout) {
    for (int rows : new int[] {1, 2, 63, 200, 700}) {
      Tensor x = layout.apply(draw(rows, 40));
      Tensor found = (Tensor) Shared.BUILT.call("softmax", x);
      assertThat(found.contentEquals(interpreted(SOFTMAX, Map.of("X", x))))
          .as("%s rows", rows)
          .isTrue();
    }
    assertThat(((Tensor) Shared.BUILT.call("softmax", draw(0, 5))).elementCount()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void standBesideStagesThatAreNotCut(String name, UnaryOperator<Tensor> layout) {
    for (int rows : new int[] {1, 130, 3000}) {
      Tensor x = layout.apply(draw(rows, 8));
      Tensor w = layout.apply(draw(8, 8));
      Tensor found = (Tensor) Shared.BUILT.call("chain", x, w);
      assertThat(found.contentEquals(interpreted(CHAIN, Map.of("X", x, "W", w))))
          .as("%s rows", rows)
          .isTrue();
    }
  }

  @Test
  void areWrittenOutInTheSource() {
    String source = Built.generated(List.of(), MEMBERS);
    assertThat(source)
        .contains("slabs of 64 along r, steps 1 to 3")
        .contains("private static final class SoftmaxContiguousSlabs implements Kernel {")
        .contains("for (long slab = worker.begin(slabs); slab < worker.end(slabs); slab++) {")
        .contains("operands[0].slice(0, from, to)")
        .contains("private static final class ChainContiguousPart2Stage implements Kernel {");
  }

  @Test
  void serveMemoryBudgets() {
    Built built =
        Built.of(
            """
            @TensorKernel(value = "%s", rounding = Rounding.STRICT, memoryBudget = 20000)
            @Extents("r=256,c=256")
            Tensor softmax(Tensor X);
            """
                .formatted(SOFTMAX));
    Tensor x = draw(300, 100);
    Tensor found = (Tensor) built.call("softmax", x);
    assertThat(found.contentEquals(interpreted(SOFTMAX, Map.of("X", x)))).isTrue();
    assertThatThrownBy(() -> built.call("softmax", draw(4, 100_000)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("MEMORY_BUDGET: the budget of this kernel is 20000 bytes");
  }
}
