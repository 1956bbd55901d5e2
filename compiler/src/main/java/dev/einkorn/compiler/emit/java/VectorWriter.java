package dev.einkorn.compiler.emit.java;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Rank;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * Vector values as calls of {@code jdk.incubator.vector}. The text is a JavaPoet format: {@code
 * $f32:T} and its like stand for the vector classes.
 */
final class VectorWriter {
  /** The shape of a vector: a constant of the kernel class holds its species. */
  record Species(ElementType type, int lanes) {
    /** The constant's name: {@code F32x16}. */
    String constant() {
      return type.name() + "x" + lanes;
    }

    /** The constant of the vector class that it is set to. */
    String source() {
      return "SPECIES_" + lanes * type.byteSize() * 8;
    }
  }

  private final ExpressionWriter scalars;
  private final OperandNames names;
  private final SequencedSet<Species> used = new LinkedHashSet<>();

  VectorWriter(ExpressionWriter scalars, OperandNames names) {
    this.scalars = scalars;
    this.names = names;
  }

  /** The species that the text mentions. */
  SequencedSet<Species> used() {
    return used;
  }

  /** The vector class, as a JavaPoet argument. */
  static String type(ElementType type) {
    return switch (type) {
      case F32 -> "$f32:T";
      case F64 -> "$f64:T";
      case I32 -> "$i32:T";
      case I64 -> "$i64:T";
      case BOOL -> throw new IllegalArgumentException("a vector of conditions");
    };
  }

  private String species(ElementType type, int lanes) {
    var species = new Species(type, lanes);
    used.add(species);
    return species.constant();
  }

  /** A vector with a number. */
  String write(Expr value) {
    return switch (value) {
      case Expr.VectorLoad(Element element, ElementType type, int lanes) ->
          type(type)
              + ".fromArray("
              + species(type, lanes)
              + ", "
              + names.data(element.tensor())
              + ", "
              + scalars.arrayPosition(element)
              + ")";
      case Expr.Broadcast(Expr scalar, int lanes) -> {
        String species = species(scalar.elementType(), lanes);
        yield scalar instanceof Expr.Constant(Object number, _) && isPositiveZero(number)
            ? type(scalar.elementType()) + ".zero(" + species + ")"
            : type(scalar.elementType())
                + ".broadcast("
                + species
                + ", "
                + scalars.write(scalar)
                + ")";
      }
      case Expr.Local(String name, _, _) -> names.local(name);
      case Expr.UnaryOp(UnaryOperator operator, Expr operand) -> {
        if (operator != UnaryOperator.NEGATE) {
          throw unsupported(value);
        }
        yield write(operand) + ".neg()";
      }
      case Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right) ->
          write(left) + "." + method(operator) + "(" + write(right) + ")";
      case Expr.Call(Function function, List<Expr> arguments, boolean polynomial) ->
          polynomial
              ? "$vectors:T." + function.symbol() + "(" + write(arguments.getFirst()) + ")"
              : call(function, arguments);
      case Expr.Cast(Expr operand, ElementType type) ->
          "(("
              + type(type)
              + ") "
              + write(operand)
              + ".castShape("
              + species(type, operand.lanes())
              + ", 0))";
      case Expr.Select(Expr condition, Expr whenTrue, Expr whenFalse) ->
          write(whenFalse) + ".blend(" + write(whenTrue) + ", " + mask(condition) + ")";
      case Expr.Rank(ReductionOperator operator, Expr.Local(String name, var type, _)) ->
          rank(names.local(name), operator, type);
      case Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Load _,
          Expr.Constant _,
          Expr.LoopValue _,
          Expr.ExtentValue _,
          Expr.LaneReduction _,
          Expr.Contiguous _ ->
          throw unsupported(value);
    };
  }

  /**
   * The operations of {@link Rank}: bits but the sign are flipped below zero, and a sum that wraps
   * around takes NaNs of both signs to one end.
   */
  private static String rank(String local, ReductionOperator operator, ElementType type) {
    boolean isLong = type.byteSize() == Long.BYTES;
    boolean isMax = operator == ReductionOperator.MAX;
    String constants = "$ranks:T." + (isLong ? "F64" : "F32") + (isMax ? "_MAX" : "_MIN");
    String box = isLong ? "Long" : "Integer";
    return switch (type) {
      case F32 -> flipped(local + ".reinterpretAsInts()", box) + ".add(" + constants + ")";
      case F64 -> flipped(local + ".reinterpretAsLongs()", box) + ".add(" + constants + ")";
      case I32 -> flipped(local + ".sub(" + constants + ")", box) + ".reinterpretAsFloats()";
      case I64 -> flipped(local + ".sub(" + constants + ")", box) + ".reinterpretAsDoubles()";
      case BOOL -> throw new IllegalArgumentException("no rank of a condition");
    };
  }

  private static String flipped(String bits, String box) {
    return bits
        + ".lanewise($operators:T.ASHR, "
        + box
        + ".SIZE - 1).and("
        + box
        + ".MAX_VALUE).lanewise($operators:T.XOR, "
        + bits
        + ")";
  }

  private static boolean isPositiveZero(Object number) {
    return number.equals(0.0) || number.equals(0L);
  }

  private static String method(BinaryOperator operator) {
    return switch (operator) {
      case ADD -> "add";
      case SUBTRACT -> "sub";
      case MULTIPLY -> "mul";
      case DIVIDE -> "div";
      case FLOOR_DIVIDE,
          REMAINDER,
          POWER,
          LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          EQUAL,
          NOT_EQUAL,
          AND,
          OR ->
          throw new IllegalArgumentException("no vector form of " + operator);
    };
  }

  private String mask(Expr condition) {
    if (condition instanceof Expr.UnaryOp(UnaryOperator operator, Expr operand)
        && operator == UnaryOperator.NOT) {
      return mask(operand) + ".not()";
    }
    if (condition instanceof Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right)
        && operator.kind() == BinaryOperator.Kind.LOGICAL) {
      String method = operator == BinaryOperator.AND ? "and" : "or";
      return mask(left) + "." + method + "(" + mask(right) + ")";
    }
    if (!(condition instanceof Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right))) {
      throw unsupported(condition);
    }
    String comparison =
        switch (operator) {
          case LESS -> "LT";
          case LESS_OR_EQUAL -> "LE";
          case GREATER -> "GT";
          case GREATER_OR_EQUAL -> "GE";
          case EQUAL -> "EQ";
          case NOT_EQUAL -> "NE";
          case ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER, AND, OR ->
              throw unsupported(condition);
        };
    return write(left) + ".compare($operators:T." + comparison + ", " + write(right) + ")";
  }

  private String call(Function function, List<Expr> arguments) {
    String first = write(arguments.getFirst());
    return switch (function) {
      case ABS -> first + ".abs()";
      case SQRT -> first + ".sqrt()";
      case MAX -> first + ".max(" + write(arguments.get(1)) + ")";
      case MIN -> first + ".min(" + write(arguments.get(1)) + ")";
      case FMA -> first + ".fma(" + write(arguments.get(1)) + ", " + write(arguments.get(2)) + ")";
      case RELU -> first + ".max(" + JavaWords.zero(arguments.getFirst().elementType()) + ")";
      case SIGN,
          EXP,
          EXPM1,
          LOG,
          LOG1P,
          RSQRT,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH,
          TANH,
          ERF,
          SIGMOID,
          FLOOR,
          CEIL,
          ROUND,
          ATAN2,
          HYPOT ->
          throw new IllegalArgumentException("no vector form of " + function);
    };
  }

  /**
   * A local folded with a value, as an assignment. The value is the receiver: C2 knows what kind of
   * vector was loaded, but not what a local is that a loop carries, whose methods it would have to
   * guess from what other kernels have called.
   */
  String update(String local, ReductionOperator operator, Expr value) {
    if (value instanceof Expr.ExactProduct(Expr left, Expr right)) {
      return local + " = " + write(left) + ".fma(" + write(right) + ", " + local + ")";
    }
    return local + " = " + write(value) + "." + method(operator) + "(" + local + ")";
  }

  private static String method(ReductionOperator operator) {
    return switch (operator) {
      case SUM -> "add";
      case PRODUCT -> "mul";
      case MAX -> "max";
      case MIN -> "min";
      case ANY, ALL -> throw new IllegalArgumentException("no vector form of " + operator);
    };
  }

  private static IllegalArgumentException unsupported(Expr value) {
    return new IllegalArgumentException("no vector form of " + value);
  }
}
