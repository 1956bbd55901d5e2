package dev.einkorn.compiler.optimize.path;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * One product term as a hypergraph: {@code result = sum over all other labels of the product of the
 * operands}. A label may be held by one operand, by two, or by more, and may be kept in the result
 * however many hold it.
 *
 * {@snippet lang=text :
 * C[i,j] = sum[k](A[i,k] * B[k,j])      operands (0 1) (1 2), result (0 2)
 * E[b]   = sum[i](x[b,i] * x[b,i])      operands 7:(0 1) 7:(0 1), result (0): the same tensor twice
 * }
 *
 * @param operands the factors, at least one
 * @param result the labels that are kept, each held by some operand
 * @param extents how many values each label takes, at least 1; labels are positions in this list
 */
public record Network(List<Operand> operands, List<Integer> result, List<Double> extents) {

  /**
   * A factor.
   *
   * @param identity equal for two operands that are the same tensor, so that equal partial products
   *     are computed once; what is equal only by chance has different identities
   * @param axes the label of each axis; a label that is repeated is a diagonal
   */
  public record Operand(int identity, List<Integer> axes) {
    public Operand {
      axes = List.copyOf(axes);
    }
  }

  public Network {
    operands = List.copyOf(operands);
    result = List.copyOf(result);
    extents = List.copyOf(extents);
    if (operands.isEmpty()) {
      throw new IllegalArgumentException("a network has at least one operand");
    }
    checkExtents(extents);
    var held = new HashSet<Integer>();
    for (int i = 0; i < operands.size(); i++) {
      for (int label : operands.get(i).axes()) {
        if (label < 0 || label >= extents.size()) {
          throw new IllegalArgumentException(
              "operand %s holds label %s, but there are %s".formatted(i, label, extents.size()));
        }
        held.add(label);
      }
    }
    var kept = new HashSet<Integer>();
    for (int label : result) {
      if (!held.contains(label)) {
        throw new IllegalArgumentException(
            "label %s of the result is in no operand".formatted(label));
      }
      if (!kept.add(label)) {
        throw new IllegalArgumentException("label %s is twice in the result".formatted(label));
      }
    }
    checkIdentities(operands, extents);
  }

  /** A network whose operands are all different tensors. */
  public static Network of(
      List<List<Integer>> operands, List<Integer> result, List<Double> extents) {
    var list = new ArrayList<Operand>();
    for (List<Integer> axes : operands) {
      list.add(new Operand(list.size(), axes));
    }
    return new Network(list, result, extents);
  }

  /** Whether some tensor occurs more than once. */
  boolean repeats() {
    return operands.stream().mapToInt(Operand::identity).distinct().count() < operands.size();
  }

  private static void checkExtents(List<Double> extents) {
    for (int label = 0; label < extents.size(); label++) {
      double extent = extents.get(label);
      // the negation also refuses NaN
      if (!(extent >= 1) || Double.isInfinite(extent)) {
        throw new IllegalArgumentException(
            "label %s has extent %s; extents are finite and at least 1".formatted(label, extent));
      }
    }
  }

  private static void checkIdentities(List<Operand> operands, List<Double> extents) {
    Map<Integer, List<Double>> shapes = new HashMap<>();
    for (Operand operand : operands) {
      List<Double> shape = operand.axes().stream().map(extents::get).toList();
      List<Double> other = shapes.putIfAbsent(operand.identity(), shape);
      if (other != null && !other.equals(shape)) {
        throw new IllegalArgumentException(
            "identity %s stands for shapes %s and %s".formatted(operand.identity(), other, shape));
      }
    }
  }
}
