package dev.einkorn.compiler.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BuiltKernelsTest {
  private static final String QUESTION_B =
      "C[i,j,k] = B[i]*A[j,k]; C2[i,j,k] = Y[j]*Z[i,k];"
          + " E[k] = (C[i,j,k]+C2[i,j,k])*(C[i,k,j]+C2[i,k,j])";

  private static final Einkorn REFERENCE = Einkorn.builder().backend(Backend.REFERENCE).build();

  /** One generated class for all tests of this file. */
  private static final class Shared {
    static final Built BUILT =
        Built.of(
            """
            @TensorKernel("c[k] = A[i,k] * B[i,k]")
            Tensor dots(Tensor A, Tensor B);

            @TensorKernel("%s")
            @Extents("i=64,j=64,k=64")
            void composed(Tensor B, Tensor A, Tensor Y, Tensor Z, @Output Tensor E);

            @TensorKernel("E[n,k,d] = A[n,h,d] * B[k,h,d]")
            @Extents("n=48,h=32,d=64,k=48")
            void pairwise(Tensor A, Tensor B, @Output Tensor E);

            @TensorKernel("C[i,j] += A[i,k] * B[k,j]")
            void accumulate(Tensor A, Tensor B, @Output Tensor C);

            @TensorKernel("C[i,j] += A[i,k] * B[k,j]")
            Tensor accumulated(Tensor A, Tensor B, Tensor C);

            @TensorKernel("y[i] = a * A[i,k] * x[k]")
            void gemv(
                double a,
                @Shape("i,k") double[] A,
                @Shape("k") double[] x,
                @Output @Shape("i") double[] y);

            @TensorKernel("y[i] = a * X[i]")
            int[] ints(int a, @Shape("i") int[] X);

            @TensorKernel("y[i] = X[i] + b")
            long[] longs(@Shape("i") long[] X, long b);

            @TensorKernel("y[i] = X[i] / c")
            float[] floats(@Shape("i") float[] X, float c);

            @TensorKernel("O[x] = I[x+r] * K[r]; s = O[x] * O[x]")
            float energy(Tensor I, Tensor K);

            @TensorKernel("D[x] = I[x+1] - I[x] where x < 4")
            Tensor difference(Tensor I);

            @TensorKernel("s[i] = sum[k](A[i,k])")
            float[] rows(@Shape("i,k") MemorySegment A, int i);

            @TensorKernel(value = "t[i,j] = A[i,j] * A[i,j]", type = ElementType.I64)
            Tensor squares(Tensor A);

            @TensorKernel("(idx: i64[k], T: f32[n,j]) -> (O)\\nO[k,j] = T[idx[k],j]")
            Tensor gather(Tensor idx, Tensor T);

            @TensorKernel("P[i,j] = exp(S[i,j]) / sum[l](exp(S[i,l]))")
            Tensor softmax(Tensor S);
            """
                .formatted(QUESTION_B));
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

  private static Tensor reversedAxes(Tensor tensor) {
    return tensor.transpose().copy().transpose();
  }

  private static Tensor everySecond(Tensor tensor) {
    long[] shape = tensor.shape();
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = 2 * shape[axis];
    }
    Tensor large = Tensor.zeros(tensor.elementType(), shape);
    Tensor view = large;
    for (int axis = 0; axis < shape.length; axis++) {
      view = shape[axis] == 0 ? view : view.slice(axis, shape[axis] - 1, 0, -2);
    }
    view.copyFrom(tensor);
    return view;
  }

  private static Tensor offHeap(Tensor tensor) {
    long bytes = tensor.elementCount() * tensor.elementType().byteSize();
    Tensor copy =
        Tensor.of(
            tensor.elementType(),
            Arena.ofAuto().allocate(Math.max(1, bytes)).asSlice(0, bytes),
            tensor.shape());
    copy.copyFrom(tensor);
    return copy;
  }

  static Stream<Arguments> layouts() {
    return Stream.of(
        Arguments.of("contiguous", (UnaryOperator<Tensor>) tensor -> tensor),
        Arguments.of("permuted", (UnaryOperator<Tensor>) BuiltKernelsTest::reversedAxes),
        Arguments.of("strided", (UnaryOperator<Tensor>) BuiltKernelsTest::everySecond),
        Arguments.of("off-heap", (UnaryOperator<Tensor>) BuiltKernelsTest::offHeap));
  }

  private static void compare(Tensor found, String program, Map<String, Tensor> inputs) {
    Tensor expected = REFERENCE.run(program, inputs);
    assertThat(found.contentEquals(expected)).as("%s%n%s%n%s", program, found, expected).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void columnDotsOfAnyStrides(String name, UnaryOperator<Tensor> layout) {
    for (int size : new int[] {0, 1, 2, 17, 70}) {
      Tensor a = layout.apply(draw(size + 1, size));
      Tensor b = layout.apply(draw(size + 1, size));
      Tensor c = (Tensor) Shared.BUILT.call("dots", a, b);
      compare(c, "c[k] = A[i,k] * B[i,k]", Map.of("A", a, "B", b));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void composedSumsOfAnyStrides(String name, UnaryOperator<Tensor> layout) {
    for (int n : new int[] {1, 5, 33}) {
      Tensor a = layout.apply(draw(n, n));
      Tensor b = layout.apply(draw(n + 2));
      Tensor y = layout.apply(draw(n));
      Tensor z = layout.apply(draw(n + 2, n));
      Tensor e = layout.apply(draw(n));
      Shared.BUILT.call("composed", b, a, y, z, e);
      compare(e, QUESTION_B, Map.of("A", a, "B", b, "Y", y, "Z", z));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void pairwiseProductsOfAnyStrides(String name, UnaryOperator<Tensor> layout) {
    for (int n : new int[] {1, 3, 20}) {
      Tensor a = layout.apply(draw(n, 5, n + 1));
      Tensor b = layout.apply(draw(n + 2, 5, n + 1));
      Tensor e = layout.apply(draw(n, n + 2, n + 1));
      Shared.BUILT.call("pairwise", a, b, e);
      compare(e, "E[n,k,d] = A[n,h,d] * B[k,h,d]", Map.of("A", a, "B", b));
    }
  }

  @Test
  void broadcastAndMixedInputsAreRight() {
    Tensor a = draw(1, 9).broadcastTo(6, 9);
    Tensor b = offHeap(draw(6, 9));
    compare(
        (Tensor) Shared.BUILT.call("dots", a, b), "c[k] = A[i,k] * B[i,k]", Map.of("A", a, "B", b));
  }

  @Test
  void anOutputMayOverlapAnInput() {
    Tensor a = draw(8, 8);
    Tensor b = draw(8, 8);
    Tensor before = a.copy();
    Tensor product = draw(8, 8);
    Tensor start = product.copy();
    Shared.BUILT.call("accumulate", a, b, product);
    Tensor expected = start.copy();
    Einkorn.compile("C[i,j] += A[i,k] * B[k,j]")
        .call(Map.of("A", a, "B", b), Map.of("C", expected));
    assertThat(product.contentEquals(expected)).isTrue();
    Tensor own = a.copy();
    Shared.BUILT.call("accumulate", own, b, own);
    Tensor twice = before.copy();
    Einkorn.compile("C[i,j] += A[i,k] * B[k,j]")
        .call(Map.of("A", before, "B", b), Map.of("C", twice));
    assertThat(own.contentEquals(twice)).isTrue();
  }

  @Test
  void whatIsAccumulatedAndReturnedIsNew() {
    Tensor a = draw(3, 4);
    Tensor b = draw(4, 5);
    Tensor c = draw(3, 5);
    Tensor before = c.copy();
    Tensor result = (Tensor) Shared.BUILT.call("accumulated", a, b, c);
    assertThat(c.contentEquals(before)).isTrue();
    compare(result, "R[i,j] = A[i,k] * B[k,j] + C[i,j]", Map.of("A", a, "B", b, "C", c));
  }

  @Test
  void arraysNumbersAndSegmentsArePassedAsTheyAre() {
    double[] y = new double[2];
    Shared.BUILT.call("gemv", 2.0, new double[] {1, 2, 3, 4, 5, 6}, new double[] {1, 0, 1}, y);
    assertThat(y).containsExactly(8, 20);
    assertThat((int[]) Shared.BUILT.call("ints", -3, new int[] {1, 2})).containsExactly(-3, -6);
    assertThat((long[]) Shared.BUILT.call("longs", new long[] {1, 1L << 40}, 1L << 33))
        .containsExactly((1L << 33) + 1, (1L << 40) + (1L << 33));
    assertThat((float[]) Shared.BUILT.call("floats", new float[] {1, 3}, 2f))
        .containsExactly(0.5f, 1.5f);
    MemorySegment segment = MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6});
    assertThat((float[]) Shared.BUILT.call("rows", segment, 3)).containsExactly(3, 7, 11);
    Tensor image = Tensor.of(new float[] {1, 2, 3, 4}, 4);
    Tensor kernel = Tensor.of(new float[] {1, -1}, 2);
    assertThat((float) Shared.BUILT.call("energy", image, kernel)).isEqualTo(3f);
  }

  @Test
  void otherElementTypesAndGathersWork() {
    Tensor a = Tensor.of(new long[] {1, 2, 3, 4}, 2, 2);
    assertThat(((Tensor) Shared.BUILT.call("squares", a)).toLongArray())
        .containsExactly(1, 4, 9, 16);
    Tensor table = draw(4, 3);
    Tensor index = Tensor.of(new long[] {3, 0}, 2);
    compare(
        (Tensor) Shared.BUILT.call("gather", index, table),
        "O[k,j] = T[idx[k],j]",
        Map.of("T", table, "idx", index));
    assertThatThrownBy(() -> Shared.BUILT.call("gather", Tensor.of(new long[] {9, 0}, 2), table))
        .isInstanceOf(KernelException.class);
    Tensor s = draw(5, 40);
    Tensor p = (Tensor) Shared.BUILT.call("softmax", s);
    assertThat(p.getDouble(2, 7))
        .isCloseTo(
            REFERENCE
                .run("P[i,j] = exp(S[i,j]) / sum[l](exp(S[i,l]))", Map.of("S", s))
                .getDouble(2, 7),
            org.assertj.core.data.Offset.offset(1e-6));
  }

  @Test
  void wrongArgumentsAreRefusedWithBothSides() {
    assertThatThrownBy(() -> Shared.BUILT.call("dots", draw(2, 3), draw(2, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("EXTENT_MISMATCH: k is 3 at axis 1 of A, but 4 at axis 1 of B");
    assertThatThrownBy(() -> Shared.BUILT.call("dots", draw(2, 3), draw(2)))
        .hasMessage(
            "RANK_MISMATCH: B has 2 axes in the program, but the tensor passed for it is f32[2]");
    assertThatThrownBy(
            () -> Shared.BUILT.call("dots", draw(2, 3), draw(2, 3).cast(ElementType.F64)))
        .hasMessage(
            "TYPE_MISMATCH: B is f32 in the program, but the tensor passed for it is f64[2,3]");
    assertThatThrownBy(
            () -> Shared.BUILT.call("pairwise", draw(2, 3, 4), draw(5, 3, 4), draw(2, 5, 5)))
        .hasMessage(
            "OUTPUT_MISMATCH: output E is f32[2,5,4] in the program, but the tensor passed for it"
                + " is f32[2,5,5]");
    assertThatThrownBy(() -> Shared.BUILT.call("difference", draw(4)))
        .isInstanceOf(KernelException.class)
        .hasMessage("position 4 is outside of axis 0 of I, of extent 4, in I[x + 1]");
    assertThatThrownBy(
            () -> Shared.BUILT.call("gemv", 2.0, new double[5], new double[3], new double[2]))
        .hasMessage("EXTENT_MISMATCH: A has 5 elements, but its shape [2,3] has 6");
  }
}
