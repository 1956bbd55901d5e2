package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values as CUDA C++ expressions with no more parentheses than they need. */
final class CudaExpressions {
  // The precedence levels of C++, lowest first; only the ones that occur.
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

  private final KernelNames names;
  private final boolean exact;
  // Whether positions with borders are known to lie inside.
  private boolean interior;
  private Map<Expr, String> replaced = Map.of();

  /** Writes with functions of {@code f32} as {@link DeviceUnit#exact} says. */
  CudaExpressions(KernelNames names, boolean exact) {
    this.names = names;
    this.exact = exact;
  }

  /** From now on positions with borders are, or are not, known to lie inside. */
  void interior(boolean known) {
    interior = known;
  }

  /** A value in which some parts are known by other texts. */
  String writeWith(Map<Expr, String> texts, Expr expr) {
    replaced = Map.copyOf(texts);
    try {
      return text(expr).text();
    } finally {
      replaced = Map.of();
    }
  }

  String write(Expr expr) {
    return text(expr).text();
  }

  /** As an operand of a multiplication or the like, in parentheses if it needs them. */
  private String at(Expr expr, int precedence) {
    Text text = text(expr);
    return text.precedence() < precedence ? "(" + text.text() + ")" : text.text();
  }

  private static Text call(String function, String... arguments) {
    return new Text(function + "(" + String.join(", ", arguments) + ")", PRIMARY);
  }

  private Text text(Expr expr) {
    return switch (expr) {
      case Expr.Load(Element element, ElementType type) -> load(element, type);
      case Expr.Local(String name, _, _) -> new Text(names.local(name), PRIMARY);
      case Expr.Constant(Object value, ElementType type) -> constant(value, type);
      // Positions are ints where they fit; the language's index values are i64.
      case Expr.LoopValue(var variable) -> position64(names.loop(variable));
      case Expr.ExtentValue(Extent.Fixed(long value)) -> new Text(value + "LL", PRIMARY);
      case Expr.ExtentValue(var extent) -> position64(names.extent(extent));
      case Expr.UnaryOp(UnaryOperator operator, Expr operand) -> unary(operator, operand);
      case Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right) ->
          binary(operator, left, right);
      case Expr.Call(Function function, List<Expr> arguments, _) -> function(function, arguments);
      case Expr.Cast(Expr operand, ElementType type) -> cast(operand, type);
      case Expr.Select(Expr condition, Expr whenTrue, Expr whenFalse) ->
          new Text(
              at(condition, OR) + " ? " + at(whenTrue, OR) + " : " + at(whenFalse, TERNARY),
              TERNARY);
      case Expr.ExactProduct _ ->
          throw new IllegalArgumentException("an exact product outside of a sum: " + expr);
      case Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.Contiguous _ ->
          throw new IllegalArgumentException("a vector on a GPU: " + expr);
    };
  }

  private Text position64(String text) {
    return names.wide() ? new Text(text, PRIMARY) : new Text("(long long) " + text, UNARY);
  }

  private Text constant(Object value, ElementType type) {
    String text = CudaWords.constant(value, type);
    if (text.endsWith("_NAN") || text.endsWith("_INFINITY")) {
      names.needs(type + "_constants");
    }
    return new Text(text, text.startsWith("-") ? UNARY : PRIMARY);
  }

  // Loads and positions.

  private Text load(Element element, ElementType type) {
    String known = replaced.get(new Expr.Load(element, type));
    if (known != null) {
      return type == ElementType.BOOL
          ? new Text(known + " != 0", EQUALITY)
          : new Text(known, PRIMARY);
    }
    TensorParameter tensor = names.nest().tensor(element.tensor());
    String data = names.data(tensor.name());
    String position = position(element);
    List<String> checked = checkedExtents(tensor, element);
    String stored;
    if (checked.isEmpty()) {
      stored = data + "[" + position + "]";
    } else {
      names.needs("read_if");
      stored = "read_if(" + String.join(" && ", checked) + ", " + data + ", " + position + ")";
    }
    List<String> inside = insideConditions(tensor, element);
    if (!inside.isEmpty()) {
      String condition = String.join(" && ", inside);
      return type == ElementType.BOOL
          ? new Text(condition + " && " + stored + " != 0", AND)
          : new Text(condition + " ? " + stored + " : " + CudaWords.zero(type), TERNARY);
    }
    return type == ElementType.BOOL
        ? new Text(stored + " != 0", EQUALITY)
        : new Text(stored, PRIMARY);
  }

  /** Conditions under which the tensor has an element at all, where a position is computed. */
  private List<String> checkedExtents(TensorParameter tensor, Element element) {
    boolean fails =
        element.positions().stream()
            .anyMatch(
                p ->
                    p instanceof Position.Gathered
                        || (!interior
                            && p instanceof Position.Bordered b
                            && b.border() != Border.ZERO));
    List<String> conditions = new ArrayList<>();
    if (fails) {
      for (Extent extent : tensor.type().extents()) {
        if (extent instanceof Extent.Fixed(long value) ? value == 0 : true) {
          conditions.add(names.extent(extent) + " > 0");
        }
      }
      if (conditions.isEmpty()) {
        conditions.add("true");
      }
      conditions = conditions.stream().distinct().toList();
    }
    return conditions.equals(List.of("true")) ? List.of() : conditions;
  }

  /** The place that an element is stored at. */
  String stored(Element element) {
    return names.data(element.tensor()) + "[" + position(element) + "]";
  }

  /** The position of an element: stride times position, axis by axis. */
  private String position(Element element) {
    TensorParameter tensor = names.nest().tensor(element.tensor());
    // Axes that the same position walks, as in a diagonal, share one product.
    Map<String, List<String>> stridesByPosition = new LinkedHashMap<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      if (position instanceof Position.Affine(Subscript.Affine form)
          && form.terms().isEmpty()
          && form.constant() == 0) {
        continue;
      }
      Extent extent = tensor.type().extents().get(axis);
      String text =
          switch (position) {
            case Position.Affine(Subscript.Affine form) -> names.affine(form);
            case Position.Bordered(Subscript.Affine form, Border border) ->
                bordered(form, border, extent);
            case Position.Gathered(Expr index, String access) -> {
              names.needs("gather");
              yield "gather("
                  + (index.elementType() == ElementType.I64 ? write(index) : asLong(index))
                  + ", "
                  + names.extent(extent)
                  + ", "
                  + names.failure()
                  + ", "
                  + names.place(access)
                  + ")";
            }
            case Position.Merged _ ->
                throw new IllegalArgumentException("a merged loop on a GPU: " + element);
          };
      stridesByPosition
          .computeIfAbsent(text, _ -> new ArrayList<>())
          .add(names.stride(tensor, axis));
    }
    List<String> summands = new ArrayList<>();
    stridesByPosition.forEach(
        (position, strides) -> summands.add(KernelNames.product(position, strides)));
    return summands.isEmpty() ? "0" : String.join(" + ", summands);
  }

  private String asLong(Expr index) {
    return "(long long) " + at(index, UNARY);
  }

  private String bordered(Subscript.Affine form, Border border, Extent extent) {
    return border == Border.ZERO || border == Border.NONE || interior
        ? names.affine(form)
        : moved(names.affine(form), border, extent);
  }

  /** A position that may lie outside, moved to the element that is read instead. */
  String moved(String position, Border border, Extent extent) {
    String function =
        switch (border) {
          case CLAMP -> "clamp";
          case WRAP -> "wrap_around";
          case MIRROR -> "mirror";
          case ZERO, NONE -> throw new IllegalArgumentException(border + " moves nothing");
        };
    names.needs(function);
    return "%s<%s>(%s, %s, %s, %s)"
        .formatted(
            function,
            names.index(),
            position,
            names.extent(extent),
            names.failure(),
            names.place("an access with a border"));
  }

  /** Whether an element with zero borders lies inside of its tensor; none if it always does. */
  private List<String> insideConditions(TensorParameter tensor, Element element) {
    List<String> conditions = new ArrayList<>();
    for (int axis = 0; axis < element.positions().size() && !interior; axis++) {
      if (element.positions().get(axis) instanceof Position.Bordered(var form, Border border)
          && border == Border.ZERO) {
        String position = names.affine(form);
        conditions.add(position + " >= 0");
        conditions.add(position + " < " + names.extent(tensor.type().extents().get(axis)));
      }
    }
    return conditions;
  }

  // Loop bounds.

  /** A loop bound: a sum of positions and extents in the width of positions. */
  String bound(Expr expr) {
    return bound(expr, ADDITIVE);
  }

  private String bound(Expr expr, int precedence) {
    return switch (expr) {
      case Expr.LoopValue(var variable) -> names.loop(variable);
      case Expr.ExtentValue(var extent) -> names.extent(extent);
      case Expr.Constant(Object value, _) -> names.number((Long) value);
      case Expr.UnaryOp(_, Expr operand) -> "-" + bound(operand, PRIMARY);
      case Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right) ->
          switch (operator) {
            case ADD -> boundInfix(left, " + ", right, ADDITIVE, precedence);
            case SUBTRACT -> boundInfix(left, " - ", right, ADDITIVE, precedence);
            case MULTIPLY -> boundInfix(left, " * ", right, MULTIPLICATIVE, precedence);
            case FLOOR_DIVIDE -> {
              names.needs("floor_quotient");
              yield boundCall("floor_quotient<" + names.index() + ">", List.of(left, right));
            }
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
      case Expr.Call(Function function, List<Expr> arguments, _) -> {
        String name = function == Function.MIN ? "least" : "greatest";
        names.needs(name);
        yield boundCall(name, arguments);
      }
      case Expr.Load _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.Local _,
          Expr.Cast _,
          Expr.Select _ ->
          throw new IllegalArgumentException("loop bound " + expr);
    };
  }

  private String boundCall(String name, List<Expr> arguments) {
    return name + "(" + String.join(", ", arguments.stream().map(this::bound).toList()) + ")";
  }

  private String boundInfix(Expr left, String symbol, Expr right, int own, int precedence) {
    String text = bound(left, own) + symbol + bound(right, own + 1);
    return own < precedence ? "(" + text + ")" : text;
  }

  // Operators.

  private Text unary(UnaryOperator operator, Expr operand) {
    if (operator == UnaryOperator.NEGATE && operand.elementType().isInteger()) {
      names.needs("wrap");
      return call("wrap_neg", write(operand));
    }
    String symbol = operator == UnaryOperator.NEGATE ? "-" : "!";
    String inner = at(operand, UNARY);
    // "--x" would be a decrement.
    return new Text(symbol + (inner.startsWith("-") ? "(" + inner + ")" : inner), UNARY);
  }

  private Text binary(BinaryOperator operator, Expr left, Expr right) {
    boolean integer = left.elementType().isInteger();
    return switch (operator) {
      case ADD -> integer ? wrapping("wrap_add", left, right) : infix(left, "+", right, ADDITIVE);
      case SUBTRACT ->
          integer ? wrapping("wrap_sub", left, right) : infix(left, "-", right, ADDITIVE);
      case MULTIPLY ->
          integer ? wrapping("wrap_mul", left, right) : infix(left, "*", right, MULTIPLICATIVE);
      case DIVIDE -> infix(left, "/", right, MULTIPLICATIVE);
      case FLOOR_DIVIDE -> checked("floor_div", left, right);
      case REMAINDER -> checked("floor_mod", left, right);
      case POWER -> power(left, right);
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

  private Text wrapping(String function, Expr left, Expr right) {
    names.needs("wrap");
    return call(function, write(left), write(right));
  }

  /** A function that fails for some integers. */
  private Text checked(String function, Expr left, Expr right) {
    ElementType type = left.elementType();
    if (type.isInteger()) {
      names.needs(function + "_int");
      return call(function, write(left), write(right), names.failure());
    }
    names.needs(function + "_" + type);
    return call(function, write(left), write(right));
  }

  private Text power(Expr left, Expr right) {
    ElementType type = left.elementType();
    if (type.isFloating() && right instanceof Expr.Constant(Object value, _) && value.equals(2.0)) {
      names.needs("square");
      return call("square", write(left));
    }
    if (type == ElementType.F32 && exact) {
      names.needs("power_f64");
      String x = "(double) " + at(left, UNARY);
      return new Text("(float) power(" + x + ", (double) " + at(right, UNARY) + ")", UNARY);
    }
    return checked("power", left, right);
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
    return expr instanceof Expr.LoopValue
        || expr instanceof Expr.ExtentValue
        || (expr instanceof Expr.Constant(Object value, ElementType type)
            && type == ElementType.I64
            && (Long) value == (int) (long) (Long) value);
  }

  private Text cast(Expr operand, ElementType type) {
    ElementType from = operand.elementType();
    if (type == ElementType.BOOL) {
      return new Text(at(operand, RELATIONAL) + " != 0", EQUALITY);
    }
    if (from == ElementType.BOOL) {
      String one = CudaWords.constant(type.isFloating() ? (Object) 1.0 : (Object) 1L, type);
      return new Text(at(operand, OR) + " ? " + one + " : " + CudaWords.zero(type), TERNARY);
    }
    if (from.isFloating() && type.isInteger()) {
      String function = type == ElementType.I32 ? "to_int" : "to_long";
      names.needs(function);
      return call(function, write(operand));
    }
    boolean isPosition = operand instanceof Expr.LoopValue || operand instanceof Expr.ExtentValue;
    String text = isPosition ? bound(operand, PRIMARY) : at(operand, UNARY);
    return new Text("(" + CudaWords.valueType(type) + ") " + text, UNARY);
  }

  // Functions.

  private Text function(Function function, List<Expr> arguments) {
    ElementType type = arguments.getFirst().elementType();
    String part =
        switch (function) {
          case MIN -> "least";
          case MAX -> "greatest";
          case ABS -> "magnitude";
          case SIGN -> "sign";
          case RELU -> "relu";
          case SIGMOID -> "sigmoid";
          case EXP,
              EXPM1,
              LOG,
              LOG1P,
              SQRT,
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
              FLOOR,
              CEIL,
              ROUND,
              ATAN2,
              FMA,
              HYPOT ->
              "";
        };
    if (function == Function.SIGMOID && type == ElementType.F32 && exact) {
      names.needs(part);
      return new Text("(float) sigmoid((double) " + at(arguments.getFirst(), UNARY) + ")", UNARY);
    }
    String[] written = arguments.stream().map(this::write).toArray(String[]::new);
    if (!part.isEmpty()) {
      names.needs(part);
      return call(part, written);
    }
    String name = function == Function.ROUND ? "rint" : function.symbol();
    if (type == ElementType.F64) {
      return function == Function.RSQRT
          ? new Text("1.0 / sqrt(" + written[0] + ")", MULTIPLICATIVE)
          : call(name, written);
    }
    boolean rounded =
        switch (function) {
          case SQRT, FLOOR, CEIL, ROUND, FMA -> false;
          case EXP,
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
              ATAN2,
              HYPOT,
              ABS,
              SIGN,
              RELU,
              SIGMOID,
              MIN,
              MAX ->
              true;
        };
    if (exact && rounded) {
      List<String> wide = new ArrayList<>();
      arguments.forEach(argument -> wide.add("(double) " + at(argument, UNARY)));
      return function == Function.RSQRT
          ? new Text("(float) (1.0 / sqrt(" + wide.getFirst() + "))", UNARY)
          : new Text("(float) " + name + "(" + String.join(", ", wide) + ")", UNARY);
    }
    return call(name + "f", written);
  }

  /** A value in the type that it is stored in: conditions become bytes. */
  String toStored(Expr value) {
    return value.elementType() == ElementType.BOOL ? at(value, OR) + " ? 1 : 0" : write(value);
  }
}
