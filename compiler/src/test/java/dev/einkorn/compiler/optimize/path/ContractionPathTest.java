package dev.einkorn.compiler.optimize.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.optimize.path.ContractionTree.Join;
import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import dev.einkorn.compiler.optimize.path.ContractionTree.Pair;
import dev.einkorn.compiler.optimize.path.ContractionTree.Sum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContractionPathTest {
  @Test
  void stepsSayWhatTheyReadWhatTheyKeepAndWhatTheySum() {
    Network network = Networks.einsum("ab,bc,cd,e->ae", List.of(2.0, 3.0, 5.0, 7.0, 11.0));
    ContractionPath path =
        ContractionPath.of(network, ContractionTree.parse("((0 (1 (2))) 3)"), StepCost.COMBO);
    assertThat(path.steps())
        .containsExactly(
            new Step(List.of(2), List.of(2), List.of(3), 35, 5, -1),
            new Step(List.of(1, 4), List.of(1), List.of(2), 15, 3, -1),
            new Step(List.of(0, 5), List.of(0), List.of(1), 6, 2, -1),
            new Step(List.of(6, 3), List.of(0, 4), List.of(), 22, 22, -1));
    // peak: the five sums and the three of the next step
    assertThat(path.cost()).isEqualTo(new PathCost(78, 5, 32, 8, 78 + 64 * 32));
  }

  @Test
  void labelsOfExtentOneAreKeptInSteps() {
    Network network = Networks.einsum("ab,bc->ac", List.of(1.0, 4.0, 1.0));
    ContractionPath path =
        ContractionPath.of(network, ContractionTree.parse("(0 1)"), StepCost.FLOPS);
    assertThat(path.steps())
        .containsExactly(new Step(List.of(0, 1), List.of(0, 2), List.of(1), 4, 1, -1));
  }

  @Test
  void whatNeedsMoreRoomRunsFirst() {
    // 0*1 keeps 100 elements until the end, 2*3*4 keeps one but needs 10,000 meanwhile
    Network network = Networks.einsum("ab,bc,de,ef,df->ac", 10);
    Network large =
        new Network(
            network.operands(), network.result(), List.of(10.0, 10.0, 10.0, 100.0, 100.0, 100.0));
    ContractionPath path =
        ContractionPath.of(large, ContractionTree.parse("((0 1) ((2 3) 4))"), StepCost.FLOPS);
    assertThat(path.steps().getFirst().inputs()).containsExactly(2, 3);
    assertThat(path.cost().peak()).isEqualTo(10_001);
  }

  @Test
  void costsAreThoseOfTheTreeCountedByHand() {
    var random = new Random(17);
    for (int round = 0; round < 300; round++) {
      Network network = Networks.random(random, 2 + random.nextInt(6));
      ContractionTree tree = randomTree(network, random);
      PathCost cost = ContractionPath.of(network, tree, StepCost.WRITES).cost();
      var count = new Count(network);
      count.read(tree, true);
      assertThat(cost)
          .as("%s %s", network, tree)
          .isEqualTo(
              new PathCost(
                  count.flops, count.largest, count.writes, count.peak(tree, true), count.writes));
    }
  }

  @Test
  void numbersStopAtTheLargestDouble() {
    Network network = Networks.lattice(20, 20, 1e60);
    for (StepCost cost : List.of(StepCost.FLOPS, StepCost.COMBO, StepCost.SIZE)) {
      PathCost total = PathSearch.find(network, PathSearch.Options.of(cost)).cost();
      assertThat(total)
          .isEqualTo(
              new PathCost(
                  Double.MAX_VALUE,
                  Double.MAX_VALUE,
                  Double.MAX_VALUE,
                  Double.MAX_VALUE,
                  Double.MAX_VALUE));
    }
  }

  private static ContractionTree randomTree(Network network, Random random) {
    List<ContractionTree> parts = new ArrayList<>();
    for (int i = 0; i < network.operands().size(); i++) {
      boolean sum = new Count(network).lonely(i).size() > 0 && random.nextBoolean();
      parts.add(sum ? new Sum(new Leaf(i)) : new Leaf(i));
    }
    while (parts.size() > 1) {
      Collections.shuffle(parts, random);
      int count = random.nextInt(4) == 0 ? Math.min(3, parts.size()) : 2;
      List<ContractionTree> chosen = List.copyOf(parts.subList(0, count));
      parts.subList(0, count).clear();
      parts.add(count == 2 ? new Pair(chosen.get(0), chosen.get(1)) : new Join(chosen));
    }
    return parts.getFirst();
  }

  /** Walks a tree with sets of labels. */
  private static final class Count {
    private final Network network;
    private double flops;
    private double writes;
    private double largest;

    Count(Network network) {
      this.network = network;
    }

    /** The labels with which a node is read. */
    Set<Integer> read(ContractionTree node, boolean root) {
      Set<Integer> met = new HashSet<>();
      List<ContractionTree> children = FlatTree.children(node);
      if (node instanceof Leaf(int operand)) {
        return Set.copyOf(network.operands().get(operand).axes());
      }
      children.forEach(child -> met.addAll(read(child, false)));
      Set<Integer> left = labels(node);
      flops += size(met) * Math.max(1, children.size() - 1);
      writes += size(left);
      largest = root ? largest : Math.max(largest, size(left));
      return left;
    }

    /** Most intermediate elements alive, in the best order of each node's children. */
    double peak(ContractionTree node, boolean root) {
      if (node instanceof Leaf) {
        return 0;
      }
      List<ContractionTree> children = FlatTree.children(node);
      return best(children, new ArrayList<>(), root ? 0 : size(labels(node)));
    }

    private double best(List<ContractionTree> left, List<ContractionTree> done, double result) {
      double held = done.stream().mapToDouble(this::stored).sum();
      if (left.isEmpty()) {
        return held + result;
      }
      return IntStream.range(0, left.size())
          .mapToDouble(
              i -> {
                List<ContractionTree> others = new ArrayList<>(left);
                ContractionTree next = others.remove(i);
                List<ContractionTree> then = new ArrayList<>(done);
                then.add(next);
                return Math.max(held + peak(next, false), best(others, then, result));
              })
          .min()
          .orElseThrow();
    }

    private double stored(ContractionTree node) {
      return node instanceof Leaf ? 0 : size(labels(node));
    }

    private Set<Integer> labels(ContractionTree node) {
      Set<Integer> inside = operands(node);
      Set<Integer> labels = new HashSet<>();
      Set<Integer> needed = new HashSet<>(network.result());
      for (int i = 0; i < network.operands().size(); i++) {
        (inside.contains(i) ? labels : needed).addAll(network.operands().get(i).axes());
      }
      labels.retainAll(needed);
      return labels;
    }

    private Set<Integer> lonely(int operand) {
      Set<Integer> labels = new HashSet<>(network.operands().get(operand).axes());
      labels.removeAll(labels(new Leaf(operand)));
      return labels;
    }

    private Set<Integer> operands(ContractionTree node) {
      Set<Integer> operands = new HashSet<>();
      if (node instanceof Leaf(int operand)) {
        operands.add(operand);
      }
      FlatTree.children(node).forEach(child -> operands.addAll(operands(child)));
      return operands;
    }

    private double size(Set<Integer> labels) {
      return labels.stream()
          .mapToDouble(label -> network.extents().get(label))
          .reduce(1, (a, b) -> a * b);
    }
  }
}
