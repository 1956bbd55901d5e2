package dev.einkorn.compiler.optimize.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.optimize.path.ContractionTree.Join;
import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import dev.einkorn.compiler.optimize.path.ContractionTree.Pair;
import dev.einkorn.compiler.optimize.path.ContractionTree.Sum;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContractionTreeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "(0)",
        "(0 1)",
        "((0 1) (2 3))",
        "(0 1 2)",
        "((1) (3 (2) 0))",
        "(((2 0) 3) 1)"
      })
  void whatIsPrintedIsReadBack(String text) {
    assertThat(ContractionTree.parse(text)).hasToString(text);
  }

  @Test
  void bracketsAreNests() {
    assertThat(ContractionTree.parse(" ( ( 0 ) ( 1 2 (3  4) ) ) "))
        .isEqualTo(
            new Pair(
                new Sum(new Leaf(0)),
                new Join(List.of(new Leaf(1), new Leaf(2), new Pair(new Leaf(3), new Leaf(4))))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\" | 0 | expected a tree such as ((0 1) 2), found nothing",
        "\"  \" | 2 | expected a tree such as ((0 1) 2), found nothing",
        "(0 1 | 0 | this bracket is not closed",
        "(0 (1 2) | 0 | this bracket is not closed",
        "0) | 1 | nothing may follow the tree, found ')'",
        ") | 0 | no bracket is open here",
        "(0 1) 2 | 6 | nothing may follow the tree, found '2'",
        "(0 ()) | 3 | these brackets are empty",
        "((0 1)) | 0 | brackets around one thing sum an operand, but this is a nest already",
        "(0, 1) | 2 | expected an operand's number or a bracket, found ','",
        "(0 -1) | 3 | expected an operand's number or a bracket, found '-'",
        "(0 A) | 3 | expected an operand's number or a bracket, found 'A'",
        "(0 1 0) | 5 | operand 0 is already at position 1",
        "(0 2) | 3 | operand 2 is here, but operand 1 is missing",
        "(3 1) | 1 | operand 3 is here, but operand 0 is missing",
        "(0 99999999999) | 3 | the number 99999999999 is too large"
      })
  void whatIsWrongIsSaidWithItsPosition(String text, int position, String message) {
    assertThatThrownBy(() -> ContractionTree.parse(text))
        .isInstanceOf(TreeSyntaxException.class)
        .hasMessage("at position %s: %s", position, message)
        .extracting(error -> ((TreeSyntaxException) error).position())
        .isEqualTo(position);
  }

  @Test
  void deepTreesArePrintedReadAndEvaluated() {
    int operands = 20_000;
    var text = new StringBuilder("(".repeat(operands - 1)).append("0");
    for (int i = 1; i < operands; i++) {
      text.append(' ').append(i).append(')');
    }
    ContractionTree tree = ContractionTree.parse(text.toString());
    assertThat(tree).hasToString(text.toString());
    Network chain = Networks.lattice(1, operands, 2);
    ContractionPath path = ContractionPath.of(chain, tree, StepCost.FLOPS);
    assertThat(path.cost().flops()).isEqualTo(4.0 * (operands - 2) + 2);
    assertThat(path.cost().peak()).isEqualTo(4);
  }

  @Test
  void nodesAreChecked() {
    assertThatThrownBy(() -> new Leaf(-1)).hasMessage("operand -1 is negative");
    assertThatThrownBy(() -> new Join(List.of(new Leaf(0), new Leaf(1))))
        .hasMessage("a join has at least 3 parts, not 2");
  }
}
