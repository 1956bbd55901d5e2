package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.SplittableRandom;

/** Draws conditions on positions: triangles, bands, checkerboards. */
final class ConditionGenerator {
  private static final BinaryOperator[] COMPARISONS = {
    BinaryOperator.LESS,
    BinaryOperator.LESS_OR_EQUAL,
    BinaryOperator.GREATER,
    BinaryOperator.GREATER_OR_EQUAL,
    BinaryOperator.EQUAL
  };

  private final SplittableRandom random;
  private final Vocabulary vocabulary;

  ConditionGenerator(SplittableRandom random, Vocabulary vocabulary) {
    this.random = random;
    this.vocabulary = vocabulary;
  }

  /** A condition on some of the variables, of which there is at least one. */
  IndexExpr draw(List<IndexBinding> scope) {
    return draw(scope, scope);
  }

  /**
   * One to three conditions that all hold, most of them affine.
   *
   * @param bound the variables that they restrict
   * @param scope the variables that they may mention
   */
  IndexExpr draw(List<IndexBinding> scope, List<IndexBinding> bound) {
    IndexExpr all = conjunct(scope, bound);
    for (int n = random.nextInt(6) - 3; n > 0; n--) {
      all = new IndexExpr.Binary(BinaryOperator.AND, all, conjunct(scope, bound));
    }
    return all;
  }

  private IndexExpr conjunct(List<IndexBinding> scope, List<IndexBinding> bound) {
    IndexExpr restricted = position(bound);
    int lot = random.nextInt(10);
    if (lot == 0) {
      IndexExpr remainder =
          binary(BinaryOperator.REMAINDER, restricted, literal(2 + random.nextInt(2)));
      return binary(BinaryOperator.EQUAL, remainder, literal(random.nextInt(2)));
    } else if (lot == 1) {
      IndexExpr product = binary(BinaryOperator.MULTIPLY, restricted, position(scope));
      return binary(comparison(), product, literal(random.nextInt(12)));
    }
    IndexExpr left = affine(restricted);
    IndexExpr right =
        switch (random.nextInt(6)) {
          case 0 -> literal(random.nextInt(-1, 6));
          case 1 -> new IndexExpr.ExtentValue(scope.get(random.nextInt(scope.size())).extent());
          case 2 -> binary(BinaryOperator.ADD, affine(position(scope)), position(scope));
          default -> affine(position(scope));
        };
    return random.nextInt(3) == 0
        ? binary(comparison(), right, left)
        : binary(comparison(), left, right);
  }

  private IndexExpr affine(IndexExpr position) {
    long[] coefficients = {1, 1, 1, 1, -1, 2, -2, 3};
    long coefficient = coefficients[random.nextInt(coefficients.length)];
    IndexExpr scaled =
        coefficient == 1
            ? position
            : random.nextBoolean()
                ? binary(BinaryOperator.MULTIPLY, literal(coefficient), position)
                : binary(BinaryOperator.MULTIPLY, position, literal(coefficient));
    long shift = random.nextInt(-2, 4);
    return random.nextBoolean()
        ? scaled
        : binary(
            random.nextBoolean() ? BinaryOperator.ADD : BinaryOperator.SUBTRACT,
            scaled,
            literal(shift));
  }

  private IndexExpr position(List<IndexBinding> scope) {
    // the innermost variables of the smallest sizes say most
    IndexBinding binding = scope.get(random.nextInt(scope.size()));
    IndexBinding other = scope.get(random.nextInt(scope.size()));
    boolean smaller = vocabulary.value(other.extent()) < vocabulary.value(binding.extent());
    return new IndexExpr.IndexValue((smaller ? other : binding).variable());
  }

  private BinaryOperator comparison() {
    return COMPARISONS[random.nextInt(COMPARISONS.length)];
  }

  private static IndexExpr literal(long value) {
    return IndexExpr.Literal.of(value, ElementType.I64);
  }

  private static IndexExpr binary(BinaryOperator operator, IndexExpr left, IndexExpr right) {
    return new IndexExpr.Binary(operator, left, right);
  }
}
