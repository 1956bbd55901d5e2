package dev.einkorn.samples.peers;

import dev.einkorn.compiler.cli.bench.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An einsum that is a matrix product, or a batch of equally spaced ones, as it lies in memory:
 * {@code C = op(A) * op(B)}, row-major, {@code C} being {@code m} by {@code n}.
 *
 * @param first position of the operand that is {@code A}; the other one is {@code B}
 * @param transposeA whether {@code A} is stored {@code k} by {@code m}
 * @param transposeB whether {@code B} is stored {@code n} by {@code k}
 */
record GemmShape(
    int first, boolean transposeA, boolean transposeB, int batch, int m, int n, int k) {

  /** The product that a workload is, if adjacent indices taken together make it one. */
  static Optional<GemmShape> of(Workload workload) {
    if (!(workload.computation() instanceof Workload.Computation.Einsum einsum)
        || workload.operands().size() != 2) {
      return Optional.empty();
    }
    for (int first = 0; first < 2; first++) {
      Optional<GemmShape> shape =
          of(
              workload,
              first,
              stored(workload.operands().get(first)),
              stored(workload.operands().get(1 - first)),
              einsum.output());
      if (shape.isPresent()) {
        return shape;
      }
    }
    return Optional.empty();
  }

  private static List<String> stored(Workload.Operand operand) {
    return operand.storage().stream().map(operand.indices()::get).toList();
  }

  private static Optional<GemmShape> of(
      Workload workload, int first, List<String> a, List<String> b, List<String> c) {
    List<String> batch = new ArrayList<>();
    while (batch.size() < Math.min(c.size(), Math.min(a.size(), b.size()))
        && c.get(batch.size()).equals(a.get(batch.size()))
        && c.get(batch.size()).equals(b.get(batch.size()))) {
      batch.add(c.get(batch.size()));
    }
    int skip = batch.size();
    List<String> restA = a.subList(skip, a.size());
    List<String> restB = b.subList(skip, b.size());
    List<String> restC = c.subList(skip, c.size());
    List<String> m = restA.stream().filter(restC::contains).toList();
    List<String> n = restB.stream().filter(restC::contains).toList();
    List<String> k = restA.stream().filter(index -> !restC.contains(index)).toList();
    boolean product =
        restC.equals(joined(m, n))
            && (restA.equals(joined(m, k)) || restA.equals(joined(k, m)))
            && (restB.equals(joined(k, n)) || restB.equals(joined(n, k)));
    if (!product || k.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new GemmShape(
            first,
            !restA.equals(joined(m, k)),
            !restB.equals(joined(k, n)),
            extent(workload, batch),
            extent(workload, m),
            extent(workload, n),
            extent(workload, k)));
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> joined = new ArrayList<>(first);
    joined.addAll(second);
    return joined;
  }

  private static int extent(Workload workload, List<String> indices) {
    return Math.toIntExact(
        indices.stream().mapToLong(workload::size).reduce(1, Math::multiplyExact));
  }

  /** Elements from a row of the stored {@code A} to the next. */
  int rowA() {
    return transposeA ? m : k;
  }

  /** Elements from a row of the stored {@code B} to the next. */
  int rowB() {
    return transposeB ? k : n;
  }

  /**
   * The product of a matrix and a vector.
   *
   * @param matrixFirst whether {@code A} is the matrix
   * @param transposed whether the vector runs along the stored rows' numbers
   */
  record Vector(boolean matrixFirst, boolean transposed, int rows, int columns) {}

  /** Whether one factor is a vector and there is no batch. */
  boolean isVector() {
    return batch == 1 && (m == 1 || n == 1);
  }

  /** The product as that of a matrix and a vector. */
  Vector vector() {
    if (n == 1) {
      return new Vector(true, transposeA, transposeA ? k : m, rowA());
    }
    return new Vector(false, !transposeB, transposeB ? n : k, rowB());
  }
}
