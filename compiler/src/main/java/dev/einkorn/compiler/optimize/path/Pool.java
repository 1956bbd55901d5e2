package dev.einkorn.compiler.optimize.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A contraction that is under way: the partial products that are left, and which of them hold which
 * label. Values are numbered as in {@link Shape}.
 */
final class Pool {
  private final Incidence incidence;
  private final NestCost costs;
  private final List<Partial> values;
  private final List<int[]> steps;

  /** By value: whether it has been multiplied into another. */
  private final boolean[] spent;

  private int left;

  /** By label: the values left that hold it, ascending, and how many they are. */
  private final int[][] holders;

  private final int[] holderCounts;

  Pool(Incidence incidence, NestCost costs) {
    this.incidence = incidence;
    this.costs = costs;
    left = incidence.operands();
    values = new ArrayList<>();
    steps = new ArrayList<>();
    spent = new boolean[2 * left];
    holders = new int[incidence.labels()][];
    for (int label = 0; label < holders.length; label++) {
      holders[label] = new int[2];
    }
    holderCounts = new int[incidence.labels()];
    for (int i = 0; i < left; i++) {
      add(incidence.operand(i));
    }
  }

  /** A copy that goes its own way. */
  Pool(Pool other) {
    incidence = other.incidence;
    costs = other.costs;
    values = new ArrayList<>(other.values);
    steps = new ArrayList<>(other.steps);
    spent = other.spent.clone();
    left = other.left;
    holders = new int[other.holders.length][];
    for (int label = 0; label < holders.length; label++) {
      holders[label] = other.holders[label].clone();
    }
    holderCounts = other.holderCounts.clone();
  }

  Incidence incidence() {
    return incidence;
  }

  /** How many values are left. */
  int left() {
    return left;
  }

  /** How many values there have been. */
  int count() {
    return values.size();
  }

  Partial value(int number) {
    return values.get(number);
  }

  /** Whether a value has not been multiplied into another yet. */
  boolean isLeft(int number) {
    return !spent[number];
  }

  /** The values that have not been multiplied into others, ascending. */
  int[] valuesLeft() {
    var numbers = new int[left];
    int at = 0;
    for (int i = 0; i < values.size(); i++) {
      if (!spent[i]) {
        numbers[at++] = i;
      }
    }
    return numbers;
  }

  int holderCount(int label) {
    return holderCounts[label];
  }

  /** One of the values left that hold a label. */
  int holder(int label, int index) {
    return holders[label][index];
  }

  /** Where a value that is left stands among the holders of its label. */
  int position(int label, int number) {
    return Arrays.binarySearch(holders[label], 0, holderCounts[label], number);
  }

  double productSize(int a, int b) {
    return incidence.productSize(value(a), value(b));
  }

  /** Whether an intermediate may have this size. */
  boolean mayStore(double size) {
    return costs.mayStore(size);
  }

  /** Multiplies some values in one nest; returns the product's number. */
  int multiply(int... members) {
    steps.add(members);
    var parts = new Partial[members.length];
    for (int i = 0; i < members.length; i++) {
      int member = members[i];
      parts[i] = value(member);
      spent[member] = true;
      for (int label : parts[i].labels) {
        drop(label, member);
      }
    }
    left -= members.length - 1;
    return add(incidence.product(parts));
  }

  /**
   * Multiplies what is left, whatever labels it shares: the two smallest, again and again, and in
   * one nest what may not be stored. Returns all that has been done.
   */
  Shape finish() {
    var rest =
        new PriorityQueue<Integer>(
            Comparator.<Integer>comparingDouble(number -> value(number).log2)
                .thenComparingInt(number -> number));
    Arrays.stream(valuesLeft()).forEach(rest::add);
    while (rest.size() > 1) {
      int first = rest.remove();
      int second = rest.remove();
      if (left == 2 || mayStore(productSize(first, second))) {
        rest.add(multiply(first, second));
      } else {
        multiply(valuesLeft());
        rest.clear();
      }
    }
    return new Shape(incidence.operands(), steps);
  }

  private int add(Partial value) {
    int number = values.size();
    values.add(value);
    for (int label : value.labels) {
      if (holderCounts[label] == holders[label].length) {
        holders[label] = Arrays.copyOf(holders[label], 2 * holders[label].length);
      }
      holders[label][holderCounts[label]++] = number;
    }
    return number;
  }

  private void drop(int label, int number) {
    int[] list = holders[label];
    int at = position(label, number);
    System.arraycopy(list, at + 1, list, at, --holderCounts[label] - at);
  }
}
