package dev.einkorn.compiler.optimize.path;

import java.util.ArrayList;
import java.util.List;

/**
 * Tries all orders of a small network, one nest after the other, with label sets as bits. Shares no
 * code with the searches.
 */
final class AllOrders {
  private final Network network;
  private final StepCost cost;
  private final double limit;
  private final boolean joins;
  private final long result;

  private double leastObjective = Double.POSITIVE_INFINITY;
  private double leastFlops = Double.POSITIVE_INFINITY;

  private AllOrders(Network network, StepCost cost, double limit, boolean joins) {
    this.network = network;
    this.cost = cost;
    this.limit = limit;
    this.joins = joins;
    result = bits(network.result());
  }

  /**
   * What the best order costs.
   *
   * @param objective infinite if no order is allowed
   * @param flops least flops of the orders with that objective, if it is a maximum
   */
  record Least(double objective, double flops) {}

  static Least least(Network network, StepCost cost, double limit, boolean joins) {
    var all = new AllOrders(network, cost, limit, joins);
    List<Long> operands = network.operands().stream().map(operand -> bits(operand.axes())).toList();
    for (int summed = 0; summed < 1 << operands.size(); summed++) {
      all.sumFirst(new ArrayList<>(operands), summed);
    }
    return new Least(all.leastObjective, all.leastFlops);
  }

  private void sumFirst(List<Long> values, int summed) {
    double objective = 0;
    double flops = 0;
    for (int i = 0; i < values.size(); i++) {
      if ((summed >> i & 1) != 0) {
        long before = values.get(i);
        long after = before & needed(values, 1 << i);
        if (after == before || size(after) > limit) {
          return;
        }
        values.set(i, after);
        objective = both(objective, cost.cost(size(before), 0, size(after), size(before)));
        flops += size(before);
      }
    }
    search(values, objective, flops);
  }

  private void search(List<Long> values, double objective, double flops) {
    if (values.size() == 1) {
      if (objective < leastObjective || (objective == leastObjective && flops < leastFlops)) {
        leastObjective = objective;
        leastFlops = flops;
      }
      return;
    }
    for (int chosen = 1; chosen < 1 << values.size(); chosen++) {
      int count = Integer.bitCount(chosen);
      if (count == 2 || (joins && count > 2)) {
        multiply(values, chosen, objective, flops);
      }
    }
  }

  private void multiply(List<Long> values, int chosen, double objective, double flops) {
    List<Long> next = new ArrayList<>();
    List<Double> sizes = new ArrayList<>();
    long met = 0;
    for (int i = 0; i < values.size(); i++) {
      if ((chosen >> i & 1) != 0) {
        met |= values.get(i);
        sizes.add(size(values.get(i)));
      } else {
        next.add(values.get(i));
      }
    }
    long product = met & needed(values, chosen);
    if (!next.isEmpty() && size(product) > limit) {
      return;
    }
    next.add(product);
    double loop = size(met) * (sizes.size() - 1);
    double step =
        sizes.size() == 2
            ? cost.cost(sizes.getFirst(), sizes.getLast(), size(product), loop)
            : cost.cost(
                sizes.stream().mapToDouble(Double::doubleValue).sum(), 0, size(product), loop);
    search(next, both(objective, step), flops + loop);
  }

  /** The labels that the result or a value outside of the chosen ones holds. */
  private long needed(List<Long> values, int chosen) {
    long needed = result;
    for (int i = 0; i < values.size(); i++) {
      needed |= (chosen >> i & 1) == 0 ? values.get(i) : 0;
    }
    return needed;
  }

  private double both(double a, double b) {
    return cost.takesMaximum() ? Math.max(a, b) : a + b;
  }

  private double size(long labels) {
    double size = 1;
    for (int label = 0; label < network.extents().size(); label++) {
      size *= (labels >> label & 1) != 0 ? network.extents().get(label) : 1;
    }
    return size;
  }

  private static long bits(List<Integer> labels) {
    long bits = 0;
    for (int label : labels) {
      bits |= 1L << label;
    }
    return bits;
  }
}
