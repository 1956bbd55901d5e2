package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.ArgumentOperator;
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
import java.util.Optional;
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
  private final Risk risk;
  private final Vocabulary vocabulary;

  /** The extent of each variable name of the statement, also of those no longer in scope. */
  private final Map<IndexVariable, Extent> names;

  private final List<IndexBinding> scope;
  private final AccessGenerator accesses;
  private final ConditionGenerator conditions;
  private long points = 1;
  private long work;

  ExpressionGenerator(
      SplittableRandom random,
      Profile profile,
      Risk risk,
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
    this.conditions = new ConditionGenerator(random, vocabulary);
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
    if (risk != Risk.NONE && random.nextInt(3) == 0) {
      return risky(type, depth);
    }
    int lot = random.nextInt(135);
    if (lot < 32) {
      return arithmetic(type, depth);
    } else if (lot < 37) {
      return new IndexExpr.Unary(UnaryOperator.NEGATE, draw(type, depth - 1));
    } else if (lot < 56) {
      return call(type, depth);
    } else if (lot < 62) {
      return cast(type, depth);
    } else if (lot < 69) {
      return new IndexExpr.Select(
          draw(ElementType.BOOL, depth - 1), draw(type, depth - 1), draw(type, depth - 1));
    } else if (lot < 73) {
      return guarded(type, depth);
    } else if (lot < 87) {
      return reduction(type, () -> draw(type, depth - 1));
    } else if (lot < 99) {
      return reduction(type, () -> product(type));
    } else if (lot < 104) {
      return argument(type, depth);
    } else if (lot < 111) {
      return bordered(type);
    } else if (lot < 117) {
      return gather(type, depth);
    } else if (lot < 127) {
      return convolution(type, depth);
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
      case OUT_OF_RANGE -> random.nextInt(4) == 0 ? bordered(type) : gather(type, depth);
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
    if (type.isFloating() || risk == Risk.DIVISION_BY_ZERO) {
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
    if (risk == Risk.NEGATIVE_POWER) {
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
    return scope.isEmpty()
        ? leaf(type)
        : new IndexExpr.Select(conditions.draw(scope), bordered(type), leaf(type));
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

  /** A fold; sometimes only over the positions that satisfy a condition. */
  private IndexExpr reduction(ElementType type, Supplier<IndexExpr> drawBody) {
    return binding(
            anyVariables(),
            bindings -> {
              boolean empty = bindings.stream().anyMatch(b -> vocabulary.value(b.extent()) == 0);
              boolean restricted = random.nextInt(type == ElementType.BOOL ? 2 : 5) == 0;
              ReductionOperator operator = reductionOperator(type, empty || restricted);
              IndexExpr body = drawBody.get();
              if (restricted) {
                IndexExpr condition = conditions.draw(scope, bindings);
                body = new IndexExpr.Select(condition, body, identity(operator, type));
              }
              return new IndexExpr.Reduction(operator, bindings, body);
            })
        .orElseGet(() -> leaf(type));
  }

  private static IndexExpr identity(ReductionOperator operator, ElementType type) {
    return switch (operator) {
      case SUM, PRODUCT -> {
        long value = operator == ReductionOperator.SUM ? 0 : 1;
        yield type.isFloating()
            ? IndexExpr.Literal.of((double) value, type)
            : IndexExpr.Literal.of(value, type);
      }
      case MAX, MIN -> {
        boolean lowest = operator == ReductionOperator.MAX;
        yield switch (type) {
          case F32, F64 ->
              IndexExpr.Literal.of(
                  lowest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY, type);
          case I32 -> IndexExpr.Literal.of(lowest ? Integer.MIN_VALUE : Integer.MAX_VALUE, type);
          case I64 -> IndexExpr.Literal.of(lowest ? Long.MIN_VALUE : Long.MAX_VALUE, type);
          case BOOL -> throw new IllegalArgumentException(operator + " of conditions");
        };
      }
      case ANY -> IndexExpr.Literal.of(false);
      case ALL -> IndexExpr.Literal.of(true);
    };
  }

  /** {@code argmax} or {@code argmin}, sometimes over the positions that satisfy a condition. */
  private IndexExpr argument(ElementType type, int depth) {
    ElementType of = numericType();
    return binding(
            anyVariables(),
            bindings -> {
              IndexExpr body = draw(of, depth - 1);
              return argument(
                  bindings,
                  random.nextInt(3) == 0
                      ? conditions.draw(scope, bindings)
                      : IndexExpr.Literal.of(true),
                  body);
            })
        .map(position -> ofLong(position, type))
        .orElseGet(() -> leaf(type));
  }

  private IndexExpr argument(List<IndexBinding> bindings, IndexExpr condition, IndexExpr body) {
    ArgumentOperator operator =
        random.nextBoolean() ? ArgumentOperator.ARGMAX : ArgumentOperator.ARGMIN;
    return new IndexExpr.ArgumentReduction(operator, bindings, condition, body);
  }

  private ElementType numericType() {
    ElementType type = elementType(random);
    return type == ElementType.BOOL ? ElementType.I32 : type;
  }

  private IndexExpr bordered(ElementType type) {
    work += points;
    return accesses.bordered(type, risk == Risk.OUT_OF_RANGE).orElseGet(() -> leaf(type));
  }

  private IndexExpr gather(ElementType type, int depth) {
    return accesses.gather(type, extent -> position(extent, depth)).orElseGet(() -> leaf(type));
  }

  /** A position on an axis that is not empty, unless the program risks a wrong one. */
  private IndexExpr position(Extent extent, int depth) {
    work += 2 * points;
    ElementType type = random.nextBoolean() ? ElementType.I32 : ElementType.I64;
    int lot = random.nextInt(20);
    if (lot < 11) {
      Optional<IndexExpr> index =
          depth > 1 && random.nextInt(4) == 0
              ? accesses.gather(type, inner -> position(inner, depth - 2))
              : accesses.access(type).map(IndexExpr.class::cast);
      // RandomInputs draws positions for inputs; anything else might be anywhere
      if (index.isPresent()
          && index.get() instanceof IndexExpr.Access access
          && vocabulary.isInput(access.tensor())) {
        long shift = random.nextInt(4) == 0 ? random.nextLong(vocabulary.value(extent)) : 0;
        if (risk == Risk.OUT_OF_RANGE && random.nextInt(3) == 0) {
          shift -= 1;
        }
        return shift == 0
            ? access
            : new IndexExpr.Binary(
                BinaryOperator.ADD, access, IndexExpr.Literal.of(shift, access.elementType()));
      }
    } else if (lot < 13) {
      var within =
          scope.stream()
              .filter(b -> vocabulary.value(b.extent()) <= vocabulary.value(extent))
              .toList();
      if (!within.isEmpty()) {
        IndexVariable variable = within.get(random.nextInt(within.size())).variable();
        return new IndexExpr.IndexValue(variable);
      }
    } else if (lot < 15) {
      var sizes =
          vocabulary.sizes.stream()
              .filter(size -> size.value() > 0 && size.value() <= vocabulary.value(extent))
              .toList();
      if (!sizes.isEmpty()) {
        Optional<IndexExpr> found =
            binding(
                List.of(sizes.get(random.nextInt(sizes.size()))),
                bindings -> argument(bindings, IndexExpr.Literal.of(true), leaf(numericType())));
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    return new IndexExpr.Binary(
        BinaryOperator.REMAINDER,
        draw(type, Math.min(2, depth - 1)),
        ofLong(new IndexExpr.ExtentValue(extent), type));
  }

  /** A sliding window: an access from which a size in scope is derived, times something. */
  private IndexExpr convolution(ElementType type, int depth) {
    var derived = scope.stream().filter(b -> !vocabulary.forms(b.extent()).isEmpty()).toList();
    if (derived.isEmpty()) {
      return leaf(type);
    }
    IndexBinding binding = derived.get(random.nextInt(derived.size()));
    List<Form> forms = vocabulary.forms(binding.extent());
    Form form = forms.get(random.nextInt(forms.size()));
    List<Vocabulary.Size> sizes = form.windows().stream().map(Form.Window::size).toList();
    if (sizes.isEmpty()) {
      return accesses.ofForm(type, form, binding, List.of()).orElseGet(() -> leaf(type));
    }
    return binding(
            sizes,
            windows -> {
              boolean empty = sizes.stream().anyMatch(size -> size.value() == 0);
              ReductionOperator operator = reductionOperator(type, empty);
              Optional<IndexExpr> access =
                  windows.size() < sizes.size()
                      ? Optional.empty()
                      : accesses.ofForm(type, form, binding, windows);
              IndexExpr body = access.orElseGet(() -> leaf(type));
              if (type.isNumeric() && random.nextInt(3) > 0) {
                body = new IndexExpr.Binary(BinaryOperator.MULTIPLY, body, draw(type, depth - 2));
              }
              return new IndexExpr.Reduction(operator, windows, body);
            })
        .orElseGet(() -> leaf(type));
  }

  private List<Vocabulary.Size> anyVariables() {
    var sizes = new ArrayList<Vocabulary.Size>();
    for (int n = 1 + random.nextInt(random.nextBoolean() ? 1 : 3); n > 0; n--) {
      sizes.add(
          random.nextInt(12) == 0
              ? vocabulary.derivedSize().orElseGet(vocabulary::anySize)
              : vocabulary.anySize());
    }
    return sizes;
  }

  /** Draws with a variable of each size in scope, as far as the work allows; none if it never. */
  private Optional<IndexExpr> binding(
      List<Vocabulary.Size> sizes,
      java.util.function.Function<List<IndexBinding>, IndexExpr> draw) {
    int before = scope.size();
    long pointsBefore = points;
    for (Vocabulary.Size size : sizes) {
      IndexVariable variable = vocabulary.variableFor(size);
      boolean free =
          names.getOrDefault(variable, size.extent()).equals(size.extent())
              && scope.stream().noneMatch(binding -> binding.variable().equals(variable));
      if (free && points * size.value() <= MOST_POINTS) {
        names.put(variable, size.extent());
        scope.add(new IndexBinding(variable, size.extent()));
        points *= size.value();
      }
    }
    if (scope.size() == before) {
      return Optional.empty();
    }
    IndexExpr drawn = draw.apply(List.copyOf(scope.subList(before, scope.size())));
    scope.subList(before, scope.size()).clear();
    points = pointsBefore;
    return Optional.of(drawn);
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
      return accesses.access(type).map(IndexExpr.class::cast).orElseGet(() -> literal(type));
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
