package dev.einkorn.compiler.optimize.path;

import dev.einkorn.compiler.optimize.path.Network.Operand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Networks for tests: random ones, and those whose structure is known. */
final class Networks {
  private static final List<Double> EXTENTS = List.of(1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 16.0);

  private Networks() {}

  /** Operands written as in {@code "ij,jk->ik"}, with one extent for all labels. */
  static Network einsum(String text, double extent) {
    return einsum(text, Collections.nCopies(26, extent));
  }

  /** The same with the extents of a, b, c and so on; operands of the same letter are different. */
  static Network einsum(String text, List<Double> extents) {
    String[] sides = text.split("->", -1);
    List<List<Integer>> operands = new ArrayList<>();
    for (String labels : sides[0].split(",", -1)) {
      operands.add(labels(labels));
    }
    return Network.of(operands, labels(sides[1]), extents);
  }

  /** The same network, with tensors named: operands with the same letter are the same tensor. */
  static Network named(String names, String text, double extent) {
    Network plain = einsum(text, extent);
    List<Operand> operands = new ArrayList<>();
    for (Operand operand : plain.operands()) {
      operands.add(new Operand(names.charAt(operands.size()), operand.axes()));
    }
    return new Network(operands, plain.result(), plain.extents());
  }

  private static List<Integer> labels(String text) {
    return text.chars().mapToObj(letter -> letter - 'a').toList();
  }

  /**
   * A random network with everything that may occur: labels of two operands, of more, of one alone,
   * kept or not, of extent 1, diagonals, operands without labels, and parts that share nothing.
   */
  static Network random(Random random, int operands) {
    var edges = new Edges(operands, random);
    boolean connected = random.nextInt(4) > 0;
    for (int i = 1; i < operands; i++) {
      if (connected || random.nextInt(3) == 0) {
        edges.add(i, random.nextInt(i));
      }
    }
    for (int i = random.nextInt(operands + 1); i > 0; i--) {
      edges.add(random.nextInt(operands), random.nextInt(operands));
    }
    for (int i = random.nextInt(3); i > 0 && operands > 2; i--) {
      edges.addHyperedge(3 + random.nextInt(operands - 2));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      edges.add(random.nextInt(operands));
    }
    List<Integer> result = new ArrayList<>();
    for (int label = 0; label < edges.extents.size(); label++) {
      if (random.nextInt(6) == 0) {
        result.add(label);
      }
    }
    return Network.of(edges.operands, result, edges.extents);
  }

  /** A random network in which some operands are the same tensor. */
  static Network randomRepeated(Random random, int operands, double extent) {
    int tensors = 1 + random.nextInt(2);
    var ranks = new int[] {1 + random.nextInt(2), 1 + random.nextInt(2)};
    int labels = 2 + random.nextInt(operands);
    List<Operand> list = new ArrayList<>();
    List<Integer> used = new ArrayList<>();
    for (int i = 0; i < operands; i++) {
      int tensor = random.nextInt(tensors);
      List<Integer> axes = new ArrayList<>();
      for (int axis = 0; axis < ranks[tensor]; axis++) {
        axes.add(random.nextInt(labels));
      }
      used.addAll(axes);
      list.add(new Operand(tensor, axes));
    }
    List<Integer> result = used.stream().distinct().filter(_ -> random.nextInt(5) == 0).toList();
    return new Network(list, result, Collections.nCopies(labels, extent));
  }

  /** The product of matrices whose extents are given, as in the textbooks. */
  static Network chain(List<Double> extents) {
    List<List<Integer>> operands = new ArrayList<>();
    for (int i = 0; i + 1 < extents.size(); i++) {
      operands.add(List.of(i, i + 1));
    }
    return Network.of(operands, List.of(0, extents.size() - 1), extents);
  }

  /** A grid of operands, each tied to its neighbours. */
  static Network lattice(int rows, int columns, double extent) {
    var edges = new Edges(rows * columns, extent);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int here = row * columns + column;
        if (column > 0) {
          edges.add(here, here - 1);
        }
        if (row > 0) {
          edges.add(here, here - columns);
        }
      }
    }
    return edges.network();
  }

  /** The scalar product of two matrix product states: two chains, tied site by site. */
  static Network statesProduct(int sites, double bond, double physical) {
    List<List<Integer>> operands = new ArrayList<>();
    List<Double> extents = new ArrayList<>();
    for (int site = 0; site < sites; site++) {
      extents.addAll(List.of(physical, bond, bond));
    }
    for (int state = 1; state <= 2; state++) {
      for (int site = 0; site < sites; site++) {
        List<Integer> axes = new ArrayList<>(List.of(3 * site));
        if (site > 0) {
          axes.add(3 * (site - 1) + state);
        }
        if (site < sites - 1) {
          axes.add(3 * site + state);
        }
        operands.add(axes);
      }
    }
    return Network.of(operands, List.of(), extents);
  }

  /** Each operand but the first is tied to a random one before it. */
  static Network tree(int operands, double extent, Random random) {
    var edges = new Edges(operands, extent);
    for (int i = 1; i < operands; i++) {
      edges.add(i, random.nextInt(i));
    }
    return edges.network();
  }

  /** Each operand has three random ties, or a few less where chance would tie it to itself. */
  static Network cubic(int operands, double extent, Random random) {
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < 3 * operands; i++) {
      ends.add(i / 3);
    }
    Collections.shuffle(ends, random);
    var edges = new Edges(operands, extent);
    for (int i = 0; i + 1 < ends.size(); i += 2) {
      edges.add(ends.get(i), ends.get(i + 1));
    }
    return edges.network();
  }

  /** A network that is being tied together. */
  private static final class Edges {
    private final List<List<Integer>> operands = new ArrayList<>();
    private final List<Double> extents = new ArrayList<>();
    private final List<Double> choices;
    private final Random random;

    Edges(int operands, double extent) {
      this(operands, List.of(extent), new Random(0));
    }

    Edges(int operands, Random random) {
      this(operands, EXTENTS, random);
    }

    private Edges(int operands, List<Double> choices, Random random) {
      this.choices = choices;
      this.random = random;
      for (int i = 0; i < operands; i++) {
        this.operands.add(new ArrayList<>());
      }
    }

    void add(int... holders) {
      for (int holder : holders) {
        operands.get(holder).add(extents.size());
      }
      extents.add(choices.get(random.nextInt(choices.size())));
    }

    void addHyperedge(int holders) {
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < operands.size(); i++) {
        all.add(i);
      }
      Collections.shuffle(all, random);
      add(all.subList(0, holders).stream().mapToInt(Integer::intValue).toArray());
    }

    Network network() {
      return Network.of(operands, List.of(), extents);
    }
  }
}
