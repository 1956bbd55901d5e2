package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A scalar value inside a loop nest. Every operation rounds to its element type; {@link Select},
 * {@code and} and {@code or} evaluate only what they need. Nothing here has a side effect, but
 * integer division and power may throw.
 */
public sealed interface Expr {

  /** The type of the value. */
  ElementType elementType();

  /** The operands, in evaluation order. */
  List<Expr> children();

  /** This node over {@code f} of each child; this very node if no child changes. */
  Expr mapChildren(UnaryOperator<Expr> f);

  /** Nodes without operands. */
  sealed interface Leaf extends Expr {
    @Override
    default int lanes() {
      return 1;
    }

    @Override
    default List<Expr> children() {
      return List.of();
    }

    @Override
    default Expr mapChildren(UnaryOperator<Expr> f) {
      return this;
    }
  }

  /** How many values this is: 1 for a scalar, a power of two for a vector. */
  default int lanes() {
    int lanes = 1;
    for (Expr child : children()) {
      lanes = Math.max(lanes, child.lanes());
    }
    return lanes;
  }

  /** Reads an element of a tensor. Its children are the values of gathered positions. */
  record Load(Element element, ElementType elementType) implements Expr {
    @Override
    public List<Expr> children() {
      List<Expr> gathered = new ArrayList<>();
      for (Position position : element.positions()) {
        if (position instanceof Position.Gathered(Expr index, _)) {
          gathered.add(index);
        }
      }
      return gathered;
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      List<Position> mapped = new ArrayList<>();
      boolean same = true;
      for (Position position : element.positions()) {
        if (position instanceof Position.Gathered(Expr index, String access)) {
          Expr m = f.apply(index);
          same &= m == index;
          mapped.add(new Position.Gathered(m, access));
        } else {
          mapped.add(position);
        }
      }
      return same ? this : new Load(new Element(element.tensor(), mapped), elementType);
    }
  }

  /** Reads neighbours along the unit axis of a tensor, the first of which is the element. */
  record VectorLoad(Element element, ElementType elementType, int lanes) implements Leaf {}

  /** The same scalar in every lane. */
  record Broadcast(Expr value, int lanes) implements Expr {
    @Override
    public ElementType elementType() {
      return value.elementType();
    }

    @Override
    public List<Expr> children() {
      return List.of(value);
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      Expr mapped = f.apply(value);
      return mapped == value ? this : new Broadcast(mapped, lanes);
    }
  }

  /**
   * One value of all lanes. The order is fixed: neighbouring halves are folded, lane {@code l} with
   * lane {@code l + lanes/2}, until one is left.
   */
  record LaneReduction(ReductionOperator operator, Expr vector) implements Expr {
    @Override
    public ElementType elementType() {
      return vector.elementType();
    }

    @Override
    public int lanes() {
      return 1;
    }

    @Override
    public List<Expr> children() {
      return List.of(vector);
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      Expr mapped = f.apply(vector);
      return mapped == vector ? this : new LaneReduction(operator, mapped);
    }
  }

  /**
   * A float's place in the order in which {@code max} or {@code min} takes floats, as an integer of
   * as many bits, or the float at a place. Places compare as the floats do, {@code -0} below {@code
   * 0}; a NaN comes after {@code inf} in the order of {@code max} and before {@code -inf} in that
   * of {@code min}.
   *
   * @param operator {@code max} or {@code min}
   * @param value a float, or a place of type {@code i32} or {@code i64}
   */
  record Rank(ReductionOperator operator, Expr value) implements Expr {
    public Rank {
      if (operator != ReductionOperator.MAX && operator != ReductionOperator.MIN) {
        throw new IllegalArgumentException("no order of " + operator);
      }
      if (!value.elementType().isNumeric()) {
        throw new IllegalArgumentException("no rank of a condition");
      }
    }

    @Override
    public ElementType elementType() {
      return switch (value.elementType()) {
        case F32 -> ElementType.I32;
        case F64 -> ElementType.I64;
        case I32 -> ElementType.F32;
        case I64 -> ElementType.F64;
        case BOOL -> throw new AssertionError(value);
      };
    }

    /** Whether this is a float's place rather than the float at a place. */
    public boolean isPlace() {
      return value.elementType().isFloating();
    }

    @Override
    public List<Expr> children() {
      return List.of(value);
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      Expr mapped = f.apply(value);
      return mapped == value ? this : new Rank(operator, mapped);
    }
  }

  /**
   * A product that enters a sum without being rounded: only the whole value of a sum's {@link
   * Stmt.Update} or {@link Stmt.Accumulate}.
   */
  record ExactProduct(Expr left, Expr right) implements Expr {
    public ExactProduct {
      if (left.elementType() != right.elementType() || !left.elementType().isFloating()) {
        throw new IllegalArgumentException(
            "exact product of " + left.elementType() + " and " + right.elementType());
      }
    }

    @Override
    public ElementType elementType() {
      return left.elementType();
    }

    @Override
    public List<Expr> children() {
      return List.of(left, right);
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      Expr l = f.apply(left);
      Expr r = f.apply(right);
      return l == left && r == right ? this : new ExactProduct(l, r);
    }
  }

  /**
   * Whether elements that follow each other along a merged index lie side by side in memory, from
   * this one on.
   *
   * @param count of elements
   */
  record Contiguous(Element element, IndexVariable merged, int count) implements Leaf {
    @Override
    public ElementType elementType() {
      return ElementType.BOOL;
    }
  }

  /** Reads a local of the nest. */
  record Local(String name, ElementType elementType, int lanes) implements Leaf {
    /** A scalar. */
    public Local(String name, ElementType elementType) {
      this(name, elementType, 1);
    }
  }

  /** A {@link Double}, {@link Long} or {@link Boolean}, as in the index IR's literals. */
  record Constant(Object value, ElementType elementType) implements Leaf {
    /** What a fold with this operator starts at. */
    public static Constant identity(ReductionOperator operator, ElementType type) {
      Object value =
          switch (operator) {
            case SUM -> type.isFloating() ? (Object) 0.0 : (Object) 0L;
            case PRODUCT -> type.isFloating() ? (Object) 1.0 : (Object) 1L;
            case MAX ->
                switch (type) {
                  case F32, F64 -> Double.NEGATIVE_INFINITY;
                  case I32 -> (long) Integer.MIN_VALUE;
                  case I64 -> Long.MIN_VALUE;
                  case BOOL -> false;
                };
            case MIN ->
                switch (type) {
                  case F32, F64 -> Double.POSITIVE_INFINITY;
                  case I32 -> (long) Integer.MAX_VALUE;
                  case I64 -> Long.MAX_VALUE;
                  case BOOL -> true;
                };
            case ANY -> false;
            case ALL -> true;
          };
      return new Constant(value, type);
    }
  }

  /** The position of a loop, as an {@code i64}. */
  record LoopValue(IndexVariable variable) implements Leaf {
    @Override
    public ElementType elementType() {
      return ElementType.I64;
    }
  }

  /** An extent, as an {@code i64}. */
  record ExtentValue(Extent extent) implements Leaf {
    @Override
    public ElementType elementType() {
      return ElementType.I64;
    }
  }

  /** A prefix operator. */
  record UnaryOp(dev.einkorn.compiler.index.UnaryOperator operator, Expr operand) implements Expr {
    @Override
    public ElementType elementType() {
      return operand.elementType();
    }

    @Override
    public List<Expr> children() {
      return List.of(operand);
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      Expr mapped = f.apply(operand);
      return mapped == operand ? this : new UnaryOp(operator, mapped);
    }
  }

  /** An infix operator on two operands of one type. */
  record BinaryOp(BinaryOperator operator, Expr left, Expr right) implements Expr {
    public BinaryOp {
      if (left.elementType() != right.elementType()) {
        throw new IllegalArgumentException(
            operator + " on " + left.elementType() + " and " + right.elementType());
      }
    }

    @Override
    public ElementType elementType() {
      return operator.kind() == BinaryOperator.Kind.ARITHMETIC
          ? left.elementType()
          : ElementType.BOOL;
    }

    @Override
    public List<Expr> children() {
      return List.of(left, right);
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      Expr l = f.apply(left);
      Expr r = f.apply(right);
      return l == left && r == right ? this : new BinaryOp(operator, l, r);
    }
  }

  /**
   * A built-in function; arguments and result have one type.
   *
   * @param polynomial whether it is the short sequence of basic operations of {@code
   *     PolynomialMath}, which vectors have too, in place of the function that defines the language
   */
  record Call(Function function, List<Expr> arguments, boolean polynomial) implements Expr {
    public Call {
      arguments = List.copyOf(arguments);
    }

    /** The function as the language defines it. */
    public Call(Function function, List<Expr> arguments) {
      this(function, arguments, false);
    }

    @Override
    public ElementType elementType() {
      return arguments.getFirst().elementType();
    }

    @Override
    public List<Expr> children() {
      return arguments;
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      List<Expr> mapped = new ArrayList<>();
      boolean same = true;
      for (Expr argument : arguments) {
        Expr m = f.apply(argument);
        same &= m == argument;
        mapped.add(m);
      }
      return same ? this : new Call(function, mapped, polynomial);
    }
  }

  /** A conversion with Java's rules. */
  record Cast(Expr operand, ElementType elementType) implements Expr {
    @Override
    public List<Expr> children() {
      return List.of(operand);
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      Expr mapped = f.apply(operand);
      return mapped == operand ? this : new Cast(mapped, elementType);
    }
  }

  /** Evaluates one of two branches. */
  record Select(Expr condition, Expr whenTrue, Expr whenFalse) implements Expr {
    @Override
    public ElementType elementType() {
      return whenTrue.elementType();
    }

    @Override
    public List<Expr> children() {
      return List.of(condition, whenTrue, whenFalse);
    }

    @Override
    public Expr mapChildren(UnaryOperator<Expr> f) {
      Expr c = f.apply(condition);
      Expr t = f.apply(whenTrue);
      Expr e = f.apply(whenFalse);
      return c == condition && t == whenTrue && e == whenFalse ? this : new Select(c, t, e);
    }
  }
}
