package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.ReductionOperator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How many arithmetic operations a nest carries out, as a polynomial in the extents: a
 * multiplication and an addition count one each, so does a function call; comparisons, conversions,
 * loads and stores count nothing.
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
    count(nest.body(), List.of(), counts);
    List<Product> products = new ArrayList<>();
    counts.forEach((extents, count) -> products.add(new Product(count, extents)));
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

  private static void count(Stmt stmt, List<Extent> around, Map<List<Extent>, Long> counts) {
    switch (stmt) {
      case Stmt.Block(List<Stmt> statements) -> statements.forEach(s -> count(s, around, counts));
      case Stmt.Loop loop -> {
        if (loop.kind() == LoopKind.BORDER) {
          // The loop over the interior counts for the whole range.
          return;
        }
        List<Extent> inside = new ArrayList<>(around);
        inside.add(loop.binding().extent());
        count(loop.body(), inside, counts);
      }
      case Stmt.Outline(_, Stmt body) -> count(body, around, counts);
      case Stmt.Barrier _ -> {}
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        add(operations(condition), around, counts);
        count(whenTrue, around, counts);
        count(whenFalse, around, counts);
      }
      case Stmt.Store(_, Expr value) -> add(operations(value), around, counts);
      case Stmt.Accumulate(_, ReductionOperator operator, Expr value) ->
          add(operations(value) + (operator.isLogical() ? 0 : 1), around, counts);
      case Stmt.Declare(_, _, Expr value) -> add(operations(value), around, counts);
      case Stmt.Assign(_, Expr value) -> add(operations(value), around, counts);
      case Stmt.Update(_, ReductionOperator operator, Expr value) ->
          add(operations(value) + (operator.isLogical() ? 0 : 1), around, counts);
    }
  }

  private static void add(long operations, List<Extent> around, Map<List<Extent>, Long> counts) {
    if (operations > 0) {
      counts.merge(around, operations, Long::sum);
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
