package dev.einkorn.samples.quickstart;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Lazy;
import dev.einkorn.compiler.LazyTensor;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.Random;

/** The three founding questions, and gathers, through the run-time door. */
public final class Quickstart {
  private Quickstart() {}

  /** Prints the answers and the plan of the last question. */
  public static void main(String[] arguments) {
    var random = new Random(1);
    Tensor a = normal(random, 40, 30);
    Tensor b = normal(random, 40, 30);
    System.out.println("a) " + columnDots(a, b));

    Tensor e =
        lazySums(
            normal(random, 50), normal(random, 40, 40), normal(random, 40), normal(random, 50, 40));
    System.out.println("b) " + e);

    CompiledProgram pairwise = Einkorn.compile("E[n,k,d] = A[n,h,d] * B[k,h,d]");
    // Any strides: here A is stored with its first two axes exchanged, and no copy is made of it.
    Map<String, Tensor> inputs =
        Map.of("A", normal(random, 8, 10, 16).permute(1, 0, 2), "B", normal(random, 12, 8, 16));
    System.out.println("c) " + pairwise.call(inputs).get("E"));
    System.out.println(pairwise.plan(inputs).explain());

    Tensor tokens = Tensor.of(new int[] {7, 0, 7, 3}, 4);
    System.out.println("embeddings: " + embeddingLookup(normal(random, 100, 16), tokens));
    Tensor order = Tensor.of(new int[] {2, 0, 1}, 3);
    System.out.println("permutation: " + permutation(normal(random, 3, 3), order));
  }

  /**
   * Question a: multiplies two tensors and sums along the first axis, without storing the product.
   */
  static Tensor columnDots(Tensor a, Tensor b) {
    return Einkorn.einsum("ik,ik->k", a, b);
  }

  /** Question b: a lazy composition with sums in it, whose intermediates never exist. */
  static Tensor lazySums(Tensor b, Tensor a, Tensor y, Tensor z) {
    LazyTensor c = Lazy.einsum("i,jk->ijk", b, a);
    LazyTensor c2 = Lazy.einsum("j,ik->ijk", y, z);
    return Lazy.einsum("ijk,ikj->k", c.plus(c2), c.plus(c2)).evaluate();
  }

  /** A gather: the row of a table for each token, {@code f64[tokens, features]}. */
  static Tensor embeddingLookup(Tensor table, Tensor tokens) {
    return Einkorn.evaluate("O[t,d] = T[w[t],d]", Map.of("T", table, "w", tokens));
  }

  /** A gather: the rows and columns of a matrix, both in another order. */
  static Tensor permutation(Tensor matrix, Tensor order) {
    return Einkorn.evaluate("B[i,j] = A[p[i],p[j]]", Map.of("A", matrix, "p", order));
  }

  private static Tensor normal(Random random, long... shape) {
    long count = 1;
    for (long extent : shape) {
      count *= extent;
    }
    return Tensor.of(random.doubles(count, -1, 1).toArray(), shape);
  }
}
