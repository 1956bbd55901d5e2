package dev.einkorn.compiler.optimize.path;

import static dev.einkorn.compiler.optimize.path.Incidence.plus;
import static dev.einkorn.compiler.optimize.path.Incidence.times;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/** Adds up what the steps of a path cost; those that an earlier one has computed cost nothing. */
final class PathCosts {
  private PathCosts() {}

  static PathCost total(Network network, List<Step> steps, StepCost cost) {
    double flops = 0;
    double largest = 0;
    double writes = 0;
    double objective = 0;
    for (int s = 0; s < steps.size(); s++) {
      Step step = steps.get(s);
      if (!step.isShared()) {
        double each = cost(network, steps, step, cost);
        objective = cost.takesMaximum() ? Math.max(objective, each) : plus(objective, each);
        flops = plus(flops, flops(step));
        writes = plus(writes, step.size());
        largest = s == steps.size() - 1 ? largest : Math.max(largest, step.size());
      }
    }
    return new PathCost(flops, largest, writes, peak(network.operands().size(), steps), objective);
  }

  private static double flops(Step step) {
    return times(step.loop(), Math.max(1, step.inputs().size() - 1));
  }

  private static double cost(Network network, List<Step> steps, Step step, StepCost cost) {
    double[] sizes =
        step.inputs().stream().mapToDouble(input -> size(network, steps, input)).toArray();
    return sizes.length == 2
        ? cost.cost(sizes[0], sizes[1], step.size(), step.loop())
        : cost.cost(Arrays.stream(sizes).reduce(0, Incidence::plus), 0, step.size(), flops(step));
  }

  private static double size(Network network, List<Step> steps, int value) {
    int operands = network.operands().size();
    if (value >= operands) {
      return steps.get(value - operands).size();
    }
    double size = 1;
    for (int label : new LinkedHashSet<>(network.operands().get(value).axes())) {
      size = times(size, network.extents().get(label));
    }
    return size;
  }

  /** Runs through the steps, freeing each result after the last step that reads it. */
  private static double peak(int operands, List<Step> steps) {
    var lastUse = new int[steps.size()];
    for (int s = 0; s < steps.size(); s++) {
      if (!steps.get(s).isShared()) {
        for (int input : steps.get(s).inputs()) {
          if (input >= operands) {
            lastUse[computedBy(steps, input - operands)] = s;
          }
        }
      }
    }
    double peak = 0;
    double alive = 0;
    for (int s = 0; s < steps.size() - 1; s++) {
      Step step = steps.get(s);
      if (!step.isShared()) {
        alive = plus(alive, step.size());
        peak = Math.max(peak, alive);
        alive = 0;
        for (int earlier = 0; earlier <= s; earlier++) {
          boolean needed = !steps.get(earlier).isShared() && lastUse[earlier] > s;
          alive = needed ? plus(alive, steps.get(earlier).size()) : alive;
        }
      }
    }
    return peak;
  }

  private static int computedBy(List<Step> steps, int step) {
    return steps.get(step).isShared() ? steps.get(step).sameAs() : step;
  }
}
