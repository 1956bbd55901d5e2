package dev.einkorn.compiler.index;

import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A typed expression over index variables.
 *
 * <p>Semantics. Operands are evaluated left to right and every operation rounds to its element
 * type: {@code f32} arithmetic rounds to binary32 after each operation, integers wrap. A reduction
 * starts from its operator's identity and folds the body over its variables in ascending
 * lexicographic order, first variable slowest. {@link Select} and the logical operators have no
 * side effects, so whether an operand that is not needed is evaluated cannot be seen, except that
 * integer division by zero and out-of-range accesses are errors only where they are reached: {@link
 * Select} evaluates just the chosen branch, {@code and} and {@code or} stop at the first operand
 * that decides. No sum is reassociated here; only a later stage may, where the mode allows it.
 */
public sealed interface IndexExpr {

  /** The type of the value. */
  ElementType elementType();

  /** The operands, in evaluation order. */
  List<IndexExpr> children();

  /**
   * Whether evaluating it may end in a run-time error: an integer division or power, a gather, or a
   * border around an axis that may be empty.
   */
  default boolean mayFail() {
    boolean itself =
        switch (this) {
          case Binary(BinaryOperator operator, IndexExpr left, _) ->
              operator.mayFail() && left.elementType().isInteger();
          case Access access ->
              !access.children().isEmpty()
                  || (access.border() != Border.NONE && access.border() != Border.ZERO);
          case Literal _,
              IndexValue _,
              ExtentValue _,
              Unary _,
              Call _,
              Cast _,
              Select _,
              Reduction _,
              ArgumentReduction _ ->
              false;
        };
    return itself || children().stream().anyMatch(IndexExpr::mayFail);
  }

  /** This node over {@code f} of each child; this very node if no child changes. */
  IndexExpr mapChildren(UnaryOperator<IndexExpr> f);

  /**
   * An element of a tensor: {@code A[i,k]}. Rank 0 has no subscripts. With a {@link Border} other
   * than NONE all subscripts are affine.
   */
  record Access(String tensor, List<Subscript> subscripts, Border border, ElementType elementType)
      implements IndexExpr {
    public Access {
      subscripts = List.copyOf(subscripts);
      require(
          border == Border.NONE || subscripts.stream().allMatch(s -> s instanceof Subscript.Affine),
          border,
          subscripts);
    }

    /** An access that never leaves its tensor. */
    public Access(String tensor, List<Subscript> subscripts, ElementType elementType) {
      this(tensor, subscripts, Border.NONE, elementType);
    }

    /** The values that gather subscripts compute. */
    @Override
    public List<IndexExpr> children() {
      List<IndexExpr> gathered = new ArrayList<>();
      for (Subscript subscript : subscripts) {
        if (subscript instanceof Subscript.Gather(IndexExpr index)) {
          gathered.add(index);
        }
      }
      return gathered;
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      List<Subscript> mapped = new ArrayList<>();
      boolean same = true;
      for (Subscript subscript : subscripts) {
        if (subscript instanceof Subscript.Gather(IndexExpr index)) {
          IndexExpr m = f.apply(index);
          same &= m == index;
          mapped.add(m == index ? subscript : new Subscript.Gather(m));
        } else {
          mapped.add(subscript);
        }
      }
      return same ? this : new Access(tensor, mapped, border, elementType);
    }
  }

  /**
   * A constant.
   *
   * @param value a {@link Double} for floating types, a {@link Long} for integers (in range), a
   *     {@link Boolean} for conditions
   */
  record Literal(Object value, ElementType elementType) implements IndexExpr {
    public Literal {
      boolean fits =
          switch (elementType) {
            case F32 -> value instanceof Double d && Double.compare((float) (double) d, d) == 0;
            case F64 -> value instanceof Double;
            case I32 -> value instanceof Long n && n == (int) (long) n;
            case I64 -> value instanceof Long;
            case BOOL -> value instanceof Boolean;
          };
      if (!fits) {
        throw new IllegalArgumentException(
            "literal " + value + " is not a value of " + elementType);
      }
    }

    /** A floating-point constant, rounded to the type. */
    public static Literal of(double value, ElementType type) {
      return new Literal(type == ElementType.F32 ? (double) (float) value : value, type);
    }

    /** An integer constant. */
    public static Literal of(long value, ElementType type) {
      return new Literal(value, type);
    }

    /** A truth value. */
    public static Literal of(boolean value) {
      return new Literal(value, ElementType.BOOL);
    }

    @Override
    public List<IndexExpr> children() {
      return List.of();
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      return this;
    }
  }

  /** The position of an index variable, as a number of type {@code i64}. */
  record IndexValue(IndexVariable variable) implements IndexExpr {
    @Override
    public ElementType elementType() {
      return ElementType.I64;
    }

    @Override
    public List<IndexExpr> children() {
      return List.of();
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      return this;
    }
  }

  /** An extent as a number of type {@code i64}, such as the divisor of a mean. */
  record ExtentValue(Extent extent) implements IndexExpr {
    @Override
    public ElementType elementType() {
      return ElementType.I64;
    }

    @Override
    public List<IndexExpr> children() {
      return List.of();
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      return this;
    }
  }

  /** A prefix operator. */
  record Unary(dev.einkorn.compiler.index.UnaryOperator operator, IndexExpr operand)
      implements IndexExpr {
    public Unary {
      boolean logical = operator == dev.einkorn.compiler.index.UnaryOperator.NOT;
      require(logical == !operand.elementType().isNumeric(), operator, operand.elementType());
    }

    @Override
    public ElementType elementType() {
      return operand.elementType();
    }

    @Override
    public List<IndexExpr> children() {
      return List.of(operand);
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      IndexExpr mapped = f.apply(operand);
      return mapped == operand ? this : new Unary(operator, mapped);
    }
  }

  /** An infix operator on two operands of one type. */
  record Binary(BinaryOperator operator, IndexExpr left, IndexExpr right) implements IndexExpr {
    public Binary {
      ElementType type = left.elementType();
      require(type == right.elementType(), operator, type + " and " + right.elementType());
      switch (operator.kind()) {
        case ARITHMETIC -> {
          require(type.isNumeric(), operator, type);
          require(operator != BinaryOperator.DIVIDE || type.isFloating(), operator, type);
        }
        case COMPARISON ->
            require(
                type.isNumeric()
                    || operator == BinaryOperator.EQUAL
                    || operator == BinaryOperator.NOT_EQUAL,
                operator,
                type);
        case LOGICAL -> require(type == ElementType.BOOL, operator, type);
      }
    }

    @Override
    public ElementType elementType() {
      return operator.kind() == BinaryOperator.Kind.ARITHMETIC
          ? left.elementType()
          : ElementType.BOOL;
    }

    @Override
    public List<IndexExpr> children() {
      return List.of(left, right);
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      IndexExpr l = f.apply(left);
      IndexExpr r = f.apply(right);
      return l == left && r == right ? this : new Binary(operator, l, r);
    }
  }

  /** A built-in function; arguments and result have one type. */
  record Call(Function function, List<IndexExpr> arguments) implements IndexExpr {
    public Call {
      arguments = List.copyOf(arguments);
      require(arguments.size() == function.arity(), function, arguments.size() + " arguments");
      for (IndexExpr argument : arguments) {
        ElementType type = argument.elementType();
        require(type == arguments.getFirst().elementType(), function, arguments);
        require(type.isFloating() || (type.isInteger() && function.onIntegers()), function, type);
      }
    }

    @Override
    public ElementType elementType() {
      return arguments.getFirst().elementType();
    }

    @Override
    public List<IndexExpr> children() {
      return arguments;
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      List<IndexExpr> mapped = new ArrayList<>();
      boolean same = true;
      for (IndexExpr argument : arguments) {
        IndexExpr m = f.apply(argument);
        same &= m == argument;
        mapped.add(m);
      }
      return same ? this : new Call(function, mapped);
    }
  }

  /**
   * A conversion with Java's rules: to an integer it truncates and saturates, NaN gives 0; from a
   * condition it gives 0 or 1; to a condition it is "not equal to zero".
   */
  record Cast(IndexExpr operand, ElementType elementType) implements IndexExpr {
    public Cast {
      require(operand.elementType() != elementType, "cast", elementType + " to itself");
    }

    @Override
    public List<IndexExpr> children() {
      return List.of(operand);
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      IndexExpr mapped = f.apply(operand);
      return mapped == operand ? this : new Cast(mapped, elementType);
    }
  }

  /** {@code select(condition, whenTrue, whenFalse)}; both branches have one type. */
  record Select(IndexExpr condition, IndexExpr whenTrue, IndexExpr whenFalse) implements IndexExpr {
    public Select {
      require(condition.elementType() == ElementType.BOOL, "select", condition.elementType());
      require(
          whenTrue.elementType() == whenFalse.elementType(),
          "select",
          whenTrue.elementType() + " and " + whenFalse.elementType());
    }

    @Override
    public ElementType elementType() {
      return whenTrue.elementType();
    }

    @Override
    public List<IndexExpr> children() {
      return List.of(condition, whenTrue, whenFalse);
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      IndexExpr c = f.apply(condition);
      IndexExpr t = f.apply(whenTrue);
      IndexExpr e = f.apply(whenFalse);
      return c == condition && t == whenTrue && e == whenFalse ? this : new Select(c, t, e);
    }
  }

  /** {@code sum[k,l](body)}: folds the body over the bound variables with one accumulator. */
  record Reduction(ReductionOperator operator, List<IndexBinding> bindings, IndexExpr body)
      implements IndexExpr {
    public Reduction {
      bindings = List.copyOf(bindings);
      require(!bindings.isEmpty(), operator, "no variables");
      require(
          operator.isLogical() == !body.elementType().isNumeric(), operator, body.elementType());
    }

    @Override
    public ElementType elementType() {
      return body.elementType();
    }

    @Override
    public List<IndexExpr> children() {
      return List.of(body);
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      IndexExpr mapped = f.apply(body);
      return mapped == body ? this : new Reduction(operator, bindings, mapped);
    }
  }

  /**
   * {@code argmax[k](body)}: the position at which a value stands first, of type {@code i64}. Over
   * several variables it is the row-major number of the position. Over no position at all it is -1.
   *
   * @param condition which positions take part; {@code true} for all
   */
  record ArgumentReduction(
      ArgumentOperator operator, List<IndexBinding> bindings, IndexExpr condition, IndexExpr body)
      implements IndexExpr {
    public ArgumentReduction {
      bindings = List.copyOf(bindings);
      require(!bindings.isEmpty(), operator, "no variables");
      require(condition.elementType() == ElementType.BOOL, operator, condition.elementType());
      require(body.elementType().isNumeric(), operator, body.elementType());
    }

    @Override
    public ElementType elementType() {
      return ElementType.I64;
    }

    @Override
    public List<IndexExpr> children() {
      return List.of(condition, body);
    }

    @Override
    public IndexExpr mapChildren(UnaryOperator<IndexExpr> f) {
      IndexExpr c = f.apply(condition);
      IndexExpr b = f.apply(body);
      return c == condition && b == body ? this : new ArgumentReduction(operator, bindings, c, b);
    }
  }

  private static void require(boolean condition, Object node, Object found) {
    if (!condition) {
      throw new IllegalArgumentException("ill-typed " + node + ": " + found);
    }
  }
}
