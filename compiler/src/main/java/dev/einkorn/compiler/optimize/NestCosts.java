package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.BoundExtents;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.Symmetry;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The predicted time of a statement as one fused loop nest. */
final class NestCosts {
  /** What a function that kernels have vectors for costs beside a multiplication. */
  private static final double VECTOR_FUNCTION = 8;

  /** What any other function costs, which is called for one element at a time. */
  private static final double SCALAR_FUNCTION = 60;

  /** What a division or a root costs. */
  private static final double DIVISION = 8;

  private final PlanRequest request;

  NestCosts(PlanRequest request) {
    this.request = request;
  }

  /** Nanoseconds. */
  double nanos(Assignment step) {
    Optional<Symmetry> symmetry = SymmetricSums.halved(step, request);
    double whole = wholeNanos(step);
    if (symmetry.isEmpty()) {
      return whole;
    }
    Set<IndexVariable> kept = new HashSet<>();
    step.bindings().forEach(b -> kept.add(b.variable()));
    return request
        .model()
        .mirrored(
            whole,
            (double) SymmetricSums.extent(step, symmetry.get(), request.sizes()),
            size(kept, BoundExtents.of(step)),
            step.value().elementType());
  }

  /** Nanoseconds, where no half of the target is copied from the other one. */
  double wholeNanos(Assignment step) {
    Map<IndexVariable, Extent> extents = BoundExtents.of(step);
    Set<IndexVariable> kept = new HashSet<>();
    step.bindings().forEach(b -> kept.add(b.variable()));
    ElementType type = step.value().elementType();
    double stored = size(kept, extents);
    double time = 0;
    // Each sum is as often as its variables say: those that it does not depend on leave it outside.
    // Equal ones are computed once.
    for (IndexExpr.Reduction reduction : Set.copyOf(reductions(step.value()))) {
      time += reduction(reduction, extents);
    }
    double operations = stored * operations(step.value());
    double read = 0;
    for (IndexExpr.Access access : accesses(step.value(), false)) {
      read += size(FreeVariables.of(access), extents);
    }
    return CostModel.NEST_NANOS
        + time
        + request.model().turned(turned(step, extents))
        + request.model().stream(
            operations, read + stored * (step.operator().accumulates() ? 3 : 2), type);
  }

  /** Elements that are read along another axis than the target is written along. */
  private double turned(Assignment step, Map<IndexVariable, Extent> extents) {
    if (step.subscripts().isEmpty()) {
      return 0;
    }
    Set<IndexVariable> along = variables(step.subscripts().getLast());
    double elements = 0;
    for (IndexExpr.Access access : accesses(step.value(), false)) {
      if (!access.subscripts().isEmpty()) {
        Set<IndexVariable> own = variables(access.subscripts().getLast());
        Set<IndexVariable> free = FreeVariables.of(access);
        boolean isTurned =
            own.stream().noneMatch(along::contains) && along.stream().anyMatch(free::contains);
        elements += isTurned && size(along, extents) > 1 ? size(free, extents) : 0;
      }
    }
    return elements;
  }

  /** Whether tensors are read along different axes, so that one is not read along its rows. */
  private static boolean isTurned(IndexExpr body) {
    List<IndexExpr.Access> accesses =
        accesses(body, true).stream().filter(access -> !access.subscripts().isEmpty()).toList();
    for (IndexExpr.Access one : accesses) {
      Set<IndexVariable> along = variables(one.subscripts().getLast());
      for (IndexExpr.Access other : accesses) {
        Set<IndexVariable> across = variables(other.subscripts().getLast());
        if (along.stream().noneMatch(across::contains)
            && along.stream().anyMatch(FreeVariables.of(other)::contains)
            && across.stream().anyMatch(FreeVariables.of(one)::contains)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Set<IndexVariable> variables(Subscript subscript) {
    Set<IndexVariable> variables = new HashSet<>();
    if (subscript instanceof Subscript.Affine(List<Subscript.Term> terms, _)) {
      terms.forEach(term -> variables.add(term.variable()));
    }
    return variables;
  }

  private double reduction(IndexExpr.Reduction reduction, Map<IndexVariable, Extent> extents) {
    Set<IndexVariable> free = FreeVariables.of(reduction);
    Set<IndexVariable> all = new HashSet<>(free);
    reduction.bindings().forEach(b -> all.add(b.variable()));
    double iterations = size(all, extents);
    double elements = size(free, extents);
    for (IndexExpr.Access access : accesses(reduction.body(), true)) {
      elements += size(FreeVariables.of(access), extents);
    }
    ElementType type = reduction.elementType();
    if (reduction.operator() == ReductionOperator.SUM
        && reduction.body() instanceof IndexExpr.Binary(var operator, var left, var right)
        && operator == BinaryOperator.MULTIPLY
        && !Sides.reduces(reduction.body())) {
      Set<IndexVariable> ofLeft = FreeVariables.of(left);
      Set<IndexVariable> ofRight = FreeVariables.of(right);
      Set<IndexVariable> rows = new HashSet<>(free);
      rows.retainAll(ofLeft);
      rows.removeAll(ofRight);
      Set<IndexVariable> columns = new HashSet<>(free);
      columns.retainAll(ofRight);
      columns.removeAll(ofLeft);
      double fused =
          size(ofLeft, extents) * operations(left) + size(ofRight, extents) * operations(right);
      return request
              .model()
              .contraction(
                  size(rows, extents),
                  size(columns, extents),
                  iterations / Math.max(1, size(free, extents)),
                  iterations,
                  elements,
                  type)
          + request.model().stream(fused, 0, type);
    }
    return request.model().stream(iterations * (1 + operations(reduction.body())), elements, type)
        + (isTurned(reduction.body()) ? request.model().turned(iterations / 2) : 0);
  }

  private double size(Set<IndexVariable> variables, Map<IndexVariable, Extent> extents) {
    double size = 1;
    for (IndexVariable variable : variables) {
      Extent extent = extents.get(variable);
      size *= extent == null ? 1 : Math.max(1, request.sizes().applyAsLong(extent));
    }
    return size;
  }

  /** The reductions of a value, those inside of others too. */
  private static List<IndexExpr.Reduction> reductions(IndexExpr value) {
    List<IndexExpr.Reduction> found = new ArrayList<>();
    if (value instanceof IndexExpr.Reduction reduction) {
      found.add(reduction);
    }
    value.children().forEach(child -> found.addAll(reductions(child)));
    return found;
  }

  /** What a value reads, outside of reductions or everywhere. */
  private static List<IndexExpr.Access> accesses(IndexExpr value, boolean inside) {
    List<IndexExpr.Access> found = new ArrayList<>();
    if (value instanceof IndexExpr.Access access) {
      found.add(access);
    }
    if (inside || !(value instanceof IndexExpr.Reduction)) {
      value.children().forEach(child -> found.addAll(accesses(child, inside)));
    }
    return found;
  }

  /** Operations of a value for one element, those of reductions apart. */
  private static double operations(IndexExpr value) {
    if (value instanceof IndexExpr.Reduction || value instanceof IndexExpr.ArgumentReduction) {
      return 0;
    }
    double own =
        switch (value) {
          case IndexExpr.Call(Function function, _) -> operations(function);
          case IndexExpr.Binary(BinaryOperator operator, _, _)
              when operator == BinaryOperator.DIVIDE ->
              DIVISION;
          case IndexExpr.Access _, IndexExpr.Literal _ -> 0;
          default -> 1;
        };
    for (IndexExpr child : value.children()) {
      own += operations(child);
    }
    return own;
  }

  private static double operations(Function function) {
    return switch (function) {
      case ABS, SIGN, RELU, FLOOR, CEIL, ROUND, MIN, MAX, FMA -> 1;
      case SQRT, RSQRT -> DIVISION;
      case EXP, LOG, TANH, SIGMOID -> VECTOR_FUNCTION;
      case EXPM1, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ERF, ATAN2, HYPOT ->
          SCALAR_FUNCTION;
    };
  }
}
