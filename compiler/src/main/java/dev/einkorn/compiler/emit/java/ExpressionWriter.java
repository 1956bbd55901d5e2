package dev.einkorn.compiler.emit.java;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import java.util.List;

/**
 * Values as Java expressions with no more parentheses than they need. The text is a JavaPoet
 * format: {@code $math:T} and {@code $layout:T} stand for imported types.
 */
final class ExpressionWriter {
  // Java's precedence levels, lowest first; only the ones that occur.
  private static final int TERNARY = 1;
  private static final int OR = 2;
  private static final int AND = 3;
  private static final int EQUALITY = 4;
  private static final int RELATIONAL = 5;
  private static final int ADDITIVE = 6;
  private static final int MULTIPLICATIVE = 7;
  private static final int UNARY = 8;
  private static final int PRIMARY = 9;

  private record Text(String text, int precedence) {}

  private final VectorForm form;
  private final LoopNest nest;
  private final OperandNames names;
  private final boolean wide;
  // The variable of the loop over lanes that vector values are written inside of; empty outside.
  private String lane = "";

  ExpressionWriter(LoopNest nest, OperandNames names, boolean wide, VectorForm form) {
    this.form = form;
    this.nest = nest;
    this.names = names;
    this.wide = wide;
  }

  String write(Expr expr) {
    return text(expr).text();
  }

  /** One lane of a vector value, as a scalar expression. */
  String writeLane(Expr vector, String laneVariable) {
    lane = laneVariable;
    try {
      return write(vector);
    } finally {
      lane = "";
    }
  }

  /** As an operand of a multiplication or the like, in parentheses if it needs them. */
  private String at(Expr expr, int precedence) {
    Text text = text(expr);
    return text.precedence() < precedence ? "(" + text.text() + ")" : text.text();
  }

  private Text text(Expr expr) {
    return switch (expr) {
      case Expr.Load(Element element, ElementType type) -> load(element, type);
      case Expr.VectorLoad(Element element, _, _) ->
          new Text(
              names.data(element.tensor()) + "[" + narrowed(position(element) + " + " + lane) + "]",
              PRIMARY);
      case Expr.Broadcast(Expr scalar, _) -> text(scalar);
      case Expr.LaneReduction(
              ReductionOperator operator,
              Expr.Local(String name, var type, int n)) ->
          new Text(
              "$math:T."
                  + operator.symbol()
                  + "Lanes("
                  + lanes(names.local(name), type, n)
                  + ", "
                  + n
                  + ")",
              PRIMARY);
      case Expr.LaneReduction _ -> throw new IllegalArgumentException("lanes of " + expr);
      case Expr.Rank rank ->
          new Text(
              "$ranks:T."
                  + (rank.isPlace() ? "of" : "at")
                  + (rank.operator() == ReductionOperator.MAX ? "Max" : "Min")
                  + "("
                  + write(rank.value())
                  + ")",
              PRIMARY);
      case Expr.ExactProduct _ ->
          throw new IllegalArgumentException("an exact product outside of a sum: " + expr);
      case Expr.Contiguous(Element element, var merged, int count) ->
          new Text(
              "$position:T.isRun("
                  + names.tableAndPlace(nest.tensor(element.tensor()), element, merged)
                  + ", "
                  + count
                  + ")",
              PRIMARY);
      case Expr.Local(String name, _, int n) ->
          new Text(names.local(name) + (n == 1 ? "" : "[" + lane + "]"), PRIMARY);
      case Expr.Constant(Object value, ElementType type) -> constant(value, type);
      case Expr.LoopValue(var variable) ->
          // Positions are ints where they fit; the language's index values are i64.
          wide
              ? new Text(names.loop(variable), PRIMARY)
              : new Text("(long) " + names.loop(variable), UNARY);
      case Expr.ExtentValue(var extent) ->
          wide
              ? new Text(names.extent(extent), PRIMARY)
              : new Text("(long) " + names.extent(extent), UNARY);
      case Expr.UnaryOp(UnaryOperator operator, Expr operand) -> unary(operator, operand);
      case Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right) ->
          binary(operator, left, right);
      case Expr.Call(var function, List<Expr> arguments, boolean polynomial) ->
          new Text(
              (polynomial ? "$polynomials:T." : "$math:T.")
                  + function.symbol()
                  + "("
                  + String.join(", ", arguments.stream().map(this::write).toList())
                  + ")",
              PRIMARY);
      case Expr.Cast(Expr operand, ElementType type) -> cast(operand, type);
      case Expr.Select(Expr condition, Expr whenTrue, Expr whenFalse) ->
          new Text(
              at(condition, OR) + " ? " + at(whenTrue, OR) + " : " + at(whenFalse, TERNARY),
              TERNARY);
    };
  }

  /** The array that holds the lanes of a local when they are folded. */
  private String lanes(String local, ElementType type, int count) {
    return form.isObject(type, count) ? JavaWords.laneArray(type) : local;
  }

  private static Text constant(Object value, ElementType type) {
    String text = JavaWords.constant(value, type);
    return new Text(text, text.startsWith("-") ? UNARY : PRIMARY);
  }

  private Text load(Element element, ElementType type) {
    String stored = stored(element);
    List<String> inside = names.insideConditions(nest.tensor(element.tensor()), element);
    if (!inside.isEmpty()) {
      String condition = String.join(" && ", inside);
      return type == ElementType.BOOL
          ? new Text(condition + " && " + stored + " != 0", AND)
          : new Text(condition + " ? " + stored + " : " + JavaWords.zero(type), TERNARY);
    }
    return type == ElementType.BOOL
        ? new Text(stored + " != 0", EQUALITY)
        : new Text(stored, PRIMARY);
  }

  /** The element as it is stored: conditions are bytes. */
  String stored(Element element) {
    TensorParameter tensor = nest.tensor(element.tensor());
    String data = names.data(tensor.name());
    String position = position(tensor, element);
    return switch (tensor.layout().storage()) {
      case ARRAY -> data + "[" + narrowed(position) + "]";
      case SEGMENT ->
          data
              + ".getAtIndex($layout:T."
              + JavaWords.valueLayout(tensor.type().elementType())
              + ", "
              + position
              + ")";
    };
  }

  /** The position of an element of an array, as an {@code int}. */
  String arrayPosition(Element element) {
    return narrowed(position(element));
  }

  private String position(Element element) {
    return position(nest.tensor(element.tensor()), element);
  }

  private String narrowed(String position) {
    return wide ? "(int) (" + position + ")" : position;
  }

  private String position(TensorParameter tensor, Element element) {
    return names.position(tensor, element, ExpressionWriter::quote, this::write);
  }

  /** A string literal; the texts of accesses hold no character that needs escaping. */
  private static String quote(String text) {
    if (text.chars().anyMatch(c -> c == '"' || c == '\\' || c == '$' || c < ' ')) {
      throw new AssertionError("access text " + text);
    }
    return '"' + text + '"';
  }

  /** A loop bound: a sum of positions and extents in the width of positions. */
  String bound(Expr expr) {
    return bound(expr, ADDITIVE);
  }

  private String bound(Expr expr, int precedence) {
    return switch (expr) {
      case Expr.LoopValue(var variable) -> names.loop(variable);
      case Expr.ExtentValue(var extent) -> names.extent(extent);
      case Expr.Local(String local, _, _) -> (wide ? "" : "(int) ") + names.local(local);
      case Expr.Constant(Object value, _) ->
          value + ((Long) value == (int) (long) (Long) value ? "" : "L");
      case Expr.UnaryOp(_, Expr operand) -> "-" + bound(operand, PRIMARY);
      case Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right) ->
          switch (operator) {
            case ADD -> boundInfix(left, " + ", right, ADDITIVE, precedence);
            case SUBTRACT -> boundInfix(left, " - ", right, ADDITIVE, precedence);
            case MULTIPLY -> boundInfix(left, " * ", right, MULTIPLICATIVE, precedence);
            case FLOOR_DIVIDE -> "Math.floorDiv(" + bound(left) + ", " + bound(right) + ")";
            case DIVIDE,
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
                throw new IllegalArgumentException("loop bound with " + operator);
          };
      case Expr.Call(var function, List<Expr> arguments, _) ->
          "Math."
              + function.symbol()
              + "("
              + String.join(", ", arguments.stream().map(this::bound).toList())
              + ")";
      case Expr.Load _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.Cast _,
          Expr.Select _ ->
          throw new IllegalArgumentException("loop bound " + expr);
    };
  }

  private String boundInfix(Expr left, String symbol, Expr right, int own, int precedence) {
    String text = bound(left, own) + symbol + bound(right, own + 1);
    return own < precedence ? "(" + text + ")" : text;
  }

  /** One lane of a vector that starts at the element. */
  String stored(Element element, String laneVariable) {
    String position = narrowed(position(element) + " + " + laneVariable);
    return names.data(element.tensor()) + "[" + position + "]";
  }

  /** A statement that stores text of the element's stored type. */
  String store(Element element, String storedValue) {
    TensorParameter tensor = nest.tensor(element.tensor());
    if (tensor.layout().storage() == Layout.Storage.ARRAY) {
      return stored(element) + " = " + storedValue;
    }
    return names.data(tensor.name())
        + ".setAtIndex($layout:T."
        + JavaWords.valueLayout(tensor.type().elementType())
        + ", "
        + position(tensor, element)
        + ", "
        + storedValue
        + ")";
  }

  private Text unary(UnaryOperator operator, Expr operand) {
    String symbol =
        switch (operator) {
          case NEGATE -> "-";
          case NOT -> "!";
        };
    String inner = at(operand, UNARY);
    // "--x" would be a decrement.
    return new Text(symbol + (inner.startsWith("-") ? "(" + inner + ")" : inner), UNARY);
  }

  private Text binary(BinaryOperator operator, Expr left, Expr right) {
    return switch (operator) {
      case ADD -> infix(left, "+", right, ADDITIVE);
      case SUBTRACT -> infix(left, "-", right, ADDITIVE);
      case MULTIPLY -> infix(left, "*", right, MULTIPLICATIVE);
      case DIVIDE -> infix(left, "/", right, MULTIPLICATIVE);
      case FLOOR_DIVIDE -> function("floorDiv", left, right);
      case REMAINDER -> function("floorMod", left, right);
      case POWER -> function("power", left, right);
      case LESS -> infix(left, "<", right, RELATIONAL);
      case LESS_OR_EQUAL -> infix(left, "<=", right, RELATIONAL);
      case GREATER -> infix(left, ">", right, RELATIONAL);
      case GREATER_OR_EQUAL -> infix(left, ">=", right, RELATIONAL);
      case EQUAL -> infix(left, "==", right, EQUALITY);
      case NOT_EQUAL -> infix(left, "!=", right, EQUALITY);
      case AND -> infix(left, "&&", right, AND);
      case OR -> infix(left, "||", right, OR);
    };
  }

  private Text infix(Expr left, String symbol, Expr right, int precedence) {
    boolean compares = precedence == RELATIONAL || precedence == EQUALITY;
    if (compares && isPosition(left) && isPosition(right)) {
      // Both fit the width of positions, so they compare the same without being widened.
      return new Text(bound(left) + " " + symbol + " " + bound(right), precedence);
    }
    return new Text(
        at(left, precedence) + " " + symbol + " " + at(right, precedence + 1), precedence);
  }

  private static boolean isPosition(Expr expr) {
    return switch (expr) {
      case Expr.LoopValue _, Expr.ExtentValue _ -> true;
      case Expr.Constant(Object value, ElementType type) ->
          type == ElementType.I64 && (Long) value == (int) (long) (Long) value;
      case Expr.Load _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.Local _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ ->
          false;
    };
  }

  private Text function(String name, Expr left, Expr right) {
    return new Text("$math:T." + name + "(" + write(left) + ", " + write(right) + ")", PRIMARY);
  }

  private Text cast(Expr operand, ElementType type) {
    if (type == ElementType.BOOL) {
      return new Text(at(operand, RELATIONAL) + " != 0", EQUALITY);
    }
    if (operand.elementType() == ElementType.BOOL) {
      String one = JavaWords.constant(type.isFloating() ? (Object) 1.0 : (Object) 1L, type);
      String zero = JavaWords.constant(type.isFloating() ? (Object) 0.0 : (Object) 0L, type);
      return new Text(at(operand, OR) + " ? " + one + " : " + zero, TERNARY);
    }
    boolean isPosition = operand instanceof Expr.LoopValue || operand instanceof Expr.ExtentValue;
    String text = isPosition ? bound(operand, PRIMARY) : at(operand, UNARY);
    return new Text("(" + JavaWords.valueType(type) + ") " + text, UNARY);
  }

  /** Text of the stored type of a value: conditions become bytes. */
  String toStored(Expr value) {
    return value.elementType() == ElementType.BOOL
        ? "(byte) (" + at(value, OR) + " ? 1 : 0)"
        : write(value);
  }
}
