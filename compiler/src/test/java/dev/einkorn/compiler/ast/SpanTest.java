package dev.einkorn.compiler.ast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ast.Expression.Access;
import dev.einkorn.compiler.ast.Expression.Binary;
import dev.einkorn.compiler.ast.Expression.Call;
import dev.einkorn.compiler.ast.Expression.Reduction;
import dev.einkorn.compiler.ast.Expression.Unary;
import dev.einkorn.compiler.source.SourceText;
import org.junit.jupiter.api.Test;

/** Every node covers exactly the text that it was read from. */
class SpanTest {

  private static String covered(String text, AstNode node) {
    return SourceText.of(text).text(node.span());
  }

  @Test
  void operationsCoverTheParenthesesOfTheirOperands() {
    String text = "s =  ((a + b)) * -(c ^ (d)) ";
    Binary product = (Binary) Reading.statement(text).value();
    assertThat(covered(text, product)).isEqualTo("((a + b)) * -(c ^ (d))");
    assertThat(covered(text, product.left())).isEqualTo("a + b");
    assertThat(covered(text, product.right())).isEqualTo("-(c ^ (d))");
    Expression power = ((Unary) product.right()).operand();
    assertThat(covered(text, power)).isEqualTo("c ^ (d)");
    assertThat(covered(text, ((Binary) power).right())).isEqualTo("d");
  }

  @Test
  void leftSpinesGrowToTheRight() {
    String text = "s = a - b\t- c";
    Binary outer = (Binary) Reading.statement(text).value();
    assertThat(covered(text, outer)).isEqualTo("a - b\t- c");
    assertThat(covered(text, outer.left())).isEqualTo("a - b");
  }

  @Test
  void signedExponentsStandOnTheirOwn() {
    String text = "s = (a) ^ -b ^ (c)";
    Binary outer = (Binary) Reading.statement(text).value();
    assertThat(covered(text, outer)).isEqualTo("(a) ^ -b ^ (c)");
    assertThat(covered(text, outer.right())).isEqualTo("-b ^ (c)");
    assertThat(covered(text, ((Unary) outer.right()).operand())).isEqualTo("b ^ (c)");
  }

  @Test
  void accessesCallsAndReductionsCoverNameAndBrackets() {
    String text = "E[ i ] = f( A[i , (j)+1, ... ] , sum[ k ]( B[k] where k < i ) )";
    Statement statement = Reading.statement(text);
    assertThat(covered(text, statement)).isEqualTo(text);
    assertThat(covered(text, statement.target())).isEqualTo("E[ i ]");
    Call call = (Call) statement.value();
    assertThat(SourceText.of(text).text(call.nameSpan())).isEqualTo("f");
    Access access = (Access) call.arguments().getFirst();
    assertThat(covered(text, access)).isEqualTo("A[i , (j)+1, ... ]");
    assertThat(access.subscripts())
        .extracting(each -> covered(text, each))
        .containsExactly("i", "(j)+1", "...");
    Reduction sum = (Reduction) call.arguments().getLast();
    assertThat(covered(text, sum)).isEqualTo("sum[ k ]( B[k] where k < i )");
    assertThat(covered(text, sum.indices().getFirst())).isEqualTo("k");
    assertThat(covered(text, sum.where().getFirst())).isEqualTo("k < i");
  }

  @Test
  void offsetsCountUtf16UnitsBehindCharactersBeyondTheBasicPlane() {
    String text = "# 𝔸𝔹\n\t𝔸[𝛼] = ä𝔹[𝛼] * 𝔠";
    Statement statement = Reading.statement(text);
    assertThat(covered(text, statement)).isEqualTo("𝔸[𝛼] = ä𝔹[𝛼] * 𝔠");
    Binary product = (Binary) statement.value();
    assertThat(covered(text, product.left())).isEqualTo("ä𝔹[𝛼]");
    assertThat(covered(text, product.right())).isEqualTo("𝔠");
    assertThat(SourceText.of(text).position(product.right().span().start()))
        .isEqualTo(new SourceText.Position(2, 17));
  }

  @Test
  void statementsOverSeveralLinesCoverThemAll() {
    String text = "a = (1\n+ 2) # end\n; b = 3";
    assertThat(Reading.program(text).statements())
        .extracting(each -> covered(text, each))
        .containsExactly("a = (1\n+ 2)", "b = 3");
  }
}
