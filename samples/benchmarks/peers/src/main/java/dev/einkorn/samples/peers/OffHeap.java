package dev.einkorn.samples.peers;

import dev.einkorn.compiler.cli.bench.Problem;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Copies of data outside of the Java heap. */
final class OffHeap {
  private OffHeap() {}

  /** The data of an operand in its storage order. */
  static Pointer copy(Problem problem, int operand) {
    Tensor tensor =
        problem.inputs().sequencedValues().stream().skip(operand).findFirst().orElseThrow();
    // An operand's storage is one array, drawn for it.
    return tensor.elementType() == ElementType.F32
        ? new FloatPointer(tensor.floatArray())
        : new DoublePointer(tensor.doubleArray());
  }

  /** Room for elements. */
  static Pointer allocate(ElementType type, long count) {
    return type == ElementType.F32 ? new FloatPointer(count) : new DoublePointer(count);
  }

  /** Elements as a row-major tensor. */
  static Tensor tensor(Pointer elements, long count, long... shape) {
    if (elements instanceof FloatPointer floats) {
      float[] data = new float[Math.toIntExact(count)];
      floats.get(data);
      return Tensor.of(data, shape);
    }
    double[] data = new double[Math.toIntExact(count)];
    ((DoublePointer) elements).get(data);
    return Tensor.of(data, shape);
  }
}
