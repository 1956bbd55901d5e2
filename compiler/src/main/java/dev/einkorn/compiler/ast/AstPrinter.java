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
import java.util.function.Consumer;

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
  // One buffer and few small methods: printing recurses, and a deep tree should not need much
  // stack.
  private final StringBuilder out = new StringBuilder();

  private AstPrinter() {}

  /** The canonical text of {@code node}, without a newline at the end. */
  public static String print(AstNode node) {
    AstPrinter printer = new AstPrinter();
    printer.append(node);
    return printer.out.toString();
  }

  /** The canonical text of an einsum string, without spaces. */
  public static String print(EinsumAst einsum) {
    AstPrinter printer = new AstPrinter();
    printer.appendAll(einsum.operands(), ",", printer::appendLabels);
    if (einsum.output().isPresent()) {
      printer.out.append("->");
      printer.appendLabels(einsum.output().get());
    }
    return printer.out.toString();
  }

  private void append(AstNode node) {
    switch (node) {
      case Program program -> {
        List<AstNode> lines = new ArrayList<>(program.statements());
        program.header().ifPresent(lines::addFirst);
        appendAll(lines, "\n", this::append);
      }
      case Header header -> {
        appendDeclarations(header.inputs());
        if (header.outputs().isPresent()) {
          out.append(" -> ");
          appendDeclarations(header.outputs().get());
        }
      }
      case Declaration declaration -> {
        out.append(declaration.name());
        if (declaration.type().isPresent()) {
          out.append(": ");
          append(declaration.type().get());
        }
      }
      case TypeAnnotation type -> {
        out.append(type.elementType());
        if (!type.extents().isEmpty()) {
          out.append('[');
          appendAll(type.extents(), ",", this::append);
          out.append(']');
        }
      }
      case DeclaredExtent.Fixed fixed -> out.append(fixed.value());
      case DeclaredExtent.Named named -> out.append(named.name());
      case Statement statement -> {
        append(statement.target());
        out.append(' ').append(statement.operator().symbol()).append(' ');
        append(statement.value(), 0, " ");
        appendWhere(statement.where());
      }
      case Target target -> {
        out.append(target.name());
        if (!target.subscripts().isEmpty()) {
          appendSubscripts(target.subscripts());
        }
      }
      case Subscript subscript -> append(subscript);
      case IndexBinding index -> out.append(index.name());
      case Expression expression -> append(expression, 0, " ");
    }
  }

  private void appendLabels(List<EinsumAst.Label> labels) {
    for (EinsumAst.Label label : labels) {
      switch (label) {
        case EinsumAst.Label.Ellipsis _ -> out.append("...");
        case EinsumAst.Label.Named(var name, _) -> {
          boolean letter = name.codePointCount(0, name.length()) == 1 && !name.equals("_");
          out.append(letter ? name : "[" + name + "]");
        }
      }
    }
  }

  private void appendDeclarations(List<Declaration> declarations) {
    out.append('(');
    appendAll(declarations, ", ", this::append);
    out.append(')');
  }

  private void append(Subscript subscript) {
    switch (subscript) {
      case Subscript.Ellipsis _ -> out.append("...");
      case Subscript.Position position -> append(position.expression(), 0, "");
    }
  }

  private void appendSubscripts(List<Subscript> subscripts) {
    String separator = "[";
    for (Subscript subscript : subscripts) {
      out.append(separator);
      append(subscript);
      separator = ",";
    }
    out.append(subscripts.isEmpty() ? "[]" : "]");
  }

  private void appendWhere(List<Expression> where) {
    List<Expression> conditions = new ArrayList<>();
    where.forEach(each -> Conditions.addConjuncts(each, conditions));
    String separator = " where ";
    for (Expression condition : conditions) {
      out.append(separator);
      append(condition, 0, " ");
      separator = ", ";
    }
  }

  /**
   * Prints an expression, in parentheses if it binds looser than {@code precedence}, with {@code
   * space} around the operators that may do without.
   */
  private void append(Expression expression, int precedence, String space) {
    switch (expression) {
      case NumberLiteral number -> out.append(number.text());
      case ConstantLiteral constant -> out.append(constant.constant().symbol());
      case Name name -> out.append(name.name());
      case Access access -> {
        out.append(access.name());
        appendSubscripts(access.subscripts());
      }
      case Unary unary -> {
        boolean parentheses = open(unary.operator().precedence(), precedence);
        out.append(unary.operator().symbol());
        out.append(unary.operator() == UnaryOperator.NOT ? " " : "");
        append(unary.operand(), unary.operator().precedence(), space);
        out.append(parentheses ? ")" : "");
      }
      case Binary binary -> {
        BinaryOperator operator = binary.operator();
        boolean parentheses = open(operator.precedence(), precedence);
        append(binary.left(), leftPrecedence(operator), space);
        appendInfix(operator, space);
        append(binary.right(), rightPrecedence(operator), space);
        out.append(parentheses ? ")" : "");
      }
      case Call call -> {
        out.append(call.name()).append('(');
        appendArguments(call.arguments());
        out.append(')');
      }
      case Reduction reduction -> {
        out.append(reduction.name()).append('[');
        appendAll(reduction.indices(), ",", this::append);
        out.append("](");
        append(reduction.body(), 0, " ");
        appendWhere(reduction.where());
        out.append(')');
      }
    }
  }

  private void appendArguments(List<Expression> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      out.append(i == 0 ? "" : ", ");
      append(arguments.get(i), 0, " ");
    }
  }

  private boolean open(int own, int required) {
    out.append(own < required ? "(" : "");
    return own < required;
  }

  private void appendInfix(BinaryOperator operator, String space) {
    String gap = operator.isLogical() ? " " : operator == BinaryOperator.POWER ? "" : space;
    out.append(gap).append(operator.symbol()).append(gap);
  }

  /** An operand of the same level needs parentheses where the operator does not associate. */
  private static int leftPrecedence(BinaryOperator operator) {
    boolean toTheLeft = operator != BinaryOperator.POWER && !operator.isComparison();
    return toTheLeft ? operator.precedence() : operator.precedence() + 1;
  }

  /** A sign may follow a power sign: {@code 2^-x}. */
  private static int rightPrecedence(BinaryOperator operator) {
    return operator == BinaryOperator.POWER
        ? UnaryOperator.NEGATE.precedence()
        : operator.precedence() + 1;
  }

  private <T> void appendAll(List<? extends T> parts, String separator, Consumer<T> append) {
    String before = "";
    for (T part : parts) {
      out.append(before);
      append.accept(part);
      before = separator;
    }
  }
}
