package dev.einkorn.compiler.optimize.path;

import dev.einkorn.compiler.optimize.path.ContractionPath.Origin;
import dev.einkorn.compiler.optimize.path.ContractionTree.Leaf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the order in which the operands of a network are contracted.
 *
 * <p>Up to 16 operands the order is the best of all ({@link SubsetSearch}), outer products
 * included. Beyond, greedy trees are made ({@link GreedySearch}) and the best of them improved
 * piece by piece ({@link Refinement}).
 *
 * <p>Where a tensor occurs more than once, orders with equal partial products are looked for
 * besides ({@link SharedSubsetSearch}, {@link SharedSearch}), up to 32 operands and as long as no
 * memory limit binds. That is a heuristic; equal partial products are counted once in any case.
 *
 * <p>With a memory limit that the order found exceeds, the search is repeated without intermediates
 * above the limit, and with nests over more than two factors where nothing fits; since one nest
 * over everything stores nothing, there is always an order, though it may cost so much that to
 * slice the network (loop over some labels outside of all nests) is better. It is the best of all
 * up to 10 operands.
 *
 * <p>How many trees are tried depends on the network alone, so equal calls give equal trees; the
 * time limit is a guard, and only where it is met does the answer depend on the machine.
 */
public final class PathSearch {
  /** Up to so many operands it is faster to try all splits than to find a bound first. */
  private static final int MOST_WITHOUT_BOUND = 8;

  /** Greedy trees from which a tree that shares more is looked for. */
  private static final int SHARED_STARTS = 2;

  /** Up to so many operands the trees of dynamic programming are starts enough. */
  private static final int FEW_FOR_SHARING = 4;

  private final Network network;
  private final Options options;
  private final Incidence incidence;
  private final Deadline deadline;

  private PathSearch(Network network, Options options) {
    this.network = network;
    this.options = options;
    incidence = Incidence.forSearch(network);
    deadline = new Deadline(options.timeLimit());
  }

  /**
   * What to look for.
   *
   * @param cost what is minimised
   * @param memoryLimit most elements of an intermediate; infinite for no limit. The result of the
   *     whole is no intermediate
   * @param timeLimit after which the best order found so far is returned; it is looked at between
   *     steps of the search, which take up to a second with thousands of operands
   * @param seed of the random choices
   * @param pinned an order to be taken as it is, or null
   */
  public record Options(
      StepCost cost,
      double memoryLimit,
      Duration timeLimit,
      long seed,
      @Nullable ContractionTree pinned) {
    public Options {
      // the negation also refuses NaN
      if (!(memoryLimit >= 0)) {
        throw new IllegalArgumentException("the memory limit is " + memoryLimit);
      }
      if (timeLimit.isNegative()) {
        throw new IllegalArgumentException("the time limit is " + timeLimit);
      }
    }

    /** No limit on memory, five seconds, seed 0, nothing pinned. */
    public static Options of(StepCost cost) {
      return new Options(cost, Double.POSITIVE_INFINITY, Duration.ofSeconds(5), 0, null);
    }

    public Options withMemoryLimit(double elements) {
      return new Options(cost, elements, timeLimit, seed, pinned);
    }

    public Options withTimeLimit(Duration limit) {
      return new Options(cost, memoryLimit, limit, seed, pinned);
    }

    public Options withSeed(long number) {
      return new Options(cost, memoryLimit, timeLimit, number, pinned);
    }

    public Options withPinned(@Nullable ContractionTree tree) {
      return new Options(cost, memoryLimit, timeLimit, seed, tree);
    }
  }

  /**
   * The best order that is found.
   *
   * @throws IllegalArgumentException if the pinned order does not fit the network
   */
  public static ContractionPath find(Network network, Options options) {
    if (options.pinned() != null) {
      return ContractionPath.of(
          network, options.pinned(), options.cost(), Origin.PINNED, options.memoryLimit());
    }
    if (network.operands().size() == 1) {
      return ContractionPath.of(
          network, new Leaf(0), options.cost(), Origin.OPTIMAL, options.memoryLimit());
    }
    return new PathSearch(network, options).find();
  }

  /** A tree, and whether it is known that none costs less. */
  private record Answer(Shape shape, boolean proven) {}

  private ContractionPath find() {
    NestCost free = NestCost.of(options.cost());
    Answer answer = search(free, List.of());
    ContractionPath path = path(answer, free);
    if (path.cost().largestIntermediate() <= options.memoryLimit()) {
      return path;
    }
    var limited = new NestCost(options.cost(), options.memoryLimit(), true);
    return path(search(limited, List.of(answer.shape().flattened(incidence, limited))), limited);
  }

  private ContractionPath path(Answer answer, NestCost costs) {
    if (costs.steps().takesMaximum()) {
      NestCost flops = flopsWithin(costs, cost(answer.shape(), costs));
      Answer second = search(flops, List.of(answer.shape()));
      return path(second.shape().tree(incidence, flops), answer.proven() && second.proven());
    }
    ContractionTree tree = answer.shape().tree(incidence, costs);
    if (network.repeats() && !costs.joins() && network.operands().size() <= SharedSearch.MOST) {
      return path(shared(tree, costs), answer.proven());
    }
    return path(tree, answer.proven());
  }

  private ContractionPath path(ContractionTree tree, boolean proven) {
    boolean optimal = proven && !network.repeats();
    Origin origin = optimal ? Origin.OPTIMAL : deadline.met() ? Origin.TIMED_OUT : Origin.SEARCHED;
    return ContractionPath.of(network, tree, options.cost(), origin, options.memoryLimit());
  }

  /** Flops, where each step costs at most so much of what is minimised first. */
  private static NestCost flopsWithin(NestCost first, double most) {
    StepCost flops =
        (left, right, result, loop) ->
            first.steps().cost(left, right, result, loop) <= most ? loop : Double.POSITIVE_INFINITY;
    boolean limitsSize = first.steps() == StepCost.SIZE;
    return new NestCost(
        flops, limitsSize ? Math.min(first.limit(), most) : first.limit(), first.joins());
  }

  private Answer search(NestCost costs, List<Shape> start) {
    int operands = incidence.operands();
    List<Shape> known = new ArrayList<>(start);
    if (operands > SubsetSearch.most(costs)) {
      if (operands <= SubsetSearch.most(costs.withoutJoins())) {
        exact(costs.withoutJoins(), Double.POSITIVE_INFINITY).ifPresent(known::add);
      }
      return new Answer(heuristics(costs).run(known), false);
    }
    if (operands > MOST_WITHOUT_BOUND) {
      known.add(heuristics(costs).first());
    }
    Optional<Shape> bound =
        known.stream().min(Comparator.comparingDouble(shape -> cost(shape, costs)));
    double below = bound.map(shape -> cost(shape, costs)).orElse(Double.POSITIVE_INFINITY);
    Optional<Shape> found = exact(costs, below);
    boolean proven = !deadline.met() && (found.isPresent() || below < Double.MAX_VALUE);
    return new Answer(found.or(() -> bound).orElseGet(() -> heuristics(costs).first()), proven);
  }

  private Optional<Shape> exact(NestCost costs, double below) {
    int operands = incidence.operands();
    Partial[] parts =
        IntStream.range(0, operands).mapToObj(incidence::operand).toArray(Partial[]::new);
    return SubsetSearch.find(incidence, parts, costs, below, deadline)
        .map(found -> new Shape(operands, found.steps()));
  }

  private HeuristicSearch heuristics(NestCost costs) {
    return new HeuristicSearch(incidence, costs, options.seed(), deadline);
  }

  private double cost(Shape shape, NestCost costs) {
    return shape.cost(incidence, costs);
  }

  /** The cheapest tree if equal nests run once, of those that some starts lead to. */
  private ContractionTree shared(ContractionTree start, NestCost costs) {
    var search = new SharedSearch(network, incidence, costs, deadline);
    List<ContractionTree> starts = new ArrayList<>();
    if (incidence.operands() <= SharedSubsetSearch.MOST) {
      starts.addAll(SharedSubsetSearch.find(network, incidence, costs));
    }
    if (incidence.operands() > FEW_FOR_SHARING) {
      for (Shape shape : heuristics(costs).some(SHARED_STARTS)) {
        starts.add(shape.tree(incidence, costs));
      }
    }
    ContractionTree best = search.improve(start);
    for (ContractionTree other : starts) {
      ContractionTree tree = search.improve(other);
      best = search.cost(tree) < search.cost(best) ? tree : best;
    }
    return best;
  }
}
