package dev.einkorn.compiler.optimize.path;

import static java.util.stream.Collectors.toSet;

import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import dev.einkorn.compiler.optimize.path.ContractionTree.Sum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Turns a tree into steps: their labels, their order, and which of them are the same. */
final class Evaluation {
  private final Network network;
  private final Incidence incidence;
  private final FlatTree tree;

  /** Absent where no tensor occurs twice, so that nothing can be the same. */
  private final Optional<Sharing> sharing;

  /** By node: the product without labels that end in it. */
  private final Partial[] products;

  /** By node: most elements of intermediates that live at once while it is computed. */
  private final double[] peaks;

  private Evaluation(Network network, ContractionTree root) {
    this.network = network;
    incidence = Incidence.of(network);
    sharing = network.repeats() ? Optional.of(new Sharing(network)) : Optional.empty();
    tree = FlatTree.of(root);
    tree.checkOperands(network.operands().size());
    products = new Partial[tree.size()];
    peaks = new double[tree.size()];
    for (int node = tree.size() - 1; node >= 0; node--) {
      products[node] = product(node);
      peaks[node] = peak(node);
    }
  }

  /** The steps of a tree in the order that keeps least alive. */
  static List<Step> steps(Network network, ContractionTree root) {
    return new Evaluation(network, root).steps();
  }

  private Partial product(int node) {
    if (tree.node(node) instanceof Leaf(int operand)) {
      return incidence.operand(operand);
    }
    if (tree.node(node) instanceof Sum(Leaf(int operand))) {
      Partial summed = incidence.operand(operand);
      if (summed.labels.length == incidence.held(operand).length) {
        throw new IllegalArgumentException(
            "operand %s has no label to be summed by itself".formatted(operand));
      }
      return summed;
    }
    int[] children = tree.children(node);
    return incidence.product(
        Arrays.stream(children).mapToObj(child -> products[child]).toArray(Partial[]::new));
  }

  /**
   * What remains of a child while the others are computed is its result, so those that need most
   * beyond their result come first. For two children that is the better order of both, for more it
   * is best too: J. W. H. Liu, An application of generalized tree pebbling to sparse matrix
   * factorization, SIAM J. Algebraic Discrete Methods 8 (1987).
   */
  private double peak(int node) {
    double peak = 0;
    double held = 0;
    for (int child : inOrder(node)) {
      peak = Math.max(peak, Incidence.plus(held, peaks[child]));
      held = Incidence.plus(held, stored(child));
    }
    return Math.max(peak, Incidence.plus(held, stored(node)));
  }

  private int[] inOrder(int node) {
    return Arrays.stream(tree.children(node))
        .boxed()
        .sorted(Comparator.comparingDouble(child -> stored(child) - peaks[child]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Elements of an intermediate; the operands and the result are none. */
  private double stored(int node) {
    return node == 0 || tree.node(node) instanceof Leaf ? 0 : products[node].size;
  }

  /** All nodes, each after its children, these in the order of {@link #inOrder}. */
  private List<Integer> schedule() {
    List<Integer> backwards = new ArrayList<>();
    Deque<Integer> waiting = new ArrayDeque<>();
    waiting.push(0);
    while (!waiting.isEmpty()) {
      int node = waiting.pop();
      backwards.add(node);
      for (int child : inOrder(node)) {
        waiting.push(child);
      }
    }
    return backwards.reversed();
  }

  private List<Step> steps() {
    int operands = network.operands().size();
    var forms = new Sharing.Form[tree.size()];
    var values = new int[tree.size()];
    Map<Integer, Integer> firsts = new HashMap<>();
    List<Step> steps = new ArrayList<>();
    for (int node : schedule()) {
      forms[node] = form(node, forms);
      if (node != 0 && tree.node(node) instanceof Leaf(int operand)) {
        values[node] = operand;
        continue;
      }
      int[] inputs =
          tree.node(node) instanceof Leaf(int operand)
              ? new int[] {operand}
              : Arrays.stream(tree.children(node)).map(child -> values[child]).toArray();
      Integer same = firsts.putIfAbsent(forms[node].type(), steps.size());
      values[node] = operands + steps.size();
      steps.add(step(node, inputs, forms[node].labels(), same == null ? -1 : same));
    }
    return steps;
  }

  private Sharing.Form form(int node, Sharing.Form[] forms) {
    int[] left = products[node].labels;
    if (sharing.isEmpty()) {
      // each node is a type of its own
      return new Sharing.Form(node, boxed(left));
    }
    if (tree.node(node) instanceof Leaf(int operand)) {
      return sharing.get().operand(operand);
    }
    return sharing
        .get()
        .product(
            Arrays.stream(tree.children(node)).mapToObj(child -> forms[child]).toList(),
            Arrays.stream(left).boxed().collect(toSet()));
  }

  private Step step(int node, int[] inputs, List<Integer> labels, int sameAs) {
    List<Integer> result = labels.stream().filter(label -> holds(products[node], label)).toList();
    int[] met =
        node == 0 && tree.children(node).length == 0
            ? incidence.held(inputs[0])
            : Arrays.stream(tree.children(node)).flatMap(this::read).toArray();
    int[] summed =
        Arrays.stream(met)
            .sorted()
            .distinct()
            .filter(label -> !holds(products[node], label))
            .toArray();
    double loop = products[node].size;
    for (int label : summed) {
      loop = Incidence.times(loop, incidence.extent(label));
    }
    return new Step(boxed(inputs), result, boxed(summed), loop, products[node].size, sameAs);
  }

  /** The labels with which a node is read: those of an operand that is not summed are all there. */
  private IntStream read(int node) {
    return Arrays.stream(
        tree.node(node) instanceof Leaf(int operand)
            ? incidence.held(operand)
            : products[node].labels);
  }

  private static boolean holds(Partial product, int label) {
    return Arrays.binarySearch(product.labels, label) >= 0;
  }

  private static List<Integer> boxed(int[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }
}
