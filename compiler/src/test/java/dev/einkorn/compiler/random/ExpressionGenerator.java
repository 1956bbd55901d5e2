package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Draws the right side of one statement. */
final class ExpressionGenerator {
  /** Evaluations of nodes that one statement may take, roughly. */
  private static final long MOST_WORK = 3_000;

  /** Iterations of one node. */
  private static final long MOST_POINTS = 1_000;

  private static final List<Function> EXACT_FUNCTIONS =
      List.of(
          Function.ABS,
          Function.SIGN,
          Function.RELU,
          Function.FLOOR,
          Function.CEIL,
          Function.ROUND,
          Function.MIN,
          Function.MAX,
          Function.FMA);

  private final SplittableRandom random;
  private final Profile profile;
  private final ProgramGenerator.Risk risk;
  private final Vocabulary vocabulary;

  /** The extent of each variable name of the statement, also of those no longer in scope. */
  private final Map<IndexVariable, Extent> names;

  private final List<IndexBinding> scope;
  private final AccessGenerator accesses;
  private long points = 1;
  private long work;

  ExpressionGenerator(
      SplittableRandom random,
      Profile profile,
      ProgramGenerator.Risk risk,
      Vocabulary vocabulary,
      List<TensorDeclaration> readable,
      Map<IndexVariable, Extent> names,
      Collection<IndexBinding> bindings) {
    this.random = random;
    this.profile = profile;
    this.risk = risk;
    this.vocabulary = vocabulary;
    this.names = names;
    this.scope = new ArrayList<>(bindings);
    this.accesses = new AccessGenerator(random, vocabulary, readable, scope);
    for (IndexBinding binding : bindings) {
      points *= vocabulary.value(binding.extent());
    }
  }

  static ElementType elementType(SplittableRandom random) {
    int lot = random.nextInt(20);
    return lot < 7
        ? ElementType.F32
        : lot < 11
            ? ElementType.F64
            : lot < 15 ? ElementType.I32 : lot < 18 ? ElementType.I64 : ElementType.BOOL;
  }

  /** An expression of this type. */
  IndexExpr draw(ElementType type) {
    return draw(type, 1 + random.nextInt(random.nextInt(2) == 0 ? 3 : 5));
  }

  private IndexExpr draw(ElementType type, int depth) {
    work += points;
    if (depth <= 0 || work > MOST_WORK) {
      return leaf(type);
    }
    return type == ElementType.BOOL ? condition(depth) : number(type, depth);
  }

  private IndexExpr number(ElementType type, int depth) {
    if (risk != ProgramGenerator.Risk.NONE && random.nextInt(3) == 0) {
      return risky(type, depth);
    }
    int lot = random.nextInt(100);
    if (lot < 32) {
      return arithmetic(type, depth);
    } else if (lot < 37) {
      return new IndexExpr.Unary(UnaryOperator.NEGATE, draw(type, depth - 1));
    } else if (lot < 51) {
      return call(type, depth);
    } else if (lot < 57) {
      return cast(type, depth);
    } else if (lot < 64) {
      return new IndexExpr.Select(
          draw(ElementType.BOOL, depth - 1), draw(type, depth - 1), draw(type, depth - 1));
    } else if (lot < 68) {
      return guarded(type, depth);
    } else if (lot < 82) {
      return reduction(type, () -> draw(type, depth - 1));
    } else if (lot < 94) {
      return reduction(type, () -> product(type));
    } else {
      return leaf(type);
    }
  }

  /**
   * A product of accesses and of sums of accesses, as in a contraction; sometimes with a square.
   */
  private IndexExpr product(ElementType type) {
    IndexExpr product = leaf(type);
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      IndexExpr factor = random.nextInt(6) == 0 ? product : leaf(type);
      if (random.nextInt(4) == 0) {
        factor = new IndexExpr.Binary(BinaryOperator.ADD, factor, leaf(type));
      }
      product = new IndexExpr.Binary(BinaryOperator.MULTIPLY, product, factor);
      work += 2 * points;
    }
    return product;
  }

  /** What the program risks, where the type allows it. */
  private IndexExpr risky(ElementType type, int depth) {
    BinaryOperator division =
        random.nextBoolean() ? BinaryOperator.FLOOR_DIVIDE : BinaryOperator.REMAINDER;
    return switch (risk) {
      case DIVISION_BY_ZERO ->
          new IndexExpr.Binary(division, draw(type, depth - 1), draw(type, depth - 1));
      case NEGATIVE_POWER -> binary(BinaryOperator.POWER, type, depth);
      case OUT_OF_RANGE -> accesses.outOfRange(type).orElseGet(() -> leaf(type));
      case NONE -> leaf(type);
    };
  }

  private IndexExpr arithmetic(ElementType type, int depth) {
    int lot = random.nextInt(100);
    if (lot < 30) {
      return binary(BinaryOperator.ADD, type, depth);
    } else if (lot < 45) {
      return binary(BinaryOperator.SUBTRACT, type, depth);
    } else if (lot < 75 || (profile == Profile.EXACT && type.isFloating())) {
      return binary(BinaryOperator.MULTIPLY, type, depth);
    } else if (lot < 83 && type.isFloating()) {
      return binary(BinaryOperator.DIVIDE, type, depth);
    } else if (lot < 88 && profile == Profile.FULL) {
      return new IndexExpr.Binary(
          BinaryOperator.POWER, draw(type, depth - 1), exponent(type, depth - 1));
    }
    BinaryOperator operator = lot % 2 == 0 ? BinaryOperator.FLOOR_DIVIDE : BinaryOperator.REMAINDER;
    return new IndexExpr.Binary(operator, draw(type, depth - 1), divisor(type, depth - 1));
  }

  private IndexExpr binary(BinaryOperator operator, ElementType type, int depth) {
    return new IndexExpr.Binary(operator, draw(type, depth - 1), draw(type, depth - 1));
  }

  /** A divisor that is not 0, unless that is what the program risks. */
  private IndexExpr divisor(ElementType type, int depth) {
    if (type.isFloating() || risk == ProgramGenerator.Risk.DIVISION_BY_ZERO) {
      return draw(type, depth);
    }
    if (random.nextInt(2) == 0) {
      return IndexExpr.Literal.of(random.nextBoolean() ? -1L - random.nextInt(5) : 2L, type);
    }
    IndexExpr raw = draw(type, depth);
    IndexExpr zero = IndexExpr.Literal.of(0L, type);
    return new IndexExpr.Select(
        new IndexExpr.Binary(BinaryOperator.EQUAL, raw, zero), IndexExpr.Literal.of(3L, type), raw);
  }

  /** An exponent that is not negative if an integer, unless that is what the program risks. */
  private IndexExpr exponent(ElementType type, int depth) {
    if (type.isFloating()) {
      return random.nextBoolean() ? literal(type) : draw(type, depth);
    }
    if (risk == ProgramGenerator.Risk.NEGATIVE_POWER) {
      return draw(type, depth);
    }
    return random.nextBoolean()
        ? IndexExpr.Literal.of((long) random.nextInt(4), type)
        : new IndexExpr.Call(Function.RELU, List.of(draw(type, depth)));
  }

  private IndexExpr call(ElementType type, int depth) {
    List<Function> functions =
        Arrays.stream(Function.values())
            .filter(f -> type.isFloating() || f.onIntegers())
            .filter(f -> profile == Profile.FULL || EXACT_FUNCTIONS.contains(f))
            .toList();
    Function function = functions.get(random.nextInt(functions.size()));
    var arguments = new ArrayList<IndexExpr>();
    for (int n = 0; n < function.arity(); n++) {
      arguments.add(draw(type, depth - 1));
    }
    return new IndexExpr.Call(function, arguments);
  }

  private IndexExpr cast(ElementType type, int depth) {
    ElementType from;
    do {
      from = elementType(random);
    } while (from == type);
    return new IndexExpr.Cast(draw(from, depth - 1), type);
  }

  /** An operation that would fail, behind the condition that makes it safe. */
  private IndexExpr guarded(ElementType type, int depth) {
    if (type.isInteger() && random.nextBoolean()) {
      IndexExpr divisor = leaf(type);
      IndexExpr zero = IndexExpr.Literal.of(0L, type);
      return new IndexExpr.Select(
          new IndexExpr.Binary(BinaryOperator.NOT_EQUAL, divisor, zero),
          new IndexExpr.Binary(BinaryOperator.FLOOR_DIVIDE, draw(type, depth - 1), divisor),
          leaf(type));
    }
    return accesses
        .border(type)
        .<IndexExpr>map(
            border -> new IndexExpr.Select(border.inRange(), border.access(), leaf(type)))
        .orElseGet(() -> leaf(type));
  }

  private IndexExpr condition(int depth) {
    int lot = random.nextInt(100);
    if (lot < 40) {
      ElementType type = elementType(random);
      BinaryOperator[] operators =
          type == ElementType.BOOL
              ? new BinaryOperator[] {BinaryOperator.EQUAL, BinaryOperator.NOT_EQUAL}
              : new BinaryOperator[] {
                BinaryOperator.LESS,
                BinaryOperator.LESS_OR_EQUAL,
                BinaryOperator.GREATER,
                BinaryOperator.GREATER_OR_EQUAL,
                BinaryOperator.EQUAL,
                BinaryOperator.NOT_EQUAL
              };
      return binary(operators[random.nextInt(operators.length)], type, depth);
    } else if (lot < 60) {
      return binary(
          random.nextBoolean() ? BinaryOperator.AND : BinaryOperator.OR, ElementType.BOOL, depth);
    } else if (lot < 68) {
      return new IndexExpr.Unary(UnaryOperator.NOT, draw(ElementType.BOOL, depth - 1));
    } else if (lot < 74) {
      return cast(ElementType.BOOL, depth);
    } else if (lot < 79) {
      return shortCircuit(depth);
    } else if (lot < 92) {
      return reduction(ElementType.BOOL, () -> draw(ElementType.BOOL, depth - 1));
    } else {
      return leaf(ElementType.BOOL);
    }
  }

  /** {@code d != 0 and a // d < b}, or its negation: the division is reached only if legal. */
  private IndexExpr shortCircuit(int depth) {
    ElementType type = random.nextBoolean() ? ElementType.I32 : ElementType.I64;
    IndexExpr divisor = leaf(type);
    IndexExpr zero = IndexExpr.Literal.of(0L, type);
    boolean and = random.nextBoolean();
    IndexExpr guard =
        new IndexExpr.Binary(and ? BinaryOperator.NOT_EQUAL : BinaryOperator.EQUAL, divisor, zero);
    IndexExpr remainder =
        new IndexExpr.Binary(BinaryOperator.REMAINDER, draw(type, depth - 1), divisor);
    return new IndexExpr.Binary(
        and ? BinaryOperator.AND : BinaryOperator.OR,
        guard,
        new IndexExpr.Binary(BinaryOperator.LESS, remainder, leaf(type)));
  }

  private IndexExpr reduction(ElementType type, Supplier<IndexExpr> drawBody) {
    int before = scope.size();
    long pointsBefore = points;
    boolean empty = false;
    for (int n = 1 + random.nextInt(random.nextBoolean() ? 1 : 3); n > 0; n--) {
      Vocabulary.Size size = vocabulary.anySize();
      IndexVariable variable = vocabulary.variableFor(size);
      boolean free =
          names.getOrDefault(variable, size.extent()).equals(size.extent())
              && scope.stream().noneMatch(binding -> binding.variable().equals(variable));
      if (free && points * size.value() <= MOST_POINTS) {
        names.put(variable, size.extent());
        scope.add(new IndexBinding(variable, size.extent()));
        points *= size.value();
        empty |= size.value() == 0;
      }
    }
    if (scope.size() == before) {
      return leaf(type);
    }
    ReductionOperator operator = reductionOperator(type, empty);
    var bindings = List.copyOf(scope.subList(before, scope.size()));
    IndexExpr body = drawBody.get();
    scope.subList(before, scope.size()).clear();
    points = pointsBefore;
    return new IndexExpr.Reduction(operator, bindings, body);
  }

  private ReductionOperator reductionOperator(ElementType type, boolean empty) {
    if (type == ElementType.BOOL) {
      return random.nextBoolean() ? ReductionOperator.ANY : ReductionOperator.ALL;
    }
    // an empty max is -inf, and then not everything is exact any more
    boolean ordered = profile == Profile.FULL || !empty;
    return switch (random.nextInt(10)) {
      case 0 -> ReductionOperator.PRODUCT;
      case 1, 2 -> ordered ? ReductionOperator.MAX : ReductionOperator.SUM;
      case 3 -> ordered ? ReductionOperator.MIN : ReductionOperator.SUM;
      default -> ReductionOperator.SUM;
    };
  }

  private IndexExpr leaf(ElementType type) {
    work += points;
    int lot = random.nextInt(100);
    if (lot < 72) {
      return accesses.access(type).orElseGet(() -> literal(type));
    } else if (lot < 84 && type.isNumeric() && !scope.isEmpty()) {
      IndexBinding binding = scope.get(random.nextInt(scope.size()));
      return ofLong(new IndexExpr.IndexValue(binding.variable()), type);
    } else if (lot < 88 && type.isNumeric()) {
      Extent extent = vocabulary.anySize().extent();
      return ofLong(new IndexExpr.ExtentValue(extent), type);
    }
    return literal(type);
  }

  private static IndexExpr ofLong(IndexExpr number, ElementType type) {
    return type == ElementType.I64 ? number : new IndexExpr.Cast(number, type);
  }

  private IndexExpr literal(ElementType type) {
    boolean rare = profile == Profile.FULL && random.nextInt(6) == 0;
    long small = random.nextInt(-3, 4);
    return switch (type) {
      case F32, F64 -> {
        double[] values = {
          0.5,
          0.1,
          -2.25,
          1e8,
          -0.0,
          1e-3,
          1e30,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.NaN
        };
        yield IndexExpr.Literal.of(
            rare ? values[random.nextInt(values.length)] : (double) small, type);
      }
      case I32 -> {
        long[] values = {Integer.MIN_VALUE, Integer.MAX_VALUE, 65_536, -100};
        yield IndexExpr.Literal.of(rare ? values[random.nextInt(values.length)] : small, type);
      }
      case I64 -> {
        long[] values = {Long.MIN_VALUE, Long.MAX_VALUE, 1L << 33, -100};
        yield IndexExpr.Literal.of(rare ? values[random.nextInt(values.length)] : small, type);
      }
      case BOOL -> IndexExpr.Literal.of(random.nextBoolean());
    };
  }
}
