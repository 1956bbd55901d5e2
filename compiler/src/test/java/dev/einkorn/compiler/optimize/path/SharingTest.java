package dev.einkorn.compiler.optimize.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.optimize.path.PathSearch.Options;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharingTest {
  @ParameterizedTest
  @CsvSource({"2, 1", "4, 2", "8, 3", "16, 4"})
  void powersOfAMatrixAreSquares(int power, int products) {
    List<Network.Operand> operands = new ArrayList<>();
    List<Double> extents = new ArrayList<>(List.of(10.0));
    for (int i = 0; i < power; i++) {
      operands.add(new Network.Operand(0, List.of(i, i + 1)));
      extents.add(10.0);
    }
    Network network = new Network(operands, List.of(0, power), extents);
    PathCost cost = PathSearch.find(network, Options.of(StepCost.FLOPS)).cost();
    assertThat(cost.flops()).isEqualTo(1000.0 * products);
    assertThat(cost.totalWrites()).isEqualTo(100.0 * products);
  }

  @Test
  void equalFactorsOfAProductAreComputedOnce() {
    // sum[c](B[a,b,c]) once for both factors: opt_einsum's issue 112
    Network network =
        Networks.named(
            "BB",
            "nlp,nlq->l".replace('n', 'a').replace('l', 'b').replace('p', 'c').replace('q', 'd'),
            50);
    ContractionPath path = PathSearch.find(network, Options.of(StepCost.FLOPS));
    assertThat(path.tree()).hasToString("((0) (1))");
    assertThat(path.cost().flops()).isEqualTo(125_000 + 2500);
    assertThat(path.steps().stream().map(Step::sameAs)).containsExactly(-1, 0, -1);
    assertThat(path.cost().peak()).isEqualTo(2500);
  }

  @Test
  void sharingChangesWhichOrderIsBest() {
    // two quadratic forms in the same tensors: x A y * x A y is one form, squared
    Network network = Networks.named("xAyxAy", "a,ab,b,c,cd,d->", 20);
    PathCost cost = PathSearch.find(network, Options.of(StepCost.FLOPS)).cost();
    assertThat(cost.flops()).isEqualTo(400 + 20 + 1);
  }

  @Test
  void theOrderOfFactorsAndTheNamesOfLabelsMakeNoDifference() {
    Network network = Networks.named("ABxBAx", "ab,bc,c,ed,fe,d->af", 9);
    ContractionPath path =
        ContractionPath.of(network, ContractionTree.parse("((0 (1 2)) ((5 3) 4))"), StepCost.FLOPS);
    assertThat(path.steps().stream().map(Step::sameAs)).containsExactly(-1, -1, 0, 1, -1);
  }

  @Test
  void aSharedResultStaysAliveUntilItsLastUse() {
    // A x, which both ends need, is kept while the middle is computed
    Network network = Networks.named("AxMAx", "ab,b,ac,cd,d->", 10);
    ContractionPath path =
        ContractionPath.of(network, ContractionTree.parse("(((0 1) 2) (3 4))"), StepCost.FLOPS);
    assertThat(path.steps().stream().map(Step::sameAs)).containsExactly(-1, -1, 0, -1);
    assertThat(path.cost()).isEqualTo(new PathCost(210, 10, 21, 20, 210));
  }

  @Test
  void whatIsSummedOrTransposedIsNotTheSame() {
    // A B and A B', A x and A' x
    assertThat(sameAs("ABAB", "ab,bc,de,fe->acdf", "((0 1) (2 3))")).containsExactly(-1, -1, -1);
    assertThat(sameAs("AxAx", "ab,b,dc,d->ac", "((0 1) (2 3))")).containsExactly(-1, -1, -1);
    // the same factors, but one product keeps the label that the other sums
    assertThat(sameAs("AxAx", "ab,b,cd,d->acd", "((0 1) (2 3))")).containsExactly(-1, -1, -1);
    assertThat(sameAs("AxAx", "ab,b,cd,d->ac", "((0 1) (2 3))")).containsExactly(-1, 0, -1);
    // a diagonal is not the matrix
    assertThat(sameAs("AxAx", "aa,a,bc,c->b", "((0 1) (2 3))")).containsExactly(-1, -1, -1);
  }

  private static List<Integer> sameAs(String names, String einsum, String tree) {
    return ContractionPath.of(
            Networks.named(names, einsum, 3), ContractionTree.parse(tree), StepCost.FLOPS)
        .steps()
        .stream()
        .map(Step::sameAs)
        .toList();
  }

  @Test
  void sharedStepsHoldTheSameNumbersLabelByLabel() {
    var random = new Random(6);
    int shared = 0;
    for (int round = 0; round < 250; round++) {
      Network network = Networks.randomRepeated(random, 2 + random.nextInt(5), 2);
      ContractionPath path = PathSearch.find(network, Options.of(StepCost.FLOPS));
      var values = new Values(network, path.steps(), random.nextInt());
      for (int s = 0; s < path.steps().size(); s++) {
        Step step = path.steps().get(s);
        if (step.isShared()) {
          shared++;
          assertThat(values.of(s))
              .as("%s %s step %s", network, path.tree(), s)
              .isEqualTo(values.of(step.sameAs()));
        }
      }
    }
    assertThat(shared).isGreaterThan(30);
  }

  @Test
  void fewOrdersThatShareMoreAreMissed() {
    var random = new Random(13);
    int rounds = 150;
    int best = 0;
    for (int round = 0; round < rounds; round++) {
      Network network = Networks.randomRepeated(random, 3 + random.nextInt(3), 6);
      double found = PathSearch.find(network, Options.of(StepCost.FLOPS)).cost().objective();
      double least = leastShared(network, leaves(network));
      assertThat(found).isGreaterThanOrEqualTo(least);
      best += found == least ? 1 : 0;
    }
    assertThat(best).isGreaterThanOrEqualTo(rounds * 98 / 100);
  }

  private static List<ContractionTree> leaves(Network network) {
    List<ContractionTree> leaves = new ArrayList<>();
    for (int i = 0; i < network.operands().size(); i++) {
      leaves.add(new ContractionTree.Leaf(i));
    }
    return leaves;
  }

  /** The least cost of all trees over some parts, all choices of sums included. */
  private static double leastShared(Network network, List<ContractionTree> parts) {
    if (parts.size() == 1) {
      return ContractionPath.of(network, parts.getFirst(), StepCost.FLOPS).cost().objective();
    }
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < parts.size(); i++) {
      for (int j = 0; j < i; j++) {
        for (ContractionTree left : withSum(network, parts.get(i))) {
          for (ContractionTree right : withSum(network, parts.get(j))) {
            List<ContractionTree> next = new ArrayList<>(parts);
            next.remove(i);
            next.set(j, new ContractionTree.Pair(left, right));
            least = Math.min(least, leastShared(network, next));
          }
        }
      }
    }
    return least;
  }

  private static List<ContractionTree> withSum(Network network, ContractionTree part) {
    return part instanceof ContractionTree.Leaf leaf
            && Incidence.of(network).operand(leaf.operand()).lonely > 1
        ? List.of(part, new ContractionTree.Sum(leaf))
        : List.of(part);
  }

  /** The numbers that steps compute, by their definition, over operands that are random. */
  private static final class Values {
    private final Network network;
    private final List<Step> steps;
    private final int seed;

    Values(Network network, List<Step> steps, int seed) {
      this.network = network;
      this.steps = steps;
      this.seed = seed;
    }

    /** All elements of a step's result, its labels counted up in their order, the last fastest. */
    List<Long> of(int step) {
      List<Long> elements = new ArrayList<>();
      List<Integer> result = steps.get(step).result();
      forAll(
          result,
          0,
          new HashMap<>(),
          at -> elements.add(value(network.operands().size() + step, at)));
      return elements;
    }

    private long value(int value, Map<Integer, Integer> at) {
      int operands = network.operands().size();
      if (value < operands) {
        Network.Operand operand = network.operands().get(value);
        List<Integer> key = new ArrayList<>(List.of(seed, operand.identity()));
        operand.axes().forEach(label -> key.add(at.get(label)));
        return new Random(key.hashCode()).nextInt(100);
      }
      Step step = steps.get(value - operands);
      var sum = new long[1];
      Map<Integer, Integer> inner = new HashMap<>(at);
      inner.keySet().retainAll(new LinkedHashSet<>(step.result()));
      forAll(
          step.summed(),
          0,
          inner,
          all -> {
            long product = 1;
            for (int input : step.inputs()) {
              product *= value(input, all);
            }
            sum[0] += product;
          });
      return sum[0];
    }

    private void forAll(
        List<Integer> labels,
        int from,
        Map<Integer, Integer> at,
        java.util.function.Consumer<Map<Integer, Integer>> body) {
      if (from == labels.size()) {
        body.accept(at);
        return;
      }
      for (int i = 0; i < network.extents().get(labels.get(from)); i++) {
        Map<Integer, Integer> next = new HashMap<>(at);
        next.put(labels.get(from), i);
        forAll(labels, from + 1, next, body);
      }
    }
  }
}
