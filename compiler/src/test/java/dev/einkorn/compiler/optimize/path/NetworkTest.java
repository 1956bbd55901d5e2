package dev.einkorn.compiler.optimize.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.optimize.path.Network.Operand;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTest {
  @Test
  void operandsAreDifferentTensorsUnlessTheyAreSaidToBeTheSame() {
    assertThat(Networks.einsum("ab,ab->", 3).repeats()).isFalse();
    assertThat(Networks.named("AB", "ab,ab->", 3).repeats()).isFalse();
    assertThat(Networks.named("AA", "ab,bc->", 3).repeats()).isTrue();
  }

  @Test
  void whatDoesNotFitIsRefused() {
    List<Double> extents = List.of(2.0, 3.0);
    assertThatThrownBy(() -> Network.of(List.of(), List.of(), extents))
        .hasMessage("a network has at least one operand");
    assertThatThrownBy(() -> Network.of(List.of(List.of(0, 2)), List.of(), extents))
        .hasMessage("operand 0 holds label 2, but there are 2");
    assertThatThrownBy(() -> Network.of(List.of(List.of(-1)), List.of(), extents))
        .hasMessage("operand 0 holds label -1, but there are 2");
    assertThatThrownBy(() -> Network.of(List.of(List.of(0)), List.of(1), extents))
        .hasMessage("label 1 of the result is in no operand");
    assertThatThrownBy(() -> Network.of(List.of(List.of(0)), List.of(0, 0), extents))
        .hasMessage("label 0 is twice in the result");
  }

  @Test
  void extentsAreFiniteAndAtLeastOne() {
    for (double extent : new double[] {0, 0.5, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Network.of(List.of(List.of(0)), List.of(), List.of(extent)))
          .hasMessage("label 0 has extent %s; extents are finite and at least 1", extent);
    }
  }

  @Test
  void theSameTensorHasTheSameShape() {
    List<Operand> operands = List.of(new Operand(7, List.of(0, 1)), new Operand(7, List.of(1, 0)));
    assertThat(new Network(operands, List.of(), List.of(4.0, 4.0)).repeats()).isTrue();
    assertThatThrownBy(() -> new Network(operands, List.of(), List.of(4.0, 5.0)))
        .hasMessage("identity 7 stands for shapes [4.0, 5.0] and [5.0, 4.0]");
  }
}
