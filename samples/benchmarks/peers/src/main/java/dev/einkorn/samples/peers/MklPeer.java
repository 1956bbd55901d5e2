package dev.einkorn.samples.peers;

import dev.einkorn.compiler.cli.bench.Peer;
import dev.einkorn.compiler.cli.bench.Problem;
import java.util.Optional;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;

/** oneMKL: matrix products, one call for a batch. */
public final class MklPeer implements Peer, BlasTask.Blas {
  private final int threads;

  /** The one that is found. */
  public MklPeer() {
    this(1);
  }

  private MklPeer(int threads) {
    this.threads = threads;
  }

  @Override
  public String name() {
    return "mkl";
  }

  @Override
  public Optional<Task> prepare(Problem problem, int threadCount) {
    return GemmShape.of(problem.workload())
        .map(shape -> new BlasTask(new MklPeer(threadCount), shape, problem));
  }

  @Override
  public void multiply(
      GemmShape shape, int opA, int opB, FloatPointer a, FloatPointer b, FloatPointer c) {
    useThreads();
    if (shape.isVector()) {
      GemmShape.Vector vector = shape.vector();
      FloatPointer matrix = vector.matrixFirst() ? a : b;
      FloatPointer factor = vector.matrixFirst() ? b : a;
      mkl_rt.cblas_sgemv(
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
      mkl_rt.cblas_sgemm(BlasTask.ROW_MAJOR, opA, opB, m, n, k, 1f, a, rowA, b, rowB, 0f, c, n);
    } else {
      mkl_rt.cblas_sgemm_batch_strided(
          BlasTask.ROW_MAJOR,
          opA,
          opB,
          m,
          n,
          k,
          1f,
          a,
          rowA,
          m * k,
          b,
          rowB,
          k * n,
          0f,
          c,
          n,
          m * n,
          shape.batch());
    }
  }

  @Override
  public void multiply(
      GemmShape shape, int opA, int opB, DoublePointer a, DoublePointer b, DoublePointer c) {
    useThreads();
    if (shape.isVector()) {
      GemmShape.Vector vector = shape.vector();
      DoublePointer matrix = vector.matrixFirst() ? a : b;
      DoublePointer factor = vector.matrixFirst() ? b : a;
      mkl_rt.cblas_dgemv(
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
      mkl_rt.cblas_dgemm(BlasTask.ROW_MAJOR, opA, opB, m, n, k, 1, a, rowA, b, rowB, 0, c, n);
    } else {
      mkl_rt.cblas_dgemm_batch_strided(
          BlasTask.ROW_MAJOR,
          opA,
          opB,
          m,
          n,
          k,
          1,
          a,
          rowA,
          m * k,
          b,
          rowB,
          k * n,
          0,
          c,
          n,
          m * n,
          shape.batch());
    }
  }

  /** Other libraries of the process change it, so it is set before every call. */
  private void useThreads() {
    mkl_rt.MKL_Set_Dynamic(0);
    mkl_rt.MKL_Set_Num_Threads_Local(threads);
  }
}
