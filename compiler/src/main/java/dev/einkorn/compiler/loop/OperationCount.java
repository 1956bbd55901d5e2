package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How many arithmetic operations a nest carries out, as a polynomial in the extents: a
 * multiplication and an addition count one each, so does a function call; comparisons, conversions,
 * loads and stores count nothing. Of a triangle half of the square counts.
 */
public record OperationCount(List<Product> products) {
  public OperationCount {
    products = List.copyOf(products);
  }

  /** {@code count} operations for every combination of positions. */
  public record Product(long count, List<Extent> extents) {
    public Product {
      extents = List.copyOf(extents);
    }

    @Override
    public String toString() {
      List<String> factors = new ArrayList<>();
      if (count != 1 || extents.isEmpty()) {
        factors.add(Long.toString(count));
      }
      extents.forEach(extent -> factors.add(extent.toString()));
      return String.join("*", factors);
    }
  }

  /** The operations of a nest. */
  public static OperationCount of(LoopNest nest) {
    Map<List<Extent>, Long> counts = new LinkedHashMap<>();
    count(nest.body(), List.of(), 1, counts);
    Map<Extent, List<Extent>> merged = new HashMap<>();
    for (MergedIndex index : nest.merged()) {
      // A part may walk several indices itself.
      merged.put(
          index.binding().extent(),
          index.parts().stream()
              .map(IndexBinding::extent)
              .flatMap(extent -> merged.getOrDefault(extent, List.of(extent)).stream())
              .toList());
    }
    List<Product> products = new ArrayList<>();
    counts.forEach(
        (extents, count) ->
            products.add(
                new Product(
                    count,
                    extents.stream()
                        .flatMap(extent -> merged.getOrDefault(extent, List.of(extent)).stream())
                        .toList())));
    return new OperationCount(products);
  }

  /** The operations of all nests of a plan. */
  public static OperationCount sum(List<OperationCount> counts) {
    Map<List<Extent>, Long> sums = new LinkedHashMap<>();
    for (OperationCount count : counts) {
      count.products().forEach(p -> sums.merge(p.extents(), p.count(), Long::sum));
    }
    List<Product> products = new ArrayList<>();
    sums.forEach((extents, count) -> products.add(new Product(count, extents)));
    return new OperationCount(products);
  }

  /** The number for given sizes, or {@link Long#MAX_VALUE} if it is larger. */
  public long evaluate(ToLongFunction<Extent> sizes) {
    double total = 0;
    for (Product product : products) {
      double operations = product.count();
      for (Extent extent : product.extents()) {
        operations *= sizes.applyAsLong(extent);
      }
      total += operations;
    }
    return (long) total;
  }

  /** For instance {@code 2*n*k*h*d}; {@code 0} if there is nothing to compute. */
  @Override
  public String toString() {
    return products.isEmpty()
        ? "0"
        : String.join(" + ", products.stream().map(Product::toString).toList());
  }

  /**
   * Adds the operations of a statement.
   *
   * @param parts which part of the positions around is walked: a half counts for all of a triangle
   */
  private static void count(
      Stmt stmt, List<Extent> around, long parts, Map<List<Extent>, Long> counts) {
    switch (stmt) {
      case Stmt.Block(List<Stmt> statements) ->
          statements.forEach(s -> count(s, around, parts, counts));
      case Stmt.Loop loop -> {
        if (loop.kind() == LoopKind.BORDER) {
          // The loop over the interior counts for the whole range.
          return;
        }
        List<Extent> inside = new ArrayList<>(around);
        inside.add(loop.binding().extent());
        count(loop.body(), inside, isTriangle(loop, around) ? 2 * parts : parts, counts);
      }
      case Stmt.Outline(_, Stmt body) -> count(body, around, parts, counts);
      case Stmt.Barrier _ -> {}
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        add(operations(condition), around, parts, counts);
        count(whenTrue, around, parts, counts);
        count(whenFalse, around, parts, counts);
      }
      case Stmt.Store(_, Expr value) -> add(operations(value), around, parts, counts);
      case Stmt.Accumulate(_, ReductionOperator operator, Expr value) ->
          add(operations(value) + (operator.isLogical() ? 0 : 1), around, parts, counts);
      case Stmt.Declare(_, _, Expr value) -> add(operations(value), around, parts, counts);
      case Stmt.Assign(_, Expr value) -> add(operations(value), around, parts, counts);
      case Stmt.Update(_, ReductionOperator operator, Expr value) ->
          add(operations(value) + (operator.isLogical() ? 0 : 1), around, parts, counts);
    }
  }

  /** Whether a loop goes up to the variable of a loop of the same range, or begins at it. */
  private static boolean isTriangle(Stmt.Loop loop, List<Extent> around) {
    boolean bounded =
        loop.lower() instanceof Expr.LoopValue
            ? loop.upper().equals(new Expr.ExtentValue(loop.binding().extent()))
            : loop.lower().equals(ZERO)
                && loop.upper() instanceof Expr.BinaryOp(BinaryOperator plus, Expr end, Expr one)
                && plus == BinaryOperator.ADD
                && end instanceof Expr.LoopValue
                && one.equals(ONE);
    return bounded && around.contains(loop.binding().extent());
  }

  private static final Expr ZERO = new Expr.Constant(0L, ElementType.I64);
  private static final Expr ONE = new Expr.Constant(1L, ElementType.I64);

  private static void add(
      long operations, List<Extent> around, long parts, Map<List<Extent>, Long> counts) {
    if (operations > 0) {
      counts.merge(around, (operations + parts - 1) / parts, Long::sum);
    }
  }

  private static long operations(Expr expr) {
    long[] count = {0};
    LoopWalk.subexpressions(
        expr,
        e ->
            count[0] +=
                switch (e) {
                  case Expr.BinaryOp op -> op.elementType().isNumeric() ? 1 : 0;
                  case Expr.UnaryOp op -> op.elementType().isNumeric() ? 1 : 0;
                  case Expr.Call _ -> 1;
                  case Expr.ExactProduct _ -> 1;
                  case Expr.Load _,
                      Expr.VectorLoad _,
                      Expr.Broadcast _,
                      Expr.LaneReduction _,
                      Expr.Rank _,
                      Expr.Contiguous _,
                      Expr.Local _,
                      Expr.Constant _,
                      Expr.LoopValue _,
                      Expr.ExtentValue _,
                      Expr.Cast _,
                      Expr.Select _ ->
                      0;
                });
    return count[0];
  }
}
