package dev.einkorn.compiler.optimize.path;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Improves a tree by pieces: the nests around a node that multiply a few values are taken out, and
 * the best tree over these values, found by {@link SubsetSearch}, is put in their place; this for
 * all nodes, until nothing gets better.
 *
 * <p>Which nests belong to a piece: from the node down, the dearest next; then, to get out of
 * places where no such piece can be improved, at random.
 *
 * <p>Source: subtree reconfiguration of J. Gray and S. Kourtis, Hyper-optimized tensor network
 * contraction, Quantum 5, 410 (2021).
 */
final class Refinement {
  /** What counts as cheaper, so that roundings are no progress. */
  private static final double PROGRESS = 1 - 1e-9;

  /** To prepare one label of a piece takes about as long as so many splits. */
  private static final double LABEL_WORK = 16;

  private static final int[] NONE = {};

  private final Incidence incidence;
  private final NestCost costs;
  private final int most;
  private final SplittableRandom random;
  private final Deadline deadline;

  /** Splits that may still be tried. */
  private double work;

  /** By value: what it multiplies; nothing for operands and for numbers that are not in use. */
  private final int[][] members;

  private final Partial[] values;
  private final double[] cost;
  private final int root;

  /** Numbers above those of operands that are not in use. */
  private final Deque<Integer> free = new ArrayDeque<>();

  /**
   * By value: the time of its last change, and of the last try in vain to improve what is below.
   */
  private final int[] changed;

  private final int[] tried;
  private int now;

  /**
   * Begins with a tree.
   *
   * @param most values between which a piece is searched
   * @param work how many splits may be tried altogether
   */
  Refinement(
      Shape shape,
      Incidence incidence,
      NestCost costs,
      int most,
      double work,
      SplittableRandom random,
      Deadline deadline) {
    this.incidence = incidence;
    this.costs = costs;
    this.most = Math.min(most, SubsetSearch.most(costs));
    this.work = work;
    this.random = random;
    this.deadline = deadline;
    int operands = shape.operands();
    // no tree has more nests than this
    int numbers = 2 * operands;
    members = new int[numbers][];
    Arrays.fill(members, NONE);
    values = Arrays.copyOf(shape.values(incidence), numbers);
    cost = Arrays.copyOf(new double[operands], numbers);
    changed = new int[numbers];
    tried = new int[numbers];
    Arrays.fill(tried, -1);
    double[] each = shape.stepCosts(incidence, costs);
    for (int i = 0; i < each.length; i++) {
      members[operands + i] = shape.steps().get(i);
      cost[operands + i] = each[i];
    }
    root = operands + each.length - 1;
    for (int number = operands + each.length; number < numbers; number++) {
      free.add(number);
    }
  }

  /** Improves until no dearest piece can be improved, or the work is done. */
  void descend() {
    boolean better = true;
    while (better && goesOn()) {
      better = sweep(false);
    }
  }

  /** Looks at random pieces of each node once, then at the dearest ones again. */
  void shake() {
    if (goesOn() && sweep(true)) {
      descend();
    }
  }

  /** Whether there is work and time left. */
  boolean goesOn() {
    return work > 0 && !deadline.passed();
  }

  /** The tree as it is now. */
  Shape shape() {
    int operands = incidence.operands();
    var numbers = new int[members.length];
    List<int[]> steps = new ArrayList<>();
    for (int operand = 0; operand < operands; operand++) {
      numbers[operand] = operand;
    }
    for (int nest : nests()) {
      numbers[nest] = operands + steps.size();
      steps.add(Arrays.stream(members[nest]).map(member -> numbers[member]).toArray());
    }
    return new Shape(operands, steps);
  }

  private boolean sweep(boolean randomly) {
    boolean better = false;
    for (int nest : nests()) {
      if (!goesOn()) {
        return better;
      }
      // a nest that has been replaced meanwhile has no members
      better |= members[nest].length > 0 && improve(nest, randomly);
    }
    return better;
  }

  /** The nests of the tree, each after those that it reads. */
  private int[] nests() {
    List<Integer> order = new ArrayList<>();
    Deque<Integer> waiting = new ArrayDeque<>();
    waiting.push(root);
    while (!waiting.isEmpty()) {
      int next = waiting.pop();
      if (members[next].length > 0) {
        order.add(next);
        for (int member : members[next]) {
          waiting.push(member);
        }
      }
    }
    return order.reversed().stream().mapToInt(Integer::intValue).toArray();
  }

  private boolean improve(int top, boolean randomly) {
    List<Integer> inside = new ArrayList<>();
    List<Integer> border = new ArrayList<>(List.of(top));
    for (int next = top; next >= 0; next = nextInside(border, randomly)) {
      inside.add(next);
      border.remove((Integer) next);
      for (int member : members[next]) {
        border.add(member);
      }
    }
    boolean asBefore = inside.stream().allMatch(nest -> changed[nest] <= tried[top]);
    if (border.size() < 3 || border.size() > most || (asBefore && !randomly)) {
      return false;
    }
    double before = 0;
    for (int nest : inside) {
      before = costs.both(before, cost[nest]);
    }
    Partial[] parts = border.stream().map(value -> values[value]).toArray(Partial[]::new);
    work -= Math.pow(costs.joins() ? 5 : 3, border.size()) + LABEL_WORK * labels(parts);
    Optional<SubsetSearch.Found> found =
        SubsetSearch.find(incidence, parts, costs, before * PROGRESS, deadline);
    if (found.isPresent()) {
      replace(inside, border, found.get().steps());
      return true;
    }
    if (!randomly) {
      tried[top] = now;
    }
    return false;
  }

  private static int labels(Partial[] parts) {
    return Arrays.stream(parts).mapToInt(part -> part.labels.length).sum();
  }

  /** The value of the border that is best replaced by what it multiplies, or -1. */
  private int nextInside(List<Integer> border, boolean randomly) {
    int best = -1;
    int fitting = 0;
    for (int value : border) {
      int size = members[value].length;
      if (size > 0 && border.size() - 1 + size <= most) {
        fitting++;
        if (best < 0 || (randomly ? random.nextInt(fitting) == 0 : cost[value] > cost[best])) {
          best = value;
        }
      }
    }
    return best;
  }

  /** Puts steps over the border in place of the nests inside, the first of which stays the top. */
  private void replace(List<Integer> inside, List<Integer> border, List<int[]> steps) {
    now++;
    for (int nest : inside.subList(1, inside.size())) {
      members[nest] = NONE;
      free.push(nest);
    }
    List<Integer> numbers = new ArrayList<>(border);
    for (int i = 0; i < steps.size(); i++) {
      int number = i == steps.size() - 1 ? inside.getFirst() : free.pop();
      numbers.add(number);
      members[number] = Arrays.stream(steps.get(i)).map(numbers::get).toArray();
      Partial[] parts =
          Arrays.stream(members[number]).mapToObj(value -> values[value]).toArray(Partial[]::new);
      values[number] = incidence.product(parts);
      cost[number] = Shape.stepCost(incidence, costs, parts, values[number]);
      changed[number] = now;
      tried[number] = -1;
    }
  }
}
