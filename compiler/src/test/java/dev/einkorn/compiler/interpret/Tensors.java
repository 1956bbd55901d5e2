package dev.einkorn.compiler.interpret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.Objects;

/** Evaluates verified programs and compares tensors, for the tests of this package. */
final class Tensors {
  private Tensors() {}

  static Tensor evaluate(IndexProgram program, String output, Map<String, Tensor> inputs) {
    IndexVerifier.check(program, "test");
    return Objects.requireNonNull(ReferenceInterpreter.evaluate(program, inputs).get(output));
  }

  static KernelException failureOf(IndexProgram program, Map<String, Tensor> inputs) {
    IndexVerifier.check(program, "test");
    try {
      ReferenceInterpreter.evaluate(program, inputs);
    } catch (KernelException e) {
      return e;
    }
    throw new AssertionError("no failure");
  }

  static void assertSame(Tensor found, Tensor expected) {
    assertThat(found.contentEquals(expected)).as("%s is %s", found, expected).isTrue();
  }

  static Tensor vector(float... values) {
    return Tensor.of(values, values.length);
  }

  /** The numbers 1, 2, 3 ... */
  static Tensor counting(int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int n = 0; n < values.length; n++) {
      values[n] = n + 1;
    }
    return Tensor.of(values, rows, columns);
  }
}
