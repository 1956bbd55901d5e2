package dev.einkorn.compiler.optimize.path;

import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import dev.einkorn.compiler.optimize.path.ContractionTree.Pair;
import dev.einkorn.compiler.optimize.path.ContractionTree.Sum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Dynamic programming over subsets as in {@link SubsetSearch}, where a tree costs what its
 * different nests cost: a nest that both sides of a split have is counted once.
 *
 * <p>That is a heuristic, because a tree that is not the cheapest for its subset may have more in
 * common with the rest.
 */
final class SharedSubsetSearch {
  /** The most operands: 28,501 splits, each with a union of sets. */
  static final int MOST = 10;

  private final Incidence incidence;
  private final NestCost costs;
  private final Sharing sharing;

  /** By subset: what its product is; its trees, none if it may not be stored. */
  private final Partial[] products;

  private final List<List<Candidate>> candidates = new ArrayList<>();

  /** By type of a nest's result: the cost of the nest. */
  private final Map<Integer, Double> nestCosts = new HashMap<>();

  /**
   * A tree over a subset.
   *
   * @param form what it computes, with the labels it is read with
   * @param nests the types of its nests, ascending, each once
   * @param cost of these
   */
  private record Candidate(
      ContractionTree tree, Sharing.Form form, List<Integer> nests, double cost) {}

  private SharedSubsetSearch(Network network, Incidence incidence, NestCost costs) {
    this.incidence = incidence;
    this.costs = costs;
    sharing = new Sharing(network);
    products = new Partial[1 << incidence.operands()];
  }

  /** The best tree that is found; empty if none keeps the limit. */
  static List<ContractionTree> find(Network network, Incidence incidence, NestCost costs) {
    return new SharedSubsetSearch(network, incidence, costs).find();
  }

  private List<ContractionTree> find() {
    candidates.add(List.of());
    for (int subset = 1; subset < products.length; subset++) {
      int first = Integer.numberOfTrailingZeros(subset);
      int rest = subset & (subset - 1);
      boolean single = rest == 0;
      products[subset] =
          single
              ? incidence.operand(first)
              : incidence.product(incidence.operand(first), products[rest]);
      candidates.add(single ? operand(first) : product(subset));
    }
    return candidates.getLast().stream().map(Candidate::tree).toList();
  }

  private List<Candidate> operand(int number) {
    var leaf = new Leaf(number);
    Sharing.Form form = sharing.operand(number);
    var plain = new Candidate(leaf, form, List.of(), 0);
    Partial summed = incidence.operand(number);
    if (summed.lonely == 1 || !costs.mayStore(summed.size)) {
      return List.of(plain);
    }
    Sharing.Form sum = sharing.product(List.of(form), labels(summed));
    nestCosts.put(sum.type(), costs.sum(summed.size, summed.lonely));
    return List.of(plain, candidate(new Sum(leaf), sum, List.of(sum.type())));
  }

  private List<Candidate> product(int subset) {
    boolean last = subset == products.length - 1;
    List<Candidate> best = List.of();
    if (!last && !costs.mayStore(products[subset].size)) {
      return best;
    }
    int first = subset & -subset;
    int rest = subset ^ first;
    for (int more = (rest - 1) & rest; ; more = (more - 1) & rest) {
      for (Candidate left : candidates.get(first | more)) {
        for (Candidate right : candidates.get(rest ^ more)) {
          best = better(best, left, right, products[subset]);
        }
      }
      if (more == 0) {
        return best;
      }
    }
  }

  private List<Candidate> better(
      List<Candidate> best, Candidate left, Candidate right, Partial product) {
    List<Integer> nests = union(left.nests(), right.nests());
    if (!best.isEmpty() && cost(nests) >= best.getFirst().cost()) {
      return best;
    }
    Sharing.Form form = sharing.product(List.of(left.form(), right.form()), labels(product));
    nestCosts.computeIfAbsent(form.type(), _ -> nestCost(left.form(), right.form(), product));
    Candidate both =
        candidate(new Pair(left.tree(), right.tree()), form, union(nests, List.of(form.type())));
    return best.isEmpty() || both.cost() < best.getFirst().cost() ? List.of(both) : best;
  }

  private Candidate candidate(ContractionTree tree, Sharing.Form form, List<Integer> nests) {
    return new Candidate(tree, form, nests, cost(nests));
  }

  private double nestCost(Sharing.Form left, Sharing.Form right, Partial product) {
    double loop =
        size(Stream.of(left, right).flatMap(form -> form.labels().stream()).distinct().toList());
    return costs.steps().cost(size(left.labels()), size(right.labels()), product.size, loop);
  }

  private double size(List<Integer> labels) {
    double size = 1;
    for (int label : labels) {
      size = Incidence.times(size, incidence.extent(label));
    }
    return size;
  }

  private static Set<Integer> labels(Partial partial) {
    return Arrays.stream(partial.labels).boxed().collect(Collectors.toSet());
  }

  private double cost(List<Integer> nests) {
    double cost = 0;
    for (int nest : nests) {
      cost = costs.both(cost, nestCosts.getOrDefault(nest, 0.0));
    }
    return cost;
  }

  private static List<Integer> union(List<Integer> a, List<Integer> b) {
    return Stream.concat(a.stream(), b.stream()).sorted().distinct().toList();
  }
}
