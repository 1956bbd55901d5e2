package dev.einkorn.compiler.optimize.path;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Recognises partial products that are equal up to the names of labels, by giving equal ones the
 * same number (hash-consing).
 *
 * <p>A product's number stands for the numbers of its factors and for how their labels meet and
 * which of them are left. Two products with the same number are equal; the converse holds unless a
 * factor occurs twice and its labels could be exchanged, where some equality may be missed.
 */
final class Sharing {
  /**
   * What a value is.
   *
   * @param type equal for values that are equal up to the names of labels
   * @param labels those of the value, which correspond one by one for values of the same type
   */
  record Form(int type, List<Integer> labels) {}

  private final Network network;
  private final Map<List<Integer>, Integer> types = new HashMap<>();

  Sharing(Network network) {
    this.network = network;
  }

  /** An operand as it is given. */
  Form operand(int number) {
    Network.Operand operand = network.operands().get(number);
    Map<Integer, Integer> places = new LinkedHashMap<>();
    List<Integer> key = new ArrayList<>(List.of(-1, operand.identity()));
    for (int label : operand.axes()) {
      key.add(place(places, label));
    }
    return new Form(type(key), List.copyOf(places.keySet()));
  }

  /**
   * The product of some values, or the sum of one.
   *
   * @param left the labels that are left of it
   */
  Form product(List<Form> factors, Set<Integer> left) {
    List<Form> sorted = factors.stream().sorted(Comparator.comparingInt(Form::type)).toList();
    Description first = describe(sorted, left);
    if (sorted.size() == 2 && sorted.getFirst().type() == sorted.getLast().type()) {
      Description second = describe(sorted.reversed(), left);
      if (compare(second.key(), first.key()) < 0) {
        first = second;
      }
    }
    return new Form(type(first.key()), first.labels());
  }

  private record Description(List<Integer> key, List<Integer> labels) {}

  private static Description describe(List<Form> factors, Set<Integer> left) {
    Map<Integer, Integer> places = new LinkedHashMap<>();
    List<Integer> key = new ArrayList<>(List.of(factors.size()));
    factors.forEach(factor -> key.add(factor.type()));
    for (Form factor : factors) {
      for (int label : factor.labels()) {
        key.add(place(places, label));
      }
    }
    List<Integer> labels = new ArrayList<>();
    places.forEach(
        (label, place) -> {
          if (left.contains(label)) {
            key.add(place);
            labels.add(label);
          }
        });
    return new Description(key, labels);
  }

  private static int place(Map<Integer, Integer> places, int label) {
    Integer place = places.get(label);
    if (place == null) {
      place = places.size();
      places.put(label, place);
    }
    return place;
  }

  private int type(List<Integer> key) {
    return types.computeIfAbsent(key, _ -> types.size());
  }

  private static int compare(List<Integer> a, List<Integer> b) {
    for (int i = 0; i < a.size() && i < b.size(); i++) {
      int order = Integer.compare(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }
}
