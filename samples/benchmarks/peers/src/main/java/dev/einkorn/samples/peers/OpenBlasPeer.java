package dev.einkorn.samples.peers;

import dev.einkorn.compiler.cli.bench.Peer;
import dev.einkorn.compiler.cli.bench.Problem;
import java.util.Optional;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/** OpenBLAS: matrix products, one call for each of a batch. */
public final class OpenBlasPeer implements Peer, BlasTask.Blas {
  /** The one that is found. */
  public OpenBlasPeer() {}

  @Override
  public String name() {
    return "openblas";
  }

  @Override
  public Optional<Task> prepare(Problem problem, int threads) {
    openblas_nolapack.blas_set_num_threads(threads);
    return GemmShape.of(problem.workload()).map(shape -> new BlasTask(this, shape, problem));
  }

  @Override
  public void multiply(
      GemmShape shape, int opA, int opB, FloatPointer a, FloatPointer b, FloatPointer c) {
    if (shape.isVector()) {
      GemmShape.Vector vector = shape.vector();
      FloatPointer matrix = vector.matrixFirst() ? a : b;
      FloatPointer factor = vector.matrixFirst() ? b : a;
      openblas_nolapack.cblas_sgemv(
          BlasTask.ROW_MAJOR,
          vector.transposed() ? BlasTask.TRANSPOSED : BlasTask.PLAIN,
          vector.rows(),
          vector.columns(),
          1f,
          matrix,
          vector.columns(),
          factor,
          1,
          0f,
          c,
          1);
      return;
    }
    int m = shape.m();
    int n = shape.n();
    int k = shape.k();
    int rowA = shape.rowA();
    int rowB = shape.rowB();
    if (shape.batch() == 1) {
      openblas_nolapack.cblas_sgemm(
          BlasTask.ROW_MAJOR, opA, opB, m, n, k, 1f, a, rowA, b, rowB, 0f, c, n);
      return;
    }
    // Moved along the batch; the library has no call for it.
    try (var left = new FloatPointer(a);
        var right = new FloatPointer(b);
        var out = new FloatPointer(c)) {
      for (long product = 0; product < shape.batch(); product++) {
        left.position(product * m * k);
        right.position(product * k * n);
        out.position(product * m * n);
        openblas_nolapack.cblas_sgemm(
            BlasTask.ROW_MAJOR, opA, opB, m, n, k, 1f, left, rowA, right, rowB, 0f, out, n);
      }
    }
  }

  @Override
  public void multiply(
      GemmShape shape, int opA, int opB, DoublePointer a, DoublePointer b, DoublePointer c) {
    if (shape.isVector()) {
      GemmShape.Vector vector = shape.vector();
      DoublePointer matrix = vector.matrixFirst() ? a : b;
      DoublePointer factor = vector.matrixFirst() ? b : a;
      openblas_nolapack.cblas_dgemv(
          BlasTask.ROW_MAJOR,
          vector.transposed() ? BlasTask.TRANSPOSED : BlasTask.PLAIN,
          vector.rows(),
          vector.columns(),
          1,
          matrix,
          vector.columns(),
          factor,
          1,
          0,
          c,
          1);
      return;
    }
    int m = shape.m();
    int n = shape.n();
    int k = shape.k();
    int rowA = shape.rowA();
    int rowB = shape.rowB();
    if (shape.batch() == 1) {
      openblas_nolapack.cblas_dgemm(
          BlasTask.ROW_MAJOR, opA, opB, m, n, k, 1, a, rowA, b, rowB, 0, c, n);
      return;
    }
    // Moved along the batch; the library has no call for it.
    try (var left = new DoublePointer(a);
        var right = new DoublePointer(b);
        var out = new DoublePointer(c)) {
      for (long product = 0; product < shape.batch(); product++) {
        left.position(product * m * k);
        right.position(product * k * n);
        out.position(product * m * n);
        openblas_nolapack.cblas_dgemm(
            BlasTask.ROW_MAJOR, opA, opB, m, n, k, 1, left, rowA, right, rowB, 0, out, n);
      }
    }
  }
}
