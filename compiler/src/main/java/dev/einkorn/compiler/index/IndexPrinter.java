package dev.einkorn.compiler.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Prints the index IR in the source language, with as few parentheses as its precedence allows.
 *
 * {@snippet lang=text :
 * (S: f32[i,j]) -> (P: f32[i,j])
 * m[i] = max[j](S[i,j])
 * P[i,j] = exp(S[i,j] - m[i]) / sum[k](exp(S[i,k] - m[i]))
 * }
 *
 * <p>Every sum and every conversion of the IR is written out. A variable that stands alone in no
 * access of its statement gets its extent from a {@code where} at the end, as the language asks.
 * Printing never fails, not even on a program that the {@link IndexVerifier} refuses.
 */
public final class IndexPrinter {
  private final List<SizeParameter> sizes;

  private IndexPrinter(List<SizeParameter> sizes) {
    this.sizes = sizes;
  }

  /** The header and one statement a line, each line ended by {@code \n}. */
  public static String print(IndexProgram program) {
    var printer = new IndexPrinter(program.sizes());
    var text = new StringBuilder();
    text.append('(').append(joined(program.inputs())).append(") -> (");
    var outputs = new ArrayList<String>();
    for (String output : program.outputs()) {
      outputs.add(
          program.targets().stream()
              .filter(target -> target.name().equals(output))
              .findFirst()
              .map(TensorDeclaration::toString)
              .orElse(output));
    }
    text.append(String.join(", ", outputs)).append(")\n");
    for (Assignment assignment : program.assignments()) {
      text.append(printer.statement(assignment)).append('\n');
    }
    return text.toString();
  }

  /** One statement of the program, without a line end. */
  public static String print(IndexProgram program, Assignment assignment) {
    return new IndexPrinter(program.sizes()).statement(assignment);
  }

  /** An expression of the program. */
  public static String print(IndexProgram program, IndexExpr expression) {
    return new IndexPrinter(program.sizes()).expression(expression).text();
  }

  /** A statement on its own: a symbolic extent prints as {@code extent(name)}. */
  public static String print(Assignment assignment) {
    return new IndexPrinter(List.of()).statement(assignment);
  }

  /** An expression on its own: a symbolic extent prints as {@code extent(name)}. */
  public static String print(IndexExpr expression) {
    return new IndexPrinter(List.of()).expression(expression).text();
  }

  private String statement(Assignment assignment) {
    String left = access(assignment.target(), assignment.subscripts());
    String right = expression(assignment.value()).text();
    return left + " " + assignment.operator().symbol() + " " + right + where(assignment);
  }

  /** Extents that no access of the statement gives. */
  private String where(Assignment assignment) {
    Set<IndexVariable> standingAlone = new LinkedHashSet<>();
    Set<IndexBinding> bound = new LinkedHashSet<>(assignment.bindings());
    if (assignment.operator().accumulates()) {
      addStandingAlone(assignment.subscripts(), standingAlone);
    }
    collect(assignment.value(), standingAlone, bound);
    var bounds = new LinkedHashSet<String>();
    for (IndexBinding binding : bound) {
      if (!standingAlone.contains(binding.variable())) {
        bounds.add(binding.variable() + " < " + extent(binding.extent()));
      }
    }
    return bounds.isEmpty() ? "" : " where " + String.join(", ", bounds);
  }

  private static void collect(
      IndexExpr expression, Set<IndexVariable> standingAlone, Set<IndexBinding> bound) {
    if (expression instanceof IndexExpr.Access access) {
      addStandingAlone(access.subscripts(), standingAlone);
    }
    if (expression instanceof IndexExpr.Reduction reduction) {
      bound.addAll(reduction.bindings());
    }
    for (IndexExpr child : expression.children()) {
      collect(child, standingAlone, bound);
    }
  }

  private static void addStandingAlone(
      List<Subscript> subscripts, Set<IndexVariable> standingAlone) {
    for (Subscript subscript : subscripts) {
      if (subscript instanceof Subscript.Affine affine && affine.isVariable()) {
        standingAlone.add(affine.variable());
      }
    }
  }

  private Printed expression(IndexExpr expression) {
    return switch (expression) {
      case IndexExpr.Access(String tensor, List<Subscript> subscripts, _) ->
          atom(access(tensor, subscripts));
      case IndexExpr.Literal literal -> literal(literal);
      case IndexExpr.IndexValue(IndexVariable variable) -> atom(variable.name());
      case IndexExpr.ExtentValue(Extent extent) -> atom(extent(extent));
      case IndexExpr.Unary(UnaryOperator operator, IndexExpr operand) -> unary(operator, operand);
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right) ->
          binary(operator, left, right);
      case IndexExpr.Call(Function function, List<IndexExpr> arguments) ->
          atom(function.symbol() + arguments(arguments));
      case IndexExpr.Cast cast -> atom(cast.elementType() + arguments(cast.children()));
      case IndexExpr.Select select -> atom("select" + arguments(select.children()));
      case IndexExpr.Reduction(
              ReductionOperator operator,
              List<IndexBinding> bindings,
              IndexExpr body) ->
          atom(operator.symbol() + variables(bindings) + arguments(List.of(body)));
    };
  }

  private Printed unary(UnaryOperator operator, IndexExpr operand) {
    int precedence = operator == UnaryOperator.NOT ? Precedence.NOT : Precedence.NEGATE;
    Printed printed = expression(operand);
    // "--x" reads as one token in too many languages
    boolean doubled = operator == UnaryOperator.NEGATE && printed.text().startsWith("-");
    String text = doubled ? "(" + printed.text() + ")" : parenthesized(printed, precedence);
    return new Printed(operator.symbol() + text, precedence);
  }

  private Printed binary(BinaryOperator operator, IndexExpr left, IndexExpr right) {
    int precedence = Precedence.of(operator);
    // comparisons do not associate, powers associate to the right, the rest to the left
    boolean toTheRight = operator == BinaryOperator.POWER;
    boolean toTheLeft = !toTheRight && operator.kind() != BinaryOperator.Kind.COMPARISON;
    String l = parenthesized(expression(left), toTheLeft ? precedence : precedence + 1);
    String r = parenthesized(expression(right), toTheRight ? precedence : precedence + 1);
    String symbol = toTheRight ? operator.symbol() : " " + operator.symbol() + " ";
    return new Printed(l + symbol + r, precedence);
  }

  private static Printed literal(IndexExpr.Literal literal) {
    String text =
        switch (literal.value()) {
          case Double value when value.isNaN() -> "nan";
          case Double value when value.isInfinite() -> value > 0 ? "inf" : "-inf";
          case Double value ->
              switch (literal.elementType()) {
                case F32 -> Float.toString(value.floatValue()).replace('E', 'e');
                case F64, I32, I64, BOOL -> Double.toString(value).replace('E', 'e');
              };
          case Object value -> value.toString();
        };
    // a minus sign binds as the operator does: (-2)^2 is not -2^2
    return new Printed(text, text.startsWith("-") ? Precedence.NEGATE : Precedence.ATOM);
  }

  private String extent(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> Long.toString(value);
      case Extent.Symbolic(String name) ->
          sizes.stream()
              .filter(size -> size.name().equals(name))
              .map(size -> size.axes().getFirst())
              .map(axis -> "extent(" + axis.tensor() + ", " + axis.position() + ")")
              .findFirst()
              .orElse("extent(" + name + ")");
    };
  }

  private String arguments(List<IndexExpr> arguments) {
    var texts = new ArrayList<String>();
    for (IndexExpr argument : arguments) {
      texts.add(expression(argument).text());
    }
    return "(" + String.join(", ", texts) + ")";
  }

  private static String access(String tensor, List<Subscript> subscripts) {
    if (subscripts.isEmpty()) {
      return tensor;
    }
    return tensor
        + "["
        + String.join(",", subscripts.stream().map(Object::toString).toList())
        + "]";
  }

  private static String variables(List<IndexBinding> bindings) {
    return "["
        + String.join(",", bindings.stream().map(binding -> binding.variable().name()).toList())
        + "]";
  }

  private static String joined(List<TensorDeclaration> declarations) {
    return String.join(", ", declarations.stream().map(TensorDeclaration::toString).toList());
  }

  private static String parenthesized(Printed printed, int leastPrecedence) {
    return printed.precedence() < leastPrecedence ? "(" + printed.text() + ")" : printed.text();
  }

  private static Printed atom(String text) {
    return new Printed(text, Precedence.ATOM);
  }

  /** Text and how tightly its outermost operator binds. */
  private record Printed(String text, int precedence) {}

  /** How tightly the language's operators bind, loosest first. */
  private static final class Precedence {
    static final int OR = 1;
    static final int AND = 2;
    static final int NOT = 3;
    static final int COMPARISON = 4;
    static final int ADDITIVE = 5;
    static final int MULTIPLICATIVE = 6;
    static final int NEGATE = 7;
    static final int POWER = 8;
    static final int ATOM = 9;

    static int of(BinaryOperator operator) {
      return switch (operator) {
        case OR -> OR;
        case AND -> AND;
        case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL -> COMPARISON;
        case ADD, SUBTRACT -> ADDITIVE;
        case MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER -> MULTIPLICATIVE;
        case POWER -> POWER;
      };
    }
  }
}
