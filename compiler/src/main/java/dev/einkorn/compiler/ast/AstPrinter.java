package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.ast.Expression.Access;
import dev.einkorn.compiler.ast.Expression.Binary;
import dev.einkorn.compiler.ast.Expression.Call;
import dev.einkorn.compiler.ast.Expression.ConstantLiteral;
import dev.einkorn.compiler.ast.Expression.Name;
import dev.einkorn.compiler.ast.Expression.NumberLiteral;
import dev.einkorn.compiler.ast.Expression.Reduction;
import dev.einkorn.compiler.ast.Expression.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;

/**
 * Prints syntax trees in canonical form: one statement a line, the fewest parentheses, spaces
 * around infix operators except for {@code ^} and inside of subscripts. Reading what was printed
 * gives the same tree but for spans.
 *
 * {@snippet :
 * O[x] = zero(I[2*x+r-1, 0]) * (K[r]) where x<extent(I,0) and x > 2    // written
 * O[x] = zero(I[2*x+r-1,0]) * K[r] where x < extent(I, 0), x > 2       // printed
 * }
 */
public final class AstPrinter {
  private AstPrinter() {}

  /** The canonical text of {@code node}, without a newline at the end. */
  public static String print(AstNode node) {
    return switch (node) {
      case Program(var header, var statements, _) -> {
        List<AstNode> lines = new ArrayList<>(statements);
        header.ifPresent(lines::addFirst);
        yield join(lines, "\n", AstPrinter::print);
      }
      case Header(var inputs, var outputs, _) ->
          declarations(inputs) + outputs.map(each -> " -> " + declarations(each)).orElse("");
      case Declaration(var name, _, var type, _) ->
          name + type.map(each -> ": " + print(each)).orElse("");
      case TypeAnnotation(var elementType, _, var extents, _) ->
          extents.isEmpty()
              ? elementType
              : elementType + "[" + join(extents, ",", AstPrinter::print) + "]";
      case DeclaredExtent.Fixed(var value, _) -> value.toString();
      case DeclaredExtent.Named(var name, _) -> name;
      case Statement(var target, var operator, var value, var where, _) ->
          print(target) + " " + operator.symbol() + " " + expression(value, " ") + where(where);
      case Target(var name, _, var subscripts, _) ->
          subscripts.isEmpty() ? name : name + subscripts(subscripts);
      case Subscript.Ellipsis _ -> "...";
      case Subscript.Position(var expression, _) -> expression(expression, "");
      case IndexBinding(var name, _) -> name;
      case Expression expression -> expression(expression, " ");
    };
  }

  /** The canonical text of an einsum string, without spaces. */
  public static String print(EinsumAst einsum) {
    String operands = join(einsum.operands(), ",", AstPrinter::labels);
    return operands + einsum.output().map(each -> "->" + labels(each)).orElse("");
  }

  private static String labels(List<EinsumAst.Label> labels) {
    return join(
        labels,
        "",
        label ->
            switch (label) {
              case EinsumAst.Label.Ellipsis _ -> "...";
              case EinsumAst.Label.Named(var name, _) ->
                  name.codePointCount(0, name.length()) == 1 && !name.equals("_")
                      ? name
                      : "[" + name + "]";
            });
  }

  private static String declarations(List<Declaration> declarations) {
    return "(" + join(declarations, ", ", AstPrinter::print) + ")";
  }

  private static String subscripts(List<Subscript> subscripts) {
    return "[" + join(subscripts, ",", AstPrinter::print) + "]";
  }

  private static String where(List<Expression> where) {
    List<Expression> conditions = new ArrayList<>();
    where.forEach(each -> Conditions.addConjuncts(each, conditions));
    return conditions.isEmpty() ? "" : " where " + join(conditions, ", ", AstPrinter::print);
  }

  /** Prints an expression with {@code space} around the operators that may do without. */
  private static String expression(Expression expression, String space) {
    return switch (expression) {
      case NumberLiteral number -> number.text();
      case ConstantLiteral(var constant, _) -> constant.symbol();
      case Name(var name, _) -> name;
      case Access(var name, _, var subscripts, _) -> name + subscripts(subscripts);
      case Unary(var operator, var operand, _) ->
          operator.symbol()
              + (operator == UnaryOperator.NOT ? " " : "")
              + operand(operand, operator.precedence(), space);
      case Binary binary -> binary(binary, space);
      case Call(var name, _, var arguments, _) ->
          name + "(" + join(arguments, ", ", each -> expression(each, " ")) + ")";
      case Reduction(var name, _, var indices, var body, var where, _) ->
          "%s[%s](%s%s)"
              .formatted(
                  name, join(indices, ",", AstPrinter::print), expression(body, " "), where(where));
    };
  }

  private static String binary(Binary binary, String space) {
    BinaryOperator operator = binary.operator();
    int precedence = operator.precedence();
    String gap = operator.isLogical() ? " " : operator == BinaryOperator.POWER ? "" : space;
    // What stands at an equal level needs parentheses on the side that it does not associate to.
    int left =
        operator == BinaryOperator.POWER || operator.isComparison() ? precedence + 1 : precedence;
    // A sign may follow a power sign: 2^-x.
    int right =
        operator == BinaryOperator.POWER ? UnaryOperator.NEGATE.precedence() : precedence + 1;
    return operand(binary.left(), left, space)
        + gap
        + operator.symbol()
        + gap
        + operand(binary.right(), right, space);
  }

  private static String operand(Expression operand, int precedence, String space) {
    int own =
        switch (operand) {
          case Binary binary -> binary.operator().precedence();
          case Unary unary -> unary.operator().precedence();
          case NumberLiteral _, ConstantLiteral _, Name _, Access _, Call _, Reduction _ ->
              Integer.MAX_VALUE;
        };
    String text = expression(operand, space);
    return own < precedence ? "(" + text + ")" : text;
  }

  // A loop and not a stream: recursion passes through here, and its frames should be few.
  private static <T> String join(List<? extends T> parts, String separator, Function<T, String> f) {
    StringJoiner joined = new StringJoiner(separator);
    for (T part : parts) {
      joined.add(f.apply(part));
    }
    return joined.toString();
  }
}
