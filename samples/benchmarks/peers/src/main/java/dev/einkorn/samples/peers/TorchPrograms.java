package dev.einkorn.samples.peers;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Programs of the workload files as a user of PyTorch would write them. */
final class TorchPrograms {
  private static final Map<String, TorchTask.Expression> EXPRESSIONS =
      Map.of(
          "m[r]=max[c](x[r,c]);z[r,c]=exp(x[r,c]-m[r]);s[r]=sum[c](z[r,c]);p[r,c]=z[r,c]/s[r]",
          inputs -> torch.softmax(inputs[0], 1),
          "d[n,m]=sum[d]((a[n,d]-b[m,d])^2)",
          inputs -> squaredDistance(inputs[0], inputs[1]),
          "o[n,f,y,x]=sum[c,r,s](x[n,c,y+r,x+s]*k[f,c,r,s])",
          inputs -> torch.conv2d(inputs[0], inputs[1]),
          "t[k,j,i]=a[i,j,k]",
          new Transposition(2, 1, 0),
          "t[j,i]=a[i,j]",
          new Transposition(1, 0),
          "y[i]=tanh(a[i]*x[i]+b[i])*sigmoid(x[i])",
          inputs -> chain(inputs[0], inputs[1], inputs[2]),
          "r[i]=sqrt(sum[j](a[i,j]*a[i,j]))",
          inputs -> rowNorm(inputs[0]),
          "s=sum[i,j](a[i,j])",
          inputs -> torch.sum(inputs[0]),
          "o[y,x]=clamp(u[y-1,x])+clamp(u[y+1,x])+clamp(u[y,x-1])+clamp(u[y,x+1])-4*u[y,x]",
          inputs -> stencil(inputs[0]),
          "d[i,j]=a[i,k]*b[k,j]+a[i,k]*c[k,j]",
          inputs -> torch.mm(inputs[0], inputs[1].add(inputs[2])));

  private TorchPrograms() {}

  /** The expression for a program, if it is one of those known. */
  static Optional<TorchTask.Expression> of(String program) {
    String key = program.strip().replace('\n', ';').replace(" ", "").toLowerCase(Locale.ROOT);
    return EXPRESSIONS.entrySet().stream()
        .filter(entry -> entry.getKey().equals(key))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Axes in another order, copied. */
  private static final class Transposition implements TorchTask.Expression {
    private final long[] axes;

    Transposition(long... axes) {
      this.axes = axes;
    }

    @Override
    public Tensor first(Tensor... inputs) {
      return inputs[0].permute(axes).contiguous();
    }

    @Override
    public Tensor into(Tensor output, Tensor... inputs) {
      return output.copy_(inputs[0].permute(axes));
    }
  }

  /** Expanded, as is usual, because it is a matrix product then. */
  private static Tensor squaredDistance(Tensor a, Tensor b) {
    Tensor squares =
        torch.sum(a.square(), 1).unsqueeze(1).add(torch.sum(b.square(), 1).unsqueeze(0));
    return torch.addmm(squares, a, b.t(), new Scalar(1.0), new Scalar(-2.0));
  }

  // In place where a user who cares for speed would do so.
  private static Tensor chain(Tensor a, Tensor x, Tensor b) {
    Tensor left = torch.addcmul(b, a, x);
    left.tanh_();
    left.mul_(x.sigmoid());
    return left;
  }

  private static Tensor rowNorm(Tensor a) {
    return a.norm(new org.bytedeco.pytorch.ScalarOptional(new Scalar(2.0)), 1L);
  }

  private static Tensor stencil(Tensor u) {
    long rows = u.size(0);
    long columns = u.size(1);
    Tensor padded =
        torch.replication_pad2d(u.unsqueeze(0).unsqueeze(0), 1, 1, 1, 1).select(0, 0).select(0, 0);
    Tensor inner = padded.narrow(1, 1, columns);
    Tensor middle = padded.narrow(0, 1, rows);
    Tensor sum = inner.narrow(0, 0, rows).add(inner.narrow(0, 2, rows));
    sum.add_(middle.narrow(1, 0, columns));
    sum.add_(middle.narrow(1, 2, columns));
    sum.sub_(u, new Scalar(4.0));
    return sum;
  }
}
