package dev.einkorn.compiler.check;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Disjoint classes of values that must be equal (union-find with path halving). The representative
 * of a class is its member that was seen first, so nothing depends on hash order.
 */
final class Partition<T> {
  private final Map<T, T> parents = new LinkedHashMap<>();
  private final Map<T, Integer> order = new LinkedHashMap<>();

  /** Makes sure that {@code member} is in a class. */
  void add(T member) {
    if (parents.putIfAbsent(member, member) == null) {
      order.put(member, order.size());
    }
  }

  /** Makes one class of two. */
  void join(T one, T other) {
    T first = find(one);
    T second = find(other);
    if (place(first) <= place(second)) {
      parents.put(second, first);
    } else {
      parents.put(first, second);
    }
  }

  /** The representative of the member's class. */
  T find(T member) {
    add(member);
    T current = member;
    while (true) {
      T parent = parent(current);
      if (parent.equals(current)) {
        return current;
      }
      T grandparent = parent(parent);
      parents.put(current, grandparent);
      current = grandparent;
    }
  }

  /** All members, in the order seen. */
  Iterable<T> members() {
    return order.keySet();
  }

  private T parent(T member) {
    return parents.getOrDefault(member, member);
  }

  private int place(T member) {
    return order.getOrDefault(member, 0);
  }
}
