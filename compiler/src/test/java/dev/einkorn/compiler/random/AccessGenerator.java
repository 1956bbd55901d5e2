package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Draws accesses: of tensors the program has, or of new inputs. */
final class AccessGenerator {
  private static final int MOST_INPUTS = 7;
  private static final long MOST_ELEMENTS = 2_000;
  private static final int[] RANKS = {0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4};

  private final SplittableRandom random;
  private final Vocabulary vocabulary;
  private final List<TensorDeclaration> targets;

  /** The variables in scope; the owner adds and removes. */
  private final List<IndexBinding> scope;

  AccessGenerator(
      SplittableRandom random,
      Vocabulary vocabulary,
      List<TensorDeclaration> targets,
      List<IndexBinding> scope) {
    this.random = random;
    this.vocabulary = vocabulary;
    this.targets = targets;
    this.scope = scope;
  }

  /** An access beyond an end of an axis, and the condition under which it is legal. */
  record Border(IndexExpr access, IndexExpr inRange) {}

  /** An access of this type that stays in bounds. */
  Optional<IndexExpr> access(ElementType type) {
    boolean mayAdd = vocabulary.inputs.size() < MOST_INPUTS && vocabulary.hasTensorNames();
    if (random.nextInt(3) > 0 || !mayAdd) {
      List<TensorDeclaration> candidates = new ArrayList<>(targets);
      if (targets.isEmpty() || random.nextBoolean()) {
        candidates.addAll(vocabulary.inputs);
      }
      candidates.removeIf(declaration -> declaration.type().elementType() != type);
      if (!candidates.isEmpty()) {
        Optional<IndexExpr> existing = accessOf(candidates.get(random.nextInt(candidates.size())));
        if (existing.isPresent()) {
          return existing;
        }
      }
    }
    return mayAdd ? Optional.of(accessOfNewInput(type)) : Optional.empty();
  }

  /** An access that some of its positions may take out of the tensor; none if of rank 0. */
  Optional<IndexExpr> outOfRange(ElementType type) {
    return access(type)
        .filter(access -> access instanceof IndexExpr.Access a && !a.subscripts().isEmpty())
        .map(access -> shifted((IndexExpr.Access) access));
  }

  private IndexExpr shifted(IndexExpr.Access access) {
    var subscripts = new ArrayList<>(access.subscripts());
    int axis = random.nextInt(subscripts.size());
    long shift = random.nextBoolean() ? 1 + random.nextInt(3) : -1 - random.nextInt(3);
    switch (subscripts.get(axis)) {
      case Subscript.Affine(List<Subscript.Term> terms, long constant) -> {
        var moved = new Subscript.Affine(terms, constant + shift);
        subscripts.set(axis, moved.isVariable() ? Subscript.of(-1) : moved);
      }
    }
    return new IndexExpr.Access(access.tensor(), subscripts, access.elementType());
  }

  private Optional<IndexExpr> accessOf(TensorDeclaration tensor) {
    var subscripts = new ArrayList<Subscript>();
    for (Extent extent : tensor.type().extents()) {
      Optional<Subscript> subscript = subscript(extent);
      if (subscript.isEmpty()) {
        return Optional.empty();
      }
      subscripts.add(subscript.get());
    }
    return Optional.of(
        new IndexExpr.Access(tensor.name(), subscripts, tensor.type().elementType()));
  }

  /** A subscript that stays within the extent; none if nothing does. */
  private Optional<Subscript> subscript(Extent extent) {
    long value = vocabulary.value(extent);
    var plain = scope.stream().filter(binding -> binding.extent().equals(extent)).toList();
    if (!plain.isEmpty() && (value == 0 || random.nextInt(8) > 0)) {
      return Optional.of(Subscript.of(plain.get(random.nextInt(plain.size())).variable()));
    }
    if (value == 0) {
      return Optional.empty();
    }
    if (!scope.isEmpty() && random.nextBoolean()) {
      Affine affine = affine();
      long slack = value - 1 - affine.range();
      if (slack >= 0) {
        Subscript.Affine subscript = affine.startingAt(random.nextLong(slack + 1));
        if (!subscript.isVariable()) {
          return Optional.of(subscript);
        }
      }
    }
    return Optional.of(Subscript.of(random.nextLong(value)));
  }

  private IndexExpr accessOfNewInput(ElementType type) {
    int rank = RANKS[random.nextInt(RANKS.length)];
    var extents = new ArrayList<Extent>();
    var subscripts = new ArrayList<Subscript>();
    long elements = 1;
    for (int axis = 0; axis < rank; axis++) {
      Extent extent;
      Subscript subscript;
      int lot = random.nextInt(10);
      if (lot < 8 && !scope.isEmpty()) {
        // the innermost variables more often: a reduction should have something to reduce
        int at = Math.max(random.nextInt(scope.size()), random.nextInt(scope.size()));
        extent = scope.get(at).extent();
        subscript = Subscript.of(scope.get(at).variable());
      } else if (lot == 8 && !scope.isEmpty()) {
        Affine affine = affine();
        long start = random.nextInt(3);
        Subscript.Affine drawn = affine.startingAt(start);
        extent = vocabulary.axisSize(start + affine.range() + 1 + random.nextInt(2)).extent();
        subscript = drawn.isVariable() ? Subscript.of(start) : drawn;
      } else {
        extent = vocabulary.anySize().extent();
        long value = vocabulary.value(extent);
        if (value == 0) {
          continue;
        }
        subscript = Subscript.of(random.nextLong(value));
      }
      long more = elements * Math.max(1, vocabulary.value(extent));
      if (more <= MOST_ELEMENTS) {
        elements = more;
        extents.add(extent);
        subscripts.add(subscript);
      }
    }
    var input = new TensorDeclaration(vocabulary.newTensorName(), new TensorType(type, extents));
    vocabulary.inputs.add(input);
    return new IndexExpr.Access(input.name(), subscripts, type);
  }

  /**
   * An access of a vector that a variable plus a constant may leave; none if there is no vector.
   */
  Optional<Border> border(ElementType type) {
    var candidates = new ArrayList<>(vocabulary.inputs);
    candidates.addAll(targets);
    candidates.removeIf(d -> d.type().elementType() != type || d.type().rank() != 1);
    if (candidates.isEmpty() || scope.isEmpty()) {
      return Optional.empty();
    }
    TensorDeclaration vector = candidates.get(random.nextInt(candidates.size()));
    IndexBinding binding = scope.get(random.nextInt(scope.size()));
    long shift = random.nextBoolean() ? 1 + random.nextInt(2) : -1 - random.nextInt(2);
    var subscript = new Subscript.Affine(List.of(new Subscript.Term(binding.variable(), 1)), shift);
    IndexExpr position =
        new IndexExpr.Binary(
            BinaryOperator.ADD,
            new IndexExpr.IndexValue(binding.variable()),
            IndexExpr.Literal.of(shift, ElementType.I64));
    IndexExpr fromStart =
        new IndexExpr.Binary(
            BinaryOperator.LESS_OR_EQUAL, IndexExpr.Literal.of(0L, ElementType.I64), position);
    IndexExpr toEnd =
        new IndexExpr.Binary(
            BinaryOperator.LESS,
            position,
            new IndexExpr.ExtentValue(vector.type().extents().getFirst()));
    return Optional.of(
        new Border(
            new IndexExpr.Access(vector.name(), List.of(subscript), type),
            new IndexExpr.Binary(BinaryOperator.AND, fromStart, toEnd)));
  }

  /** Terms without a constant, and the least and the greatest value they take. */
  private record Affine(List<Subscript.Term> terms, long least, long greatest) {
    long range() {
      return greatest - least;
    }

    Subscript.Affine startingAt(long position) {
      return new Subscript.Affine(terms, position - least);
    }
  }

  private Affine affine() {
    long[] coefficients = {1, 1, 1, -1, 2, -2, 3};
    var terms = new ArrayList<Subscript.Term>();
    long least = 0;
    long greatest = 0;
    int first = random.nextInt(scope.size());
    int second = random.nextInt(scope.size());
    for (int at : first == second ? new int[] {first} : new int[] {first, second}) {
      IndexBinding binding = scope.get(at);
      long coefficient = coefficients[random.nextInt(coefficients.length)];
      terms.add(new Subscript.Term(binding.variable(), coefficient));
      long reach = coefficient * Math.max(0, vocabulary.value(binding.extent()) - 1);
      least += Math.min(0, reach);
      greatest += Math.max(0, reach);
    }
    return new Affine(terms, least, greatest);
  }
}
