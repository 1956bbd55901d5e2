package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.optimize.algebra.CanonicalForm;
import dev.einkorn.compiler.optimize.algebra.Term;
import dev.einkorn.compiler.optimize.path.ContractionPath;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import dev.einkorn.compiler.optimize.path.Network;
import dev.einkorn.compiler.optimize.path.PathSearch;
import dev.einkorn.runtime.ElementType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The order in which the factors of a product are contracted; equal products are asked once. */
final class ProductOrder {
  /** Larger products are ordered as if all factors were different, which is much faster. */
  private static final int MOST_FOR_SHARING = 4;

  private final Map<Network, ContractionPath> known = new HashMap<>();
  private final Map<Term, CanonicalForm> forms = new HashMap<>();
  private final PlanRequest request;

  ProductOrder(PlanRequest request) {
    this.request = request;
  }

  /** The canonical form of a term, up to all names; equal terms are asked once. */
  CanonicalForm form(Term term) {
    return forms.computeIfAbsent(
        term,
        t ->
            CanonicalForm.upToFree(
                t instanceof Term.Product product
                    ? product
                    : new Term.Product(1, List.of(), List.of(t))));
  }

  /**
   * The order over the positions of the factors.
   *
   * @param factors the variables of each, at least one factor
   * @param identities equal for equal factors
   * @param result the variables that are kept
   * @param pinned an order that is taken as it is
   * @throws IllegalArgumentException if the pinned order does not fit the product
   */
  ContractionPath path(
      List<? extends SequencedSet<IndexVariable>> factors,
      List<Integer> identities,
      Set<IndexVariable> result,
      ToDoubleFunction<IndexVariable> extents,
      ElementType type,
      Optional<ContractionTree> pinned) {
    Map<IndexVariable, Integer> labels = new HashMap<>();
    List<Double> values = new ArrayList<>();
    List<Network.Operand> operands = new ArrayList<>();
    for (int n = 0; n < factors.size(); n++) {
      List<Integer> axes = new ArrayList<>();
      for (IndexVariable variable : factors.get(n)) {
        axes.add(
            labels.computeIfAbsent(
                variable,
                v -> {
                  values.add(Math.max(1, extents.applyAsDouble(v)));
                  return values.size() - 1;
                }));
      }
      int identity = factors.size() > MOST_FOR_SHARING ? n : identities.get(n);
      operands.add(new Network.Operand(identity, axes));
    }
    Set<IndexVariable> kept = new LinkedHashSet<>(result);
    kept.retainAll(labels.keySet());
    List<Integer> held = new ArrayList<>();
    labels.forEach(
        (variable, label) -> {
          if (kept.contains(variable)) {
            held.add(label);
          }
        });
    held.sort(null);
    var network = new Network(operands, held, values);
    return pinned
        .map(tree -> ContractionPath.of(network, tree, request.model().steps(type)))
        .orElseGet(() -> known.computeIfAbsent(network, n -> search(n, type)));
  }

  private ContractionPath search(Network network, ElementType type) {
    Duration limit = request.timeLimit();
    return PathSearch.find(
        network,
        PathSearch.Options.of(request.model().steps(type))
            .withTimeLimit(limit)
            .withMemoryLimit((double) request.intermediateBytes() / type.byteSize()));
  }
}
