package dev.einkorn.compiler.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import dev.einkorn.runtime.kernel.KernelVariants;
import dev.einkorn.runtime.simd.SimdSupport;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vector kernels of every width compute the bits of the scalar ones. */
class VariantBitsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "c[k] = A[i,k] * B[i,k]",
        "C[i,j] = A[i,k] * B[j,k]",
        "t[i,j] = A[i,k] * B[j,k]; c[i,j] = exp(t[i,j]) / sum[l](exp(t[i,l]))"
      })
  void areThoseOfScalarKernels(String program) {
    Built built =
        Built.of(
            List.of("--add-modules", "jdk.incubator.vector", "-Aeinkorn.simd=128,256,512"),
            "@TensorKernel(\"%s\") Tensor work(Tensor A, Tensor B);\n".formatted(program));
    KernelVariants variants = built.variants("WorkVariants");
    int compared = 0;
    for (int variant = 0; variant < variants.count(); variant++) {
      for (int bits : variants.widths(variant)) {
        if (bits <= SimdSupport.detect().bits()) {
          Tensor[] scalar = run(variants, variant, 0);
          Tensor[] vectors = run(variants, variant, bits);
          for (int output : variants.outputs()) {
            assertThat(vectors[output].contentEquals(scalar[output]))
                .as("variant %s, %s bits of %s", variant, bits, program)
                .isTrue();
            compared++;
          }
        }
      }
    }
    assertThat(compared).isEqualTo(SimdSupport.detect().available() ? compared : 0);
  }

  private static Tensor[] run(KernelVariants variants, int variant, int bits) {
    Tensor[] operands = variants.scratch(variant);
    var random = new Random(5);
    for (Tensor operand : operands) {
      Tensor dense = Tensor.zeros(ElementType.F32, operand.shape());
      float[] values = dense.floatArray();
      for (int n = 0; n < values.length; n++) {
        values[n] = random.nextFloat() - 0.5f;
      }
      operand.copyFrom(dense);
    }
    for (Kernel kernel : variants.kernels(variant, bits)) {
      kernel.run(operands, variants.scratchSizes(variant), Worker.solo());
    }
    return operands;
  }
}
