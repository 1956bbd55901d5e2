package dev.einkorn.compiler.optimize.path;

import dev.einkorn.compiler.optimize.path.ContractionTree.Join;
import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import dev.einkorn.compiler.optimize.path.ContractionTree.Pair;
import dev.einkorn.compiler.optimize.path.ContractionTree.Sum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A tree while it is searched for: which values each nest multiplies, and not yet which operands
 * are summed before (see {@link NestCost}).
 *
 * @param operands how many there are; values 0 to operands - 1
 * @param steps the values that each nest multiplies; the nest at i makes value operands + i
 */
record Shape(int operands, List<int[]> steps) {
  Shape {
    steps = List.copyOf(steps);
  }

  /** The partial product that each value is. */
  Partial[] values(Incidence incidence) {
    var values = new Partial[operands + steps.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          i < operands
              ? incidence.operand(i)
              : incidence.product(pick(values, steps.get(i - operands)));
    }
    return values;
  }

  /** Binary logarithm of the size of the largest product. */
  double largestLog2(Incidence incidence) {
    return Arrays.stream(values(incidence), operands, operands + steps.size())
        .mapToDouble(value -> value.log2)
        .max()
        .orElse(0);
  }

  /** The cost of each nest, sums before it included. */
  double[] stepCosts(Incidence incidence, NestCost costs) {
    Partial[] values = values(incidence);
    var each = new double[steps.size()];
    for (int i = 0; i < each.length; i++) {
      each[i] = stepCost(incidence, costs, pick(values, steps.get(i)), values[operands + i]);
    }
    return each;
  }

  /** The cost of all nests together, sharing aside; infinite if one of them is forbidden. */
  double cost(Incidence incidence, NestCost costs) {
    Partial[] values = values(incidence);
    double cost = 0;
    for (int i = 0; i < steps.size(); i++) {
      Partial value = values[operands + i];
      boolean last = i == steps.size() - 1;
      if (!last && !costs.mayStore(value.size)) {
        return Double.POSITIVE_INFINITY;
      }
      cost = costs.both(cost, stepCost(incidence, costs, pick(values, steps.get(i)), value));
    }
    return cost;
  }

  static double stepCost(Incidence incidence, NestCost costs, Partial[] parts, Partial result) {
    var sizes = new double[parts.length];
    var lonely = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      sizes[i] = parts[i].size;
      lonely[i] = parts[i].lonely;
    }
    return costs.nest(sizes, lonely, result.size, incidence.loop(parts));
  }

  /** The tree without intermediates that may not be stored: their factors go into the next nest. */
  Shape flattened(Incidence incidence, NestCost costs) {
    Partial[] values = values(incidence);
    List<int[]> kept = new ArrayList<>();
    // by value: the values of the new tree that stand for it
    var stands = new int[values.length][];
    for (int value = 0; value < values.length; value++) {
      if (value < operands) {
        stands[value] = new int[] {value};
      } else {
        int[] members =
            Arrays.stream(steps.get(value - operands))
                .flatMap(member -> Arrays.stream(stands[member]))
                .toArray();
        stands[value] = members;
        if (value == values.length - 1 || costs.mayStore(values[value].size)) {
          stands[value] = new int[] {operands + kept.size()};
          kept.add(members);
        }
      }
    }
    return new Shape(operands, kept);
  }

  /** The finished tree, with the sums that are cheapest. */
  ContractionTree tree(Incidence incidence, NestCost costs) {
    Partial[] values = values(incidence);
    List<ContractionTree> trees = new ArrayList<>();
    for (int i = 0; i < operands; i++) {
      trees.add(new Leaf(i));
    }
    for (int s = 0; s < steps.size(); s++) {
      int[] members = steps.get(s);
      boolean[] sums = sums(incidence, costs, pick(values, members), values[operands + s]);
      List<ContractionTree> parts = new ArrayList<>();
      for (int i = 0; i < members.length; i++) {
        ContractionTree part = trees.get(members[i]);
        parts.add(sums[i] && part instanceof Leaf leaf ? new Sum(leaf) : part);
      }
      trees.add(parts.size() == 2 ? new Pair(parts.getFirst(), parts.getLast()) : new Join(parts));
    }
    return trees.getLast();
  }

  private static boolean[] sums(
      Incidence incidence, NestCost costs, Partial[] parts, Partial result) {
    var sizes = new double[parts.length];
    var lonely = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      sizes[i] = parts[i].size;
      lonely[i] = parts[i].lonely;
    }
    return costs.bestSums(sizes, lonely, result.size, incidence.loop(parts));
  }

  private static Partial[] pick(Partial[] values, int[] members) {
    var picked = new Partial[members.length];
    for (int i = 0; i < members.length; i++) {
      picked[i] = values[members[i]];
    }
    return picked;
  }
}
