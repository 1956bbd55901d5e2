package dev.einkorn.compiler.optimize.path;

import dev.einkorn.compiler.optimize.path.ContractionTree.Join;
import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import dev.einkorn.compiler.optimize.path.ContractionTree.Pair;
import dev.einkorn.compiler.optimize.path.ContractionTree.Sum;
import dev.einkorn.compiler.optimize.path.Network.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Improves a tree by what it costs when equal partial products are computed once, which a search
 * over subsets cannot see. Hill climbing: a subtree is taken out and put in elsewhere, or an
 * operand is summed before or not, as long as that makes the whole cheaper. {@code (((A A) A) A)}
 * becomes {@code ((A A) (A A))}.
 */
final class SharedSearch {
  /** Operands beyond which trees are left as they are. */
  static final int MOST = 32;

  /** Operands beyond which a subtree moves only past its neighbours. */
  private static final int MOST_MOVED_FAR = 10;

  private static final double PROGRESS = 1 - 1e-9;

  private final Network network;
  private final Incidence incidence;
  private final NestCost costs;
  private final Deadline deadline;

  SharedSearch(Network network, Incidence incidence, NestCost costs, Deadline deadline) {
    this.network = network;
    this.incidence = incidence;
    this.costs = costs;
    this.deadline = deadline;
  }

  /** The cheapest tree that is reached from one whose nests all multiply two. */
  ContractionTree improve(ContractionTree start) {
    ContractionTree best = start;
    double least = cost(start);
    boolean better = true;
    while (better && !deadline.passed()) {
      better = false;
      for (ContractionTree neighbour : neighbours(best)) {
        double cost = cost(neighbour);
        if (cost < least * PROGRESS) {
          least = cost;
          best = neighbour;
          better = true;
          break;
        }
      }
    }
    return best;
  }

  /** What a tree costs if equal nests run once; infinite beyond the limit. */
  double cost(ContractionTree tree) {
    PathCost cost = PathCosts.total(network, Evaluation.steps(network, tree), costs.steps());
    return costs.mayStore(cost.largestIntermediate()) ? cost.objective() : Double.POSITIVE_INFINITY;
  }

  private List<ContractionTree> neighbours(ContractionTree tree) {
    List<ContractionTree> neighbours = new ArrayList<>();
    List<Operand> operands = network.operands();
    for (int i = 0; i < operands.size(); i++) {
      int one = i;
      int identity = operands.get(i).identity();
      if (incidence.operand(i).lonely > 1) {
        neighbours.add(toggled(tree, operand -> operand == one));
        neighbours.add(toggled(tree, operand -> operands.get(operand).identity() == identity));
      }
    }
    if (operands.size() > MOST_MOVED_FAR) {
      rotations(tree, neighbours);
      return neighbours;
    }
    for (Cut cut : cuts(tree)) {
      insertions(cut.rest(), cut.part(), neighbours);
    }
    return neighbours;
  }

  /** The tree with some operands summed before, if they can be and were not, or no longer so. */
  private ContractionTree toggled(ContractionTree tree, IntPredicate chosen) {
    return switch (tree) {
      case Leaf leaf ->
          chosen.test(leaf.operand()) && incidence.operand(leaf.operand()).lonely > 1
              ? new Sum(leaf)
              : leaf;
      case Sum(Leaf leaf) -> chosen.test(leaf.operand()) ? leaf : tree;
      case Pair(ContractionTree left, ContractionTree right) ->
          new Pair(toggled(left, chosen), toggled(right, chosen));
      case Join(List<ContractionTree> parts) ->
          new Join(parts.stream().map(part -> toggled(part, chosen)).toList());
    };
  }

  /** A subtree, and the tree without it. */
  private record Cut(ContractionTree part, ContractionTree rest) {}

  private static List<Cut> cuts(ContractionTree tree) {
    List<Cut> cuts = new ArrayList<>();
    if (tree instanceof Pair(ContractionTree left, ContractionTree right)) {
      cuts.add(new Cut(left, right));
      cuts.add(new Cut(right, left));
      cuts(left).forEach(cut -> cuts.add(new Cut(cut.part(), new Pair(cut.rest(), right))));
      cuts(right).forEach(cut -> cuts.add(new Cut(cut.part(), new Pair(left, cut.rest()))));
    }
    return cuts;
  }

  private static void insertions(
      ContractionTree tree, ContractionTree part, List<ContractionTree> all) {
    all.add(new Pair(tree, part));
    if (tree instanceof Pair(ContractionTree left, ContractionTree right)) {
      List<ContractionTree> below = new ArrayList<>();
      insertions(left, part, below);
      below.forEach(changed -> all.add(new Pair(changed, right)));
      below.clear();
      insertions(right, part, below);
      below.forEach(changed -> all.add(new Pair(left, changed)));
    }
  }

  /** All trees in which a subtree has changed places with its parent's sibling. */
  private static void rotations(ContractionTree tree, List<ContractionTree> all) {
    if (tree instanceof Pair(ContractionTree left, ContractionTree right)) {
      if (left instanceof Pair(ContractionTree a, ContractionTree b)) {
        all.add(new Pair(new Pair(a, right), b));
        all.add(new Pair(a, new Pair(b, right)));
      }
      if (right instanceof Pair(ContractionTree a, ContractionTree b)) {
        all.add(new Pair(new Pair(left, a), b));
        all.add(new Pair(a, new Pair(left, b)));
      }
      List<ContractionTree> below = new ArrayList<>();
      rotations(left, below);
      below.forEach(changed -> all.add(new Pair(changed, right)));
      below.clear();
      rotations(right, below);
      below.forEach(changed -> all.add(new Pair(left, changed)));
    }
  }
}
