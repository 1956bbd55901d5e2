package dev.einkorn.compiler.optimize.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.einkorn.compiler.optimize.path.ContractionPath.Origin;
import dev.einkorn.compiler.optimize.path.PathSearch.Options;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryLimitTest {
  @Test
  void noOrderOfFewOperandsWithinTheLimitIsCheaper() {
    var random = new Random(21);
    int bound = 0;
    for (int round = 0; round < 300; round++) {
      Network network = Networks.random(random, 3 + random.nextInt(3));
      StepCost cost = List.of(StepCost.FLOPS, StepCost.COMBO).get(round % 2);
      ContractionPath free = PathSearch.find(network, Options.of(cost));
      double limit = Math.floor(free.cost().largestIntermediate() * random.nextDouble());
      ContractionPath path = PathSearch.find(network, Options.of(cost).withMemoryLimit(limit));
      double least = AllOrders.least(network, cost, limit, true).objective();
      if (free.cost().largestIntermediate() > limit) {
        bound++;
        assertThat(path.cost().objective())
            .as("%s limit %s: %s", network, limit, path.tree())
            .isCloseTo(least, within(1e-9 * least));
      }
      assertThat(path.cost().largestIntermediate()).isLessThanOrEqualTo(limit);
      assertThat(path.withinMemoryLimit()).isTrue();
    }
    assertThat(bound).isGreaterThan(200);
  }

  @Test
  void aLimitThatIsKeptAnywayChangesNothing() {
    Network network = Networks.einsum("ab,bc,cd,de->ae", 10);
    ContractionPath free = PathSearch.find(network, Options.of(StepCost.COMBO));
    assertThat(PathSearch.find(network, Options.of(StepCost.COMBO).withMemoryLimit(100)))
        .isEqualTo(free);
  }

  @Test
  void whereNothingMayBeStoredOneNestMultipliesAll() {
    Network network = Networks.einsum("ab,bc,cd->ad", 10);
    ContractionPath path = PathSearch.find(network, Options.of(StepCost.FLOPS).withMemoryLimit(0));
    assertThat(path.tree()).hasToString("(0 1 2)");
    assertThat(path.cost()).isEqualTo(new PathCost(20_000, 0, 100, 0, 20_000));
  }

  @Test
  void onlyWhatDoesNotFitIsMultipliedInOneNest() {
    // the matrix product does not fit, the two vectors' products with matrices do
    Network network = Networks.einsum("ab,bc,cd,d,e->ae", 100);
    ContractionPath path =
        PathSearch.find(network, Options.of(StepCost.FLOPS).withMemoryLimit(100));
    assertThat(path.cost().largestIntermediate()).isEqualTo(100);
    assertThat(path.cost().flops()).isEqualTo(40_000);
    assertThat(path.origin()).isEqualTo(Origin.OPTIMAL);
  }

  @Test
  void aSumThatDoesNotFitIsTakenInTheProductsNest() {
    Network network = Networks.einsum("ab,bc->c", List.of(50.0, 40.0, 30.0));
    Options options = Options.of(StepCost.FLOPS);
    assertThat(PathSearch.find(network, options.withMemoryLimit(40)).tree()).hasToString("((0) 1)");
    assertThat(PathSearch.find(network, options.withMemoryLimit(39)).tree()).hasToString("(0 1)");
  }

  @Test
  void largeNetworksKeepTheLimit() {
    var random = new Random(8);
    for (Network network :
        List.of(
            Networks.lattice(6, 6, 4),
            Networks.statesProduct(20, 8, 3),
            Networks.cubic(80, 4, random),
            Networks.random(random, 40),
            Networks.random(random, 14))) {
      Options options = Options.of(StepCost.FLOPS);
      double free = PathSearch.find(network, options).cost().largestIntermediate();
      for (double limit : new double[] {free / 2, Math.sqrt(free), 4, 0}) {
        ContractionPath path = PathSearch.find(network, options.withMemoryLimit(limit));
        assertThat(path.cost().largestIntermediate()).isLessThanOrEqualTo(limit);
        assertThat(path.withinMemoryLimit()).isTrue();
      }
    }
  }
}
