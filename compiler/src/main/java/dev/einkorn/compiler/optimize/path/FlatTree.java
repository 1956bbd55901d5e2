package dev.einkorn.compiler.optimize.path;

import dev.einkorn.compiler.optimize.path.ContractionTree.Join;
import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import dev.einkorn.compiler.optimize.path.ContractionTree.Pair;
import dev.einkorn.compiler.optimize.path.ContractionTree.Sum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A tree as arrays, so that walking it does not recurse: node 0 is the root, children have larger
 * numbers than their parent.
 */
final class FlatTree {
  private final List<ContractionTree> nodes;
  private final int[][] children;

  private FlatTree(List<ContractionTree> nodes, int[][] children) {
    this.nodes = nodes;
    this.children = children;
  }

  static FlatTree of(ContractionTree root) {
    List<ContractionTree> nodes = new ArrayList<>();
    List<int[]> children = new ArrayList<>();
    record Waiting(ContractionTree node, int parent, int place) {}
    Deque<Waiting> waiting = new ArrayDeque<>();
    waiting.push(new Waiting(root, -1, 0));
    while (!waiting.isEmpty()) {
      Waiting next = waiting.pop();
      int number = nodes.size();
      List<ContractionTree> parts = children(next.node());
      nodes.add(next.node());
      children.add(new int[parts.size()]);
      if (next.parent() >= 0) {
        children.get(next.parent())[next.place()] = number;
      }
      for (int place = 0; place < parts.size(); place++) {
        waiting.push(new Waiting(parts.get(place), number, place));
      }
    }
    return new FlatTree(nodes, children.toArray(int[][]::new));
  }

  int size() {
    return nodes.size();
  }

  ContractionTree node(int number) {
    return nodes.get(number);
  }

  int[] children(int number) {
    return children[number];
  }

  /** Throws unless the tree holds each operand of the network once. */
  void checkOperands(int operands) {
    var seen = new boolean[operands];
    int count = 0;
    for (ContractionTree node : nodes) {
      if (node instanceof Leaf(int operand)) {
        if (operand >= operands) {
          throw new IllegalArgumentException(
              "the tree holds operand %s, but there are %s".formatted(operand, operands));
        }
        if (seen[operand]) {
          throw new IllegalArgumentException("the tree holds operand %s twice".formatted(operand));
        }
        seen[operand] = true;
        count++;
      }
    }
    for (int operand = 0; count < operands && operand < operands; operand++) {
      if (!seen[operand]) {
        throw new IllegalArgumentException("the tree lacks operand %s".formatted(operand));
      }
    }
  }

  static List<ContractionTree> children(ContractionTree node) {
    return switch (node) {
      case Leaf _ -> List.of();
      case Sum(Leaf leaf) -> List.of(leaf);
      case Pair(ContractionTree left, ContractionTree right) -> List.of(left, right);
      case Join(List<ContractionTree> parts) -> parts;
    };
  }
}
