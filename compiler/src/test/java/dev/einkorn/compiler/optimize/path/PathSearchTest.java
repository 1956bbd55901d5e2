package dev.einkorn.compiler.optimize.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.einkorn.compiler.optimize.path.ContractionPath.Origin;
import dev.einkorn.compiler.optimize.path.PathSearch.Options;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathSearchTest {
  private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

  /** Whatever the machine does besides. */
  private static final Options FLOPS = Options.of(StepCost.FLOPS).withTimeLimit(Duration.ofDays(1));

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6})
  void noOrderOfFewOperandsIsCheaper(int operands) {
    StepCost odd = (left, right, result, loop) -> loop + 3 * (left + right) + 10 * result;
    for (StepCost cost : List.of(StepCost.FLOPS, StepCost.WRITES, StepCost.COMBO, odd)) {
      var random = new Random(operands);
      for (int round = 0; round < 60; round++) {
        Network network = Networks.random(random, operands);
        ContractionPath path = PathSearch.find(network, Options.of(cost));
        double least = AllOrders.least(network, cost, NO_LIMIT, false).objective();
        assertThat(path.cost().objective())
            .as("%s %s", network, path.tree())
            .isCloseTo(least, within(1e-9 * least));
        assertThat(path.origin()).isEqualTo(Origin.OPTIMAL);
      }
    }
  }

  @Test
  void ofOrdersWithTheSmallestIntermediateTheOneWithFewestFlopsIsFound() {
    var random = new Random(11);
    for (int round = 0; round < 200; round++) {
      Network network = Networks.random(random, 2 + random.nextInt(5));
      ContractionPath path = PathSearch.find(network, Options.of(StepCost.SIZE));
      AllOrders.Least least = AllOrders.least(network, StepCost.SIZE, NO_LIMIT, false);
      assertThat(path.cost().objective()).as(network.toString()).isEqualTo(least.objective());
      assertThat(path.cost().flops())
          .as(network.toString())
          .isCloseTo(least.flops(), within(1e-9 * least.flops()));
    }
  }

  @Test
  void matrixChainsAreAsCheapAsTheTextbookSays() {
    var random = new Random(3);
    for (int round = 0; round < 100; round++) {
      List<Double> extents = new ArrayList<>();
      for (int i = 0; i < 3 + random.nextInt(12); i++) {
        extents.add(1.0 + random.nextInt(50));
      }
      ContractionPath path = PathSearch.find(Networks.chain(extents), FLOPS);
      assertThat(path.cost().flops()).as(extents.toString()).isEqualTo(chainFlops(extents));
    }
  }

  /**
   * Cormen, Leiserson, Rivest, Stein: Introduction to Algorithms, "Matrix-chain multiplication".
   */
  private static double chainFlops(List<Double> extents) {
    int matrices = extents.size() - 1;
    var least = new double[matrices][matrices];
    for (int length = 2; length <= matrices; length++) {
      for (int i = 0; i + length <= matrices; i++) {
        int j = i + length - 1;
        least[i][j] = Double.POSITIVE_INFINITY;
        for (int k = i; k < j; k++) {
          double product = extents.get(i) * extents.get(k + 1) * extents.get(j + 1);
          least[i][j] = Math.min(least[i][j], least[i][k] + least[k + 1][j] + product);
        }
      }
    }
    return least[0][matrices - 1];
  }

  @Test
  void aQuadraticFormIsAVectorTimesAMatrixTimesAVector() {
    ContractionPath path = PathSearch.find(Networks.einsum("i,ij,j->", 100), FLOPS);
    assertThat(path.tree()).hasToString("((0 1) 2)");
    assertThat(path.cost()).isEqualTo(new PathCost(10_100, 100, 101, 100, 10_100));
  }

  @Test
  void smallVectorsAreMultipliedWithEachOtherBeforeALargeTensor() {
    // a[i] * b[j] has 4 elements; without it, the tensor's million elements are passed twice
    List<Double> extents = List.of(2.0, 2.0, 250_000.0);
    ContractionPath path = PathSearch.find(Networks.einsum("a,b,abc->abc", extents), FLOPS);
    assertThat(path.tree()).hasToString("((0 1) 2)");
    assertThat(path.cost().flops()).isEqualTo(4 + 1e6);
  }

  @Test
  void outerProductsPayInLargeNetworksToo() {
    // a ring of 18 tensors, each with two small vectors and a label of its own
    List<List<Integer>> operands = new ArrayList<>();
    List<Double> extents = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      operands.add(List.of(4 * i));
      operands.add(List.of(4 * i + 1));
      operands.add(List.of(4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3, 4 * ((i + 1) % 18) + 3));
      extents.addAll(List.of(2.0, 2.0, 1000.0, 10.0));
    }
    Network ring = Network.of(operands, List.of(), extents);
    ContractionPath path = PathSearch.find(ring, FLOPS);
    assertThat(path.steps().stream().filter(step -> step.summed().isEmpty()).count())
        .isBetween(16L, 18L);
  }

  @Test
  void partsThatShareNothingAreContractedByThemselves() {
    ContractionPath path = PathSearch.find(Networks.einsum("ab,bc,de,ef->acdf", 10), FLOPS);
    assertThat(path.tree()).hasToString("((0 1) (2 3))");
  }

  @Test
  void aLabelOfOneOperandIsSummedBeforeWhereThatIsCheaper() {
    assertThat(treeOf("ab,bc->c", List.of(50.0, 3.0, 50.0))).isEqualTo("((0) 1)");
    // beside a vector the product's own nest is cheaper: it passes over the matrix once as well
    assertThat(treeOf("ab,b->", List.of(50.0, 50.0))).isEqualTo("(0 1)");
  }

  private static String treeOf(String einsum, List<Double> extents) {
    return PathSearch.find(Networks.einsum(einsum, extents), FLOPS).tree().toString();
  }

  @Test
  void oneOperandIsOneNest() {
    ContractionPath path =
        PathSearch.find(Networks.einsum("abc->b", 10), Options.of(StepCost.COMBO));
    assertThat(path.tree()).hasToString("0");
    assertThat(path.steps())
        .containsExactly(new Step(List.of(0), List.of(1), List.of(0, 2), 1000, 10, -1));
    assertThat(path.cost()).isEqualTo(new PathCost(1000, 0, 10, 0, 1640));
  }

  @Test
  void sixteenOperandsThatAllShareLabelsAreSearched() {
    var random = new Random(4);
    List<List<Integer>> operands = new ArrayList<>();
    List<Double> extents = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      operands.add(new ArrayList<>());
      for (int j = 0; j < i; j++) {
        operands.get(i).add(extents.size());
        operands.get(j).add(extents.size());
        extents.add(1.0 + random.nextInt(3));
      }
    }
    ContractionPath path = PathSearch.find(Network.of(operands, List.of(), extents), FLOPS);
    assertThat(path.origin()).isEqualTo(Origin.OPTIMAL);
    assertThat(path.steps()).hasSize(15);
  }

  @Test
  void aPinnedOrderIsTaken() {
    Network network = Networks.einsum("ab,bc,cd->ad", 10);
    var pinned = ContractionTree.parse("(1 (0 2))");
    Options options = FLOPS.withPinned(pinned);
    ContractionPath path = PathSearch.find(network, options);
    assertThat(path.tree()).isEqualTo(pinned);
    assertThat(path.origin()).isEqualTo(Origin.PINNED);
    assertThat(path.cost()).isEqualTo(new PathCost(20_000, 10_000, 10_100, 10_000, 20_000));
    assertThat(path.withinMemoryLimit()).isTrue();
    assertThat(PathSearch.find(network, options.withMemoryLimit(9_999)).withinMemoryLimit())
        .isFalse();
  }

  @Test
  void aPinnedOrderMustFit() {
    Network network = Networks.einsum("ab,bc,cd->ad", 10);
    assertThatThrownBy(
            () -> PathSearch.find(network, FLOPS.withPinned(ContractionTree.parse("(0 1)"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the tree lacks operand 2");
    assertThatThrownBy(
            () ->
                PathSearch.find(network, FLOPS.withPinned(ContractionTree.parse("((0 1) (2 3))"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the tree holds operand 3, but there are 3");
    assertThatThrownBy(
            () -> PathSearch.find(network, FLOPS.withPinned(ContractionTree.parse("((0) (1 2))"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("operand 0 has no label to be summed by itself");
  }

  @Test
  void equalCallsGiveEqualPaths() {
    var random = new Random(5);
    for (int operands : List.of(6, 14, 25, 60)) {
      Network network = Networks.random(random, operands);
      Options options = Options.of(StepCost.COMBO).withTimeLimit(Duration.ofDays(1)).withSeed(9);
      ContractionPath path = PathSearch.find(network, options);
      assertThat(PathSearch.find(network, options)).isEqualTo(path);
      assertThat(path.origin()).isNotEqualTo(Origin.TIMED_OUT);
    }
  }

  @Test
  void withoutTimeThereIsAnOrderStill() {
    Options options = FLOPS.withTimeLimit(Duration.ZERO);
    for (int operands : List.of(2, 9, 16, 17, 200)) {
      Network network = Networks.cubic(operands, 2, new Random(operands));
      ContractionPath path = PathSearch.find(network, options);
      assertThat(ContractionPath.of(network, path.tree(), StepCost.FLOPS).steps())
          .isEqualTo(path.steps());
      assertThat(path.origin()).isEqualTo(operands <= 8 ? Origin.OPTIMAL : Origin.TIMED_OUT);
    }
    ContractionPath limited =
        PathSearch.find(Networks.lattice(10, 10, 4), options.withMemoryLimit(1000));
    assertThat(limited.withinMemoryLimit()).isTrue();
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(() -> FLOPS.withMemoryLimit(Double.NaN))
        .hasMessage("the memory limit is NaN");
    assertThatThrownBy(() -> FLOPS.withMemoryLimit(-1)).hasMessage("the memory limit is -1.0");
    assertThatThrownBy(() -> FLOPS.withTimeLimit(Duration.ofSeconds(-1)))
        .hasMessage("the time limit is PT-1S");
  }
}
