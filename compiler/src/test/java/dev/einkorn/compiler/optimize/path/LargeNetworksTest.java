package dev.einkorn.compiler.optimize.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.optimize.path.ContractionPath.Origin;
import dev.einkorn.compiler.optimize.path.PathSearch.Options;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A thousand operands: the path is a path, and where the structure is known, a good one. */
class LargeNetworksTest {
  @Test
  void latticesAreContractedFrontByFront() {
    // a front of 10 labels and the step that moves it on cost 2^11 or 2^12 for each operand
    assertThat(search(Networks.lattice(10, 100, 2)).flops()).isLessThan(1000 * 0x1p13);
    // 32 labels and more; the product of two halves is no larger than 2^32
    PathCost cost = search(Networks.lattice(32, 32, 2));
    assertThat(cost.flops()).isLessThan(1024 * 0x1p36);
    assertThat(cost.largestIntermediate()).isLessThan(0x1p36);
  }

  @Test
  void productsOfStatesAreContractedSiteBySite() {
    // each site: the bond's square times the bond times the physical extent, twice
    PathCost cost = search(Networks.statesProduct(500, 8, 2));
    assertThat(cost.flops()).isLessThan(500 * 2 * 8 * 8 * 8 * 2 * 1.01);
    assertThat(cost.largestIntermediate()).isLessThanOrEqualTo(8 * 8 * 2);
  }

  @Test
  void treesNeverHoldMoreThanTheirOperands() {
    Network network = Networks.tree(1000, 3, new Random(7));
    double largest =
        network.operands().stream()
            .mapToDouble(operand -> Math.pow(3, operand.axes().size()))
            .max()
            .orElseThrow();
    double total =
        network.operands().stream()
            .mapToDouble(operand -> Math.pow(3, operand.axes().size()))
            .sum();
    PathCost cost = search(network);
    assertThat(cost.largestIntermediate()).isLessThan(largest);
    // every operand is passed over about as often as it has leaves; the sums get ever smaller
    assertThat(cost.flops()).isLessThan(2 * total);
  }

  @Test
  void withoutAnyTimeThereIsStillAGreedyOrder() {
    Options none = Options.of(StepCost.FLOPS).withTimeLimit(Duration.ZERO);
    // sites of 8 * 8 * 2: far from the best order, and farther from any order
    ContractionPath sites = PathSearch.find(Networks.statesProduct(50, 8, 2), none);
    assertThat(sites.cost().flops()).isLessThan(1e3 * 50 * 2 * 8 * 8 * 8 * 2);
    assertThat(sites.origin()).isEqualTo(Origin.TIMED_OUT);
    PathCost lattice = PathSearch.find(Networks.lattice(5, 20, 2), none).cost();
    assertThat(lattice.flops()).isLessThan(100 * 0x1p14);
  }

  @Test
  void irregularNetworksHaveAPath() {
    search(Networks.cubic(1000, 2, new Random(1)));
    search(Networks.random(new Random(3), 1000));
  }

  @Test
  void aLabelThatAllHoldDoesNotMakeItSlow() {
    // a batch label in a thousand matrices of a chain, one that all hold and that is summed
    for (List<Integer> result : List.of(List.of(1001), List.<Integer>of())) {
      List<List<Integer>> operands = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        operands.add(List.of(i, i + 1, 1001));
      }
      Network network = Network.of(operands, result, Collections.nCopies(1002, 4.0));
      PathCost cost = search(network);
      assertThat(cost.flops()).isLessThan(1000 * Math.pow(4, 4));
    }
  }

  private static PathCost search(Network network) {
    Options options = Options.of(StepCost.FLOPS).withTimeLimit(Duration.ofDays(1));
    ContractionPath path = PathSearch.find(network, options);
    assertThat(path.origin()).isEqualTo(Origin.SEARCHED);
    ContractionPath again = ContractionPath.of(network, path.tree(), StepCost.FLOPS);
    assertThat(again.cost()).isEqualTo(path.cost());
    assertThat(path.cost().objective()).isFinite();
    return path.cost();
  }
}
