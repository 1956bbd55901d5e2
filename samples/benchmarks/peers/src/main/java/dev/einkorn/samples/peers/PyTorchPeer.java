package dev.einkorn.samples.peers;

import dev.einkorn.compiler.cli.bench.Peer;
import dev.einkorn.compiler.cli.bench.Problem;
import dev.einkorn.compiler.cli.bench.Workload;
import java.util.Optional;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * PyTorch (libtorch with OpenBLAS and oneDNN): {@code mm} and {@code bmm} for matrix products,
 * {@code einsum} for other einsum strings, and {@link TorchPrograms} for programs.
 */
public final class PyTorchPeer implements Peer {
  /** The one that is found. */
  public PyTorchPeer() {}

  @Override
  public String name() {
    return "pytorch";
  }

  @Override
  public Optional<Task> prepare(Problem problem, int threads) {
    torch.set_num_threads(threads);
    openblas_nolapack.blas_set_num_threads(threads);
    return expression(problem.workload()).map(expression -> new TorchTask(expression, problem));
  }

  private static Optional<TorchTask.Expression> expression(Workload workload) {
    return switch (workload.computation()) {
      case Workload.Computation.Program program -> TorchPrograms.of(program.text());
      case Workload.Computation.Einsum einsum ->
          Optional.of(
              GemmShape.of(workload)
                  .map(PyTorchPeer::product)
                  .orElseGet(() -> einsum(einsum.text())));
    };
  }

  /** A product of the stored matrices; {@link TorchTask} passes them as they are stored. */
  private static TorchTask.Expression product(GemmShape shape) {
    return new TorchTask.Expression() {
      @Override
      public boolean takesStorage() {
        return true;
      }

      @Override
      public Tensor first(Tensor... inputs) {
        return shape.batch() == 1
            ? torch.mm(left(inputs), right(inputs))
            : torch.bmm(left(inputs), right(inputs));
      }

      @Override
      public Tensor into(Tensor output, Tensor... inputs) {
        return shape.batch() == 1
            ? torch.mm_out(output, left(inputs), right(inputs))
            : torch.bmm_out(output, left(inputs), right(inputs));
      }

      private Tensor left(Tensor... inputs) {
        return matrix(
            inputs[shape.first()], shape.batch(), shape.m(), shape.k(), shape.transposeA());
      }

      private Tensor right(Tensor... inputs) {
        return matrix(
            inputs[1 - shape.first()], shape.batch(), shape.k(), shape.n(), shape.transposeB());
      }
    };
  }

  private static Tensor matrix(
      Tensor stored, long batch, long rows, long columns, boolean transposed) {
    if (batch == 1) {
      return transposed ? stored.view(columns, rows).t() : stored.view(rows, columns);
    }
    return transposed
        ? stored.view(batch, columns, rows).transpose(1, 2)
        : stored.view(batch, rows, columns);
  }

  private static TorchTask.Expression einsum(String text) {
    return inputs -> torch.einsum(text, new TensorVector(inputs));
  }
}
