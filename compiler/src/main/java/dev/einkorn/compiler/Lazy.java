package dev.einkorn.compiler;

import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Composes tensor expressions step by step without computing anything; {@link LazyTensor#evaluate}
 * then compiles the whole as one program, so intermediates need not exist.
 *
 * {@snippet lang=java :
 * LazyTensor c = Lazy.einsum("i,jk->ijk", b, a);
 * LazyTensor c2 = Lazy.einsum("j,ik->ijk", y, z);
 * Tensor e = Lazy.einsum("ijk,ikj->k", c.plus(c2), c.plus(c2)).evaluate();
 * }
 */
public final class Lazy {
  private Lazy() {}

  /**
   * A tensor as the leaf of a composition; its elements are read when the composition is evaluated.
   */
  public static LazyTensor of(Tensor tensor) {
    return LazyTensor.leaf(tensor);
  }

  /**
   * An einsum of tensors.
   *
   * @throws CompileException if the subscripts are malformed or do not fit the operands
   */
  public static LazyTensor einsum(String subscripts, Tensor... operands) {
    return LazyTensor.einsum(subscripts, Arrays.stream(operands).map(Lazy::of).toList());
  }

  /**
   * An einsum of compositions.
   *
   * @throws CompileException if the subscripts are malformed or do not fit the operands
   */
  public static LazyTensor einsum(String subscripts, LazyTensor... operands) {
    return LazyTensor.einsum(subscripts, List.of(operands));
  }

  /**
   * Computes several compositions by one program: what they have in common is computed once.
   *
   * {@snippet lang=java :
   * LazyTensor product = Lazy.einsum("ik,kj->ij", a, b);
   * List<Tensor> both = Lazy.evaluate(product.sum(0), product.sum(1));
   * }
   *
   * @return a new row-major tensor for each, in their order
   */
  public static List<Tensor> evaluate(LazyTensor... results) {
    return LazyTensor.evaluate(List.of(results));
  }
}
