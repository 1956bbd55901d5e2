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
import java.util.Iterator;
import java.util.LinkedHashMap;
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

  private final Map<Network, ContractionPath> known;
  private final Map<Term, CanonicalForm> forms = new HashMap<>();
  private final PlanRequest request;

  /** Orders that are taken one after the other instead of being looked for. */
  private final Optional<Iterator<PlanRecord.Order>> recorded;

  /** Products of more operands have so many orders that a quick one may be useless. */
  private static final int MANY_OPERANDS = 16;

  /** For such a product, however late it is: a fresh JVM may take long to come here. */
  private static final long LEAST_NANOS = 100_000_000;

  private final long deadline;

  /** The products that were asked for, in the order of the first time. */
  private final Map<Network, ContractionPath> asked = new LinkedHashMap<>();

  private ProductOrder(
      PlanRequest request,
      Map<Network, ContractionPath> known,
      Optional<Iterator<PlanRecord.Order>> recorded,
      long deadline) {
    this.request = request;
    this.known = known;
    this.recorded = recorded;
    this.deadline = deadline;
  }

  /**
   * Orders that are looked for.
   *
   * @param deadline in the time of {@link System#nanoTime}; later ones are found quickly
   */
  ProductOrder(PlanRequest request, long deadline) {
    this(request, new HashMap<>(), Optional.empty(), deadline);
  }

  /** Orders that a search has found before. */
  ProductOrder(PlanRequest request, List<PlanRecord.Order> orders) {
    this(request, new HashMap<>(), Optional.of(orders.iterator()), Long.MAX_VALUE);
  }

  /** The same orders, of which none has been asked for. */
  ProductOrder again() {
    return new ProductOrder(request, known, recorded, deadline);
  }

  /** The orders that were asked for, in the order of the first time. */
  List<PlanRecord.Order> asked() {
    return asked.values().stream()
        .map(path -> new PlanRecord.Order(path.tree().toString(), path.origin()))
        .toList();
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
    if (pinned.isPresent()) {
      return ContractionPath.of(network, pinned.get(), request.model().steps(type));
    }
    ContractionPath path =
        known.computeIfAbsent(
            network,
            n -> recorded.map(next -> follow(n, next, type)).orElseGet(() -> find(n, type)));
    asked.put(network, path);
    return path;
  }

  private ContractionPath find(Network network, ElementType type) {
    long least = network.operands().size() > MANY_OPERANDS ? LEAST_NANOS : 0;
    Duration left = Duration.ofNanos(Math.max(least, deadline - System.nanoTime()));
    return PathSearch.find(
        network,
        PathSearch.Options.of(request.model().steps(type))
            .withTimeLimit(left)
            .withMemoryLimit((double) request.intermediateBytes() / type.byteSize()));
  }

  private ContractionPath follow(
      Network network, Iterator<PlanRecord.Order> orders, ElementType type) {
    if (!orders.hasNext()) {
      throw new IllegalArgumentException("there are more products than orders");
    }
    PlanRecord.Order order = orders.next();
    ContractionTree tree = ContractionTree.parse(order.tree());
    return ContractionPath.of(network, tree, request.model().steps(type)).from(order.origin());
  }
}
