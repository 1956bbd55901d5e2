package dev.einkorn.compiler.optimize.rule;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Stores the partial sums of chunks of one index, which workers can share out, and adds them up in
 * their order.
 *
 * {@snippet lang=text :
 * C[m,n] = sum[k](A[m,k] * B[k,n])   =>   t1[c,m,n] = sum[k](A[m, 2048*c + k] * B[2048*c + k, n])
 *                                         C[m,n]    = sum[c](t1[c,m,n])
 * }
 *
 * <p>What is left over beyond whole chunks is a third sum of the same kind. Applies to a sum that
 * cannot fail, reads inside of its bounds, and has neither sums nor positions as numbers inside.
 */
public final class SplitSum {
  private final IndexExpr.Reduction sum;
  private final IndexBinding along;
  private final List<IndexBinding> kept;
  private final Supplier<String> unusedTensor;

  /**
   * A sum over more than one position of an index.
   *
   * @param along one of the bindings of the sum
   * @param kept the variables that the sum depends on
   * @param unusedTensor gives names for temporaries, each once
   */
  public SplitSum(
      IndexExpr.Reduction sum,
      IndexBinding along,
      List<IndexBinding> kept,
      Supplier<String> unusedTensor) {
    this.sum = sum;
    this.along = along;
    this.kept = List.copyOf(kept);
    this.unusedTensor = unusedTensor;
  }

  /**
   * What takes the place of a sum.
   *
   * @param steps that store partial sums
   * @param temporaries that they store
   * @param value of the whole sum
   */
  public record Split(
      List<Assignment> steps, List<TensorDeclaration> temporaries, IndexExpr value) {}

  /** Whether a reduction may be split. */
  public static boolean applies(IndexExpr.Reduction reduction) {
    return reduction.operator() == ReductionOperator.SUM
        && reduction.elementType().isNumeric()
        && !reduction.mayFail()
        && isPlain(reduction.body());
  }

  private static boolean isPlain(IndexExpr value) {
    return switch (value) {
      case IndexExpr.Access access -> access.border() == Border.NONE;
      case IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _,
          IndexExpr.IndexValue _,
          IndexExpr.Select _ ->
          false;
      case IndexExpr.Literal _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _ ->
          value.children().stream().allMatch(SplitSum::isPlain);
    };
  }

  /**
   * The sum in whole chunks and a rest.
   *
   * @param chunks at least two
   * @param length of a chunk
   * @param rest positions beyond the last whole chunk
   */
  public Split into(long chunks, long length, long rest) {
    List<Assignment> steps = new ArrayList<>();
    List<TensorDeclaration> temporaries = new ArrayList<>();
    IndexVariable chunk = unused(along.variable().name() + "_chunk");
    var chunkBinding = new IndexBinding(chunk, new Extent.Fixed(chunks));
    List<Subscript.Term> place = new ArrayList<>(List.of(new Subscript.Term(chunk, length)));
    List<IndexBinding> axes = new ArrayList<>(List.of(chunkBinding));
    axes.addAll(kept);
    IndexExpr partial = store(axes, place, 0, length, steps, temporaries);
    IndexExpr value =
        new IndexExpr.Reduction(ReductionOperator.SUM, List.of(chunkBinding), partial);
    if (rest > 0) {
      IndexExpr last = store(kept, List.of(), chunks * length, rest, steps, temporaries);
      value = new IndexExpr.Binary(BinaryOperator.ADD, value, last);
    }
    return new Split(steps, temporaries, value);
  }

  /** Stores the sum over some positions from a place on. */
  private IndexExpr store(
      List<IndexBinding> axes,
      List<Subscript.Term> place,
      long offset,
      long length,
      List<Assignment> steps,
      List<TensorDeclaration> temporaries) {
    List<IndexBinding> summed = new ArrayList<>();
    List<Subscript.Term> terms = new ArrayList<>(place);
    for (IndexBinding binding : sum.bindings()) {
      if (!binding.equals(along)) {
        summed.add(binding);
      } else if (length > 1) {
        IndexVariable inner = binding.variable();
        summed.add(new IndexBinding(inner, new Extent.Fixed(length)));
        terms.add(new Subscript.Term(inner, 1));
      }
    }
    var position = new Subscript.Affine(terms, offset);
    IndexExpr body = new Substitution(Map.of(along.variable(), position)).apply(sum.body());
    IndexExpr value =
        summed.isEmpty() ? body : new IndexExpr.Reduction(ReductionOperator.SUM, summed, body);
    String name = unusedTensor.get();
    List<Subscript> subscripts = axes.stream().map(b -> Subscript.of(b.variable())).toList();
    List<Extent> extents = axes.stream().map(IndexBinding::extent).toList();
    temporaries.add(new TensorDeclaration(name, new TensorType(sum.elementType(), extents)));
    steps.add(new Assignment(name, subscripts, axes, AssignmentOperator.ASSIGN, value));
    return new IndexExpr.Access(name, subscripts, sum.elementType());
  }

  private IndexVariable unused(String stem) {
    List<IndexVariable> taken = new ArrayList<>();
    kept.forEach(binding -> taken.add(binding.variable()));
    sum.bindings().forEach(binding -> taken.add(binding.variable()));
    IndexVariable variable = new IndexVariable(stem);
    for (int n = 1; taken.contains(variable); n++) {
      variable = new IndexVariable(stem + "_" + n);
    }
    return variable;
  }
}
