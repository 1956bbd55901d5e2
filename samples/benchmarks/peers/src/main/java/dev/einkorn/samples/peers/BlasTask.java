package dev.einkorn.samples.peers;

import dev.einkorn.compiler.cli.bench.Peer;
import dev.einkorn.compiler.cli.bench.Problem;
import dev.einkorn.compiler.cli.bench.Workload;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** A matrix product, or a batch of them, by calls of a BLAS. */
final class BlasTask implements Peer.Task {
  /** Row-major storage, plain and transposed operands, as the C interface of BLAS numbers them. */
  static final int ROW_MAJOR = 101;

  static final int PLAIN = 111;
  static final int TRANSPOSED = 112;

  /** The calls of a library; {@code batch} products that follow each other in memory. */
  interface Blas {
    /** Single precision. */
    void multiply(
        GemmShape shape, int opA, int opB, FloatPointer a, FloatPointer b, FloatPointer c);

    /** Double precision. */
    void multiply(
        GemmShape shape, int opA, int opB, DoublePointer a, DoublePointer b, DoublePointer c);
  }

  private final Blas blas;
  private final GemmShape shape;
  private final Pointer a;
  private final Pointer b;
  private final Pointer c;
  private final long[] outputShape;

  BlasTask(Blas blas, GemmShape shape, Problem problem) {
    this.blas = blas;
    this.shape = shape;
    Workload workload = problem.workload();
    a = OffHeap.copy(problem, shape.first());
    b = OffHeap.copy(problem, 1 - shape.first());
    c = OffHeap.allocate(workload.type(), count());
    var einsum = (Workload.Computation.Einsum) workload.computation();
    outputShape = einsum.output().stream().mapToLong(workload::size).toArray();
    if (workload.type() != ElementType.F32 && workload.type() != ElementType.F64) {
      throw new IllegalArgumentException("no products of " + workload.type());
    }
  }

  private long count() {
    return (long) shape.batch() * shape.m() * shape.n();
  }

  @Override
  public void run() {
    int opA = shape.transposeA() ? TRANSPOSED : PLAIN;
    int opB = shape.transposeB() ? TRANSPOSED : PLAIN;
    if (a instanceof FloatPointer left) {
      blas.multiply(shape, opA, opB, left, (FloatPointer) b, (FloatPointer) c);
    } else {
      blas.multiply(shape, opA, opB, (DoublePointer) a, (DoublePointer) b, (DoublePointer) c);
    }
  }

  @Override
  public Tensor result() {
    return OffHeap.tensor(c, count(), outputShape);
  }

  @Override
  public void close() {
    a.close();
    b.close();
    c.close();
  }
}
