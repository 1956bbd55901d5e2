package dev.einkorn.compiler.ast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ast.Expression.Access;
import dev.einkorn.compiler.ast.Expression.Binary;
import dev.einkorn.compiler.ast.Expression.Call;
import dev.einkorn.compiler.ast.Expression.ConstantLiteral;
import dev.einkorn.compiler.ast.Expression.Name;
import dev.einkorn.compiler.ast.Expression.NumberLiteral;
import dev.einkorn.compiler.ast.Expression.Reduction;
import dev.einkorn.compiler.ast.Expression.Unary;
import dev.einkorn.compiler.source.DiagnosticRenderer;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Reads texts for tests. */
final class Reading {
  private Reading() {}

  /** A program that must have no errors. */
  static Program program(String text) {
    Diagnostics diagnostics = new Diagnostics();
    Program program = IndexNotationReader.parse(SourceText.of(text), diagnostics);
    assertThat(rendered(SourceText.of(text), diagnostics)).isEmpty();
    return program;
  }

  /** The only statement of a program. */
  static Statement statement(String text) {
    List<Statement> statements = program(text).statements();
    assertThat(statements).hasSize(1);
    return statements.getFirst();
  }

  /** An expression alone; its spans count from 4 on. */
  static Expression expression(String text) {
    return statement("s = " + text).value();
  }

  /** All errors of a program as they are shown. */
  static String errors(String text) {
    Diagnostics diagnostics = new Diagnostics();
    SourceText source = SourceText.of(text);
    Program _ = IndexNotationReader.parse(source, diagnostics);
    return rendered(source, diagnostics);
  }

  private static String rendered(SourceText source, Diagnostics diagnostics) {
    return new DiagnosticRenderer(source).render(diagnostics.list());
  }

  /** The shape of a tree, every operation in parentheses: {@code (+ a (* b (neg c)))}. */
  static String shape(Expression expression) {
    return switch (expression) {
      case NumberLiteral(var text, var integer, _) -> integer ? text : text + "r";
      case ConstantLiteral(var constant, _) -> constant.name();
      case Name(var name, _) -> name;
      case Access(var name, _, var subscripts, _) ->
          name + subscripts.stream().map(Reading::shape).toList();
      case Unary(var operator, var operand, _) ->
          "(" + operator.name().toLowerCase(Locale.ROOT) + " " + shape(operand) + ")";
      case Binary(var operator, var left, var right, _) ->
          "(" + operator.symbol() + " " + shape(left) + " " + shape(right) + ")";
      case Call(var name, _, var arguments, _) -> "(" + name + shapes(arguments) + ")";
      case Reduction(var name, _, var indices, var body, var where, _) ->
          "(%s%s %s%s)"
              .formatted(
                  name,
                  indices.stream().map(IndexBinding::name).toList(),
                  shape(body),
                  where.isEmpty() ? "" : " where" + shapes(where));
    };
  }

  private static String shape(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Ellipsis _ -> "...";
      case Subscript.Position(var expression, _) -> shape(expression);
    };
  }

  static String shapes(List<Expression> expressions) {
    return expressions.stream().map(each -> " " + shape(each)).collect(Collectors.joining());
  }
}
