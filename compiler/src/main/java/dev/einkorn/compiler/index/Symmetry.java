package dev.einkorn.compiler.index;

import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Two variables of a statement that may be exchanged: the value at {@code (.., i, .., j, ..)} is
 * the one at {@code (.., j, .., i, ..)}, as in {@code G[i,j] = sum[k](A[i,k] * A[j,k])}. Found by
 * exchanging them and comparing canonical forms.
 *
 * <p>A symmetry is exact if both values come from the same operations on the same operands: only
 * the operands of single products, sums, minima and maxima change places, which IEEE 754 rounds
 * alike (a NaN may keep the payload of the other operand, which nothing here promises), and
 * differences change sign where an absolute value or an even power follows. Sums go through their
 * terms in the same order for both. In {@code A[i,k] * w[k] * A[j,k]} another pair of factors is
 * rounded first, so that the values are equal only if products may be regrouped.
 *
 * @param first the variable of the axis that stands before the other one's
 * @param second the other variable
 * @param exact whether the two values have the same bits
 */
public record Symmetry(IndexVariable first, IndexVariable second, boolean exact) {

  /** The symmetry of a statement that folds something, an exact one if there is one. */
  public static Optional<Symmetry> of(Assignment assignment) {
    if (assignment.operator().accumulates()
        || !hasReduction(assignment.value())
        || assignment.value().mayFail()) {
      return Optional.empty();
    }
    List<IndexBinding> candidates =
        assignment.subscripts().stream()
            .flatMap(subscript -> alone(subscript, assignment).stream())
            .toList();
    List<Symmetry> found = new ArrayList<>();
    for (int a = 0; a < candidates.size(); a++) {
      for (int b = a + 1; b < candidates.size(); b++) {
        if (candidates.get(a).extent().equals(candidates.get(b).extent())) {
          of(assignment.value(), candidates.get(a).variable(), candidates.get(b).variable())
              .ifPresent(found::add);
        }
      }
    }
    return found.stream().max(Comparator.comparing(Symmetry::exact));
  }

  private static boolean hasReduction(IndexExpr value) {
    return value instanceof IndexExpr.Reduction
        || value.children().stream().anyMatch(Symmetry::hasReduction);
  }

  /** The variable that a subscript of the target is, if it stands in no other one. */
  private static Optional<IndexBinding> alone(Subscript subscript, Assignment assignment) {
    if (!(subscript instanceof Subscript.Affine form) || !form.isVariable()) {
      return Optional.empty();
    }
    long uses =
        assignment.subscripts().stream()
            .filter(
                other ->
                    other instanceof Subscript.Affine(List<Subscript.Term> terms, long _)
                        && terms.stream().anyMatch(t -> t.variable().equals(form.variable())))
            .count();
    return uses > 1
        ? Optional.empty()
        : assignment.bindings().stream()
            .filter(binding -> binding.variable().equals(form.variable()))
            .findFirst();
  }

  private static Optional<Symmetry> of(IndexExpr value, IndexVariable a, IndexVariable b) {
    IndexExpr named = CanonicalNames.of(value);
    IndexExpr exchanged = exchanged(named, a, b);
    if (named.equals(exchanged)) {
      return Optional.empty(); // It depends on neither.
    }
    for (boolean exact : new boolean[] {true, false}) {
      var normal = new NormalForm(!exact);
      if (normal.of(named).equals(normal.of(exchanged))) {
        return Optional.of(new Symmetry(a, b, exact));
      }
    }
    return Optional.empty();
  }

  private static IndexExpr exchanged(IndexExpr value, IndexVariable a, IndexVariable b) {
    IndexExpr inside = value.mapChildren(child -> exchanged(child, a, b));
    return switch (inside) {
      case IndexExpr.Access(String tensor, var subscripts, var border, var type) ->
          new IndexExpr.Access(
              tensor, subscripts.stream().map(s -> exchanged(s, a, b)).toList(), border, type);
      case IndexExpr.IndexValue(IndexVariable variable) ->
          new IndexExpr.IndexValue(exchanged(variable, a, b));
      case IndexExpr.Literal _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _,
          IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _ ->
          inside;
    };
  }

  private static IndexVariable exchanged(IndexVariable variable, IndexVariable a, IndexVariable b) {
    return variable.equals(a) ? b : variable.equals(b) ? a : variable;
  }

  private static Subscript exchanged(Subscript subscript, IndexVariable a, IndexVariable b) {
    return subscript instanceof Subscript.Affine(List<Subscript.Term> terms, long constant)
        ? new Subscript.Affine(
            terms.stream()
                .map(t -> new Subscript.Term(exchanged(t.variable(), a, b), t.coefficient()))
                .toList(),
            constant)
        : subscript; // A gather may fail, and is not looked at.
  }

  /**
   * The same value with operands that may change places in a fixed order.
   *
   * @param regroups whether products of more than two factors, and sums of more than two terms, may
   *     change places as a whole
   */
  private record NormalForm(boolean regroups) {

    IndexExpr of(IndexExpr value) {
      IndexExpr inside = value.mapChildren(this::of);
      return switch (inside) {
        case IndexExpr.Access(String tensor, var subscripts, var border, var type) ->
            new IndexExpr.Access(
                tensor, subscripts.stream().map(NormalForm::ordered).toList(), border, type);
        case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
            when commutes(operator) ->
            commuted(operator, left, right);
        case IndexExpr.Binary(BinaryOperator operator, IndexExpr base, IndexExpr exponent)
            when operator == BinaryOperator.POWER && isEven(exponent) ->
            new IndexExpr.Binary(operator, withoutSign(base), exponent);
        case IndexExpr.Call(Function function, List<IndexExpr> arguments)
            when function == Function.ABS ->
            new IndexExpr.Call(function, List.of(withoutSign(arguments.getFirst())));
        case IndexExpr.Call(Function function, List<IndexExpr> arguments)
            when function == Function.MIN || function == Function.MAX ->
            new IndexExpr.Call(function, sorted(arguments));
        case IndexExpr.Literal _,
            IndexExpr.IndexValue _,
            IndexExpr.ExtentValue _,
            IndexExpr.Unary _,
            IndexExpr.Binary _,
            IndexExpr.Call _,
            IndexExpr.Cast _,
            IndexExpr.Select _,
            IndexExpr.Reduction _,
            IndexExpr.ArgumentReduction _ ->
            inside;
      };
    }

    private static Subscript ordered(Subscript subscript) {
      return subscript instanceof Subscript.Affine(List<Subscript.Term> terms, long constant)
          ? new Subscript.Affine(
              terms.stream().sorted(Comparator.comparing(t -> t.variable().name())).toList(),
              constant)
          : subscript;
    }

    private static boolean commutes(BinaryOperator operator) {
      return switch (operator) {
        case ADD, MULTIPLY, EQUAL, NOT_EQUAL, AND, OR -> true;
        case SUBTRACT,
            DIVIDE,
            FLOOR_DIVIDE,
            REMAINDER,
            POWER,
            LESS,
            LESS_OR_EQUAL,
            GREATER,
            GREATER_OR_EQUAL ->
            false;
      };
    }

    private IndexExpr commuted(BinaryOperator operator, IndexExpr left, IndexExpr right) {
      List<IndexExpr> operands = new ArrayList<>();
      if (operator == BinaryOperator.MULTIPLY && left.equals(right)) {
        IndexExpr root = withoutSign(left);
        return new IndexExpr.Binary(operator, root, root);
      }
      boolean flat =
          regroups && (operator == BinaryOperator.MULTIPLY || operator == BinaryOperator.ADD);
      collect(left, operator, flat, operands);
      collect(right, operator, flat, operands);
      List<IndexExpr> inOrder = sorted(operands);
      IndexExpr result = inOrder.getFirst();
      for (IndexExpr operand : inOrder.subList(1, inOrder.size())) {
        result = new IndexExpr.Binary(operator, result, operand);
      }
      return result;
    }

    private static void collect(
        IndexExpr value, BinaryOperator operator, boolean flat, List<IndexExpr> operands) {
      if (flat
          && value
              instanceof IndexExpr.Binary(BinaryOperator inner, IndexExpr left, IndexExpr right)
          && inner == operator) {
        collect(left, operator, true, operands);
        collect(right, operator, true, operands);
      } else {
        operands.add(value);
      }
    }

    private static List<IndexExpr> sorted(List<IndexExpr> operands) {
      return operands.stream().sorted(Comparator.comparing(IndexExpr::toString)).toList();
    }

    /** The value or its negative. */
    private static IndexExpr withoutSign(IndexExpr value) {
      return switch (value) {
        case IndexExpr.Unary(UnaryOperator operator, IndexExpr operand)
            when operator == UnaryOperator.NEGATE ->
            withoutSign(operand);
        case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
            when operator == BinaryOperator.SUBTRACT -> {
          List<IndexExpr> operands = sorted(List.of(left, right));
          yield new IndexExpr.Binary(operator, operands.getFirst(), operands.getLast());
        }
        default -> value;
      };
    }

    private static boolean isEven(IndexExpr exponent) {
      return exponent instanceof IndexExpr.Literal(Object value, ElementType _)
          && switch (value) {
            case Double number -> number % 2 == 0;
            case Long number -> number % 2 == 0;
            default -> false;
          };
    }
  }
}
