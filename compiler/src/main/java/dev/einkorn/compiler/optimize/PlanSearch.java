package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.optimize.algebra.Renaming;
import dev.einkorn.compiler.optimize.path.ContractionPath;
import dev.einkorn.compiler.optimize.rule.InlineSum;
import dev.einkorn.compiler.optimize.rule.ShareValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One search for the plan of a program, and what can be kept of it: the choices that were made. A
 * plan is built again from them by the same rewrites that the search takes, none of which changes
 * what is computed; so a wrong record gives a slower plan or none, and never a wrong one.
 */
public final class PlanSearch {
  /** The sums of longer programs stay where they are written. */
  private static final int MOST_STATEMENTS = 64;

  /** What sharing a value has to save: a call with a temporary and another step begins later. */
  private static final double LEAST_GAIN_NANOS = 1000;

  private final IndexProgram program;
  private final PlanRequest request;
  private final long begin = System.nanoTime();
  private final long deadline;

  private final ProductOrder order;
  private List<String> inlined = List.of();
  private List<Sharing> shared = List.of();
  private List<List<Integer>> trails = List.of();

  /** For each trail what was found beside it. */
  private List<List<Decision.Rejected>> rejected = List.of();

  /** A search that begins now. */
  public PlanSearch(IndexProgram program, PlanRequest request) {
    this.program = program;
    this.request = request;
    deadline = begin + request.timeLimit().toNanos();
    order = new ProductOrder(request, deadline);
  }

  /**
   * A value that is computed once for several statements.
   *
   * @param key by which the rewrite finds it
   * @param holders the targets of the statements that it stood in
   */
  private record Sharing(String key, String target, List<String> holders) {
    Decision decision(double nanos) {
      return new Decision(target, text(), nanos, List.of(target), List.of(), List.of());
    }

    String text() {
      return "computed once for " + String.join(" and ", holders);
    }
  }

  /** What a search or a record leads to. */
  private record Outcome(
      ExecutionPlan plan, List<Double> stepNanos, double nanos, List<Decision> decisions) {
    PlannedProgram planned(Planning planning) {
      return new PlannedProgram(plan, stepNanos, decisions, planning);
    }
  }

  /** Looks for the best plan. */
  public PlannedProgram find() {
    PinnedOrders pinned = PinnedOrders.of(program, request.orders());
    IndexProgram written = Planner.plan(pinned.kept(program)).optimized();
    Outcome outcome = outcome(searches() ? search(written) : unchanged(written));
    long end = System.nanoTime();
    return outcome.planned(
        new Planning(
            Duration.ofNanos(end - begin),
            request.timeLimit(),
            searches() && (end >= deadline || isCut(outcome.decisions())),
            Optional.empty()));
  }

  private boolean searches() {
    return request.regroups() || !request.orders().isEmpty();
  }

  private static SumOptimizer.Optimized unchanged(IndexProgram written) {
    return new SumOptimizer.Optimized(written, Double.POSITIVE_INFINITY, List.of());
  }

  private Outcome outcome(SumOptimizer.Optimized searched) {
    IndexVerifier.check(searched.program(), "regrouping sums");
    var best =
        new SumOptimizer.Optimized(
            searched.program(),
            searched.nanos(),
            noted(searched).stream().filter(decision -> !decision.isSilent()).toList());
    if (request.regroups()) {
      best = FinishedSums.of(best, request);
      IndexVerifier.check(best.program(), "finishing sums");
      best = AlignedAxes.of(best, request);
      IndexVerifier.check(best.program(), "aligning axes");
      best = TurnedSums.split(LongSums.split(best, request), request);
      IndexVerifier.check(best.program(), "splitting sums");
    }
    best = SymmetricSums.noted(best, request);
    IndexProgram optimized =
        ReadOrder.of(PinnedOrders.withOutputs(best.program(), program.outputs()), request);
    IndexVerifier.check(optimized, "ordering steps");
    var costs = new NestCosts(request);
    List<Double> stepNanos = optimized.assignments().stream().map(costs::nanos).toList();
    return new Outcome(
        new ExecutionPlan(program, optimized), stepNanos, best.nanos(), best.decisions());
  }

  /** The decisions, with what is computed once for several statements. */
  private List<Decision> noted(SumOptimizer.Optimized searched) {
    List<Decision> decisions = new ArrayList<>(searched.decisions());
    var costs = new NestCosts(request);
    for (Sharing sharing : shared) {
      double nanos =
          searched.program().assignments().stream()
              .filter(assignment -> assignment.target().equals(sharing.target()))
              .mapToDouble(costs::nanos)
              .sum();
      int before = 0;
      while (before < decisions.size()
          && !sharing.holders().contains(decisions.get(before).target())) {
        before++;
      }
      decisions.add(before, sharing.decision(nanos));
    }
    return decisions;
  }

  private static boolean isCut(List<Decision> decisions) {
    String cut = Decision.Path.name(ContractionPath.Origin.TIMED_OUT);
    return decisions.stream()
        .anyMatch(d -> d.paths().stream().anyMatch(path -> path.origin().equals(cut)));
  }

  /** The cheapest of the programs in which sums are written where they are read, or are not. */
  private SumOptimizer.Optimized search(IndexProgram written) {
    var names = new Renaming();
    var inline = new InlineSum(names);
    IndexProgram current = written;
    var forms = new Forms.Searched();
    SumOptimizer.Optimized best =
        SumOptimizer.optimize(written, request, order, forms, names, deadline);
    trails = forms.trails();
    List<String> taken = new ArrayList<>();
    if (request.regroups() && written.assignments().size() <= MOST_STATEMENTS) {
      for (String target : inline.candidates(written)) {
        Optional<IndexProgram> candidate = inline.apply(current, target);
        if (candidate.isPresent() && System.nanoTime() < deadline) {
          var tried = new Forms.Searched();
          SumOptimizer.Optimized other =
              SumOptimizer.optimize(candidate.get(), request, order, tried, names, deadline);
          if (other.nanos() < best.nanos()) {
            best = other;
            current = candidate.get();
            trails = tried.trails();
            taken.add(target);
          }
        }
      }
    }
    // A pinned order is one of the factors as they are written.
    if (request.regroups()
        && request.orders().isEmpty()
        && written.assignments().size() <= MOST_STATEMENTS) {
      best = share(best, current, names);
    }
    inlined = List.copyOf(taken);
    rejected = best.decisions().stream().map(Decision::rejected).toList();
    return best;
  }

  /** The cheapest of the programs in which equal values are computed once, or not. */
  private SumOptimizer.Optimized share(
      SumOptimizer.Optimized unshared, IndexProgram program, Renaming names) {
    var share = new ShareValue();
    SumOptimizer.Optimized best = unshared;
    IndexProgram current = program;
    List<Sharing> taken = new ArrayList<>();
    boolean functions = !request.model().device();
    List<String> left = new ArrayList<>(share.candidates(current, functions));
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      String key = left.removeFirst();
      Optional<ShareValue.Shared> candidate =
          share.apply(current, key).filter(found -> isWanted(found.program(), program));
      if (candidate.isPresent()) {
        var tried = new Forms.Searched();
        SumOptimizer.Optimized other =
            SumOptimizer.optimize(
                candidate.get().program(), request, order, tried, names, deadline);
        if (other.nanos() + LEAST_GAIN_NANOS < best.nanos()) {
          best = other;
          current = candidate.get().program();
          trails = tried.trails();
          taken.add(new Sharing(key, candidate.get().target(), candidate.get().holders()));
          left = new ArrayList<>(share.candidates(current, functions));
        }
      }
    }
    shared = List.copyOf(taken);
    return best;
  }

  /** Whether no temporary of a program that another one has not is too large. */
  private boolean isWanted(IndexProgram program, IndexProgram other) {
    Set<String> known = Slabs.declarations(other).keySet();
    return program.targets().stream()
        .filter(target -> !known.contains(target.name()))
        .allMatch(target -> request.bytes(target.type()) <= request.intermediateBytes());
  }

  /**
   * The choices of the plan that has been found; empty if they do not lead to it again, or orders
   * are pinned, which are not looked for.
   */
  public Optional<PlanRecord> record(PlannedProgram found) {
    if (!request.regroups() || !request.orders().isEmpty()) {
      return Optional.empty();
    }
    ProductOrder again = order.again();
    double nanos;
    try {
      Outcome same = outcome(follow(inlined, keys(shared), trails, again));
      if (!same.plan().equals(found.plan())) {
        return Optional.empty();
      }
      nanos = same.nanos();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    List<PlanRecord.Form> forms = new ArrayList<>();
    for (int n = 0; n < trails.size(); n++) {
      forms.add(new PlanRecord.Form(trails.get(n), rejected.get(n)));
    }
    return Optional.of(
        new PlanRecord(
            inlined,
            keys(shared),
            forms,
            again.asked(),
            nanos,
            PlanRecord.digest(found.plan().optimized()),
            found.search().time(),
            found.search().limited()));
  }

  /**
   * The plan that a record is of.
   *
   * @throws IllegalArgumentException if the record is of another program or another version of the
   *     search: its choices cannot be made, or lead to something else than they did
   */
  public PlannedProgram follow(PlanRecord record) {
    List<List<Integer>> recorded = record.forms().stream().map(PlanRecord.Form::trail).toList();
    SumOptimizer.Optimized built =
        follow(
            record.inlined(),
            record.shared(),
            recorded,
            new ProductOrder(request, record.orders()));
    List<Decision> decisions = new ArrayList<>();
    for (int n = 0; n < built.decisions().size(); n++) {
      decisions.add(built.decisions().get(n).withRejected(record.forms().get(n).rejected()));
    }
    Outcome followed =
        outcome(new SumOptimizer.Optimized(built.program(), built.nanos(), decisions));
    if (Double.compare(followed.nanos(), record.nanos()) != 0
        || !PlanRecord.digest(followed.plan().optimized()).equals(record.digest())) {
      throw new IllegalArgumentException("it leads to another plan than it is of");
    }
    return new PlannedProgram(
        followed.plan(),
        followed.stepNanos(),
        followed.decisions(),
        new Planning(
            Duration.ofNanos(System.nanoTime() - begin),
            request.timeLimit(),
            record.limited(),
            Optional.of(record.searchTime())));
  }

  private static List<String> keys(List<Sharing> shared) {
    return shared.stream().map(Sharing::key).toList();
  }

  private SumOptimizer.Optimized follow(
      List<String> targets, List<String> keys, List<List<Integer>> recorded, ProductOrder orders) {
    var names = new Renaming();
    var inline = new InlineSum(names);
    IndexProgram current = Planner.plan(program).optimized();
    for (String target : targets) {
      current =
          inline
              .apply(current, target)
              .orElseThrow(() -> new IllegalArgumentException("no sum " + target + " to inline"));
    }
    List<Sharing> taken = new ArrayList<>();
    for (String key : keys) {
      ShareValue.Shared found =
          new ShareValue()
              .apply(current, key)
              .orElseThrow(() -> new IllegalArgumentException("no value to share: " + key));
      current = found.program();
      taken.add(new Sharing(key, found.target(), found.holders()));
    }
    shared = List.copyOf(taken);
    var forms = new Forms.Followed(recorded);
    SumOptimizer.Optimized built =
        SumOptimizer.optimize(current, request, orders, forms, names, Long.MAX_VALUE);
    if (!forms.isDone() || built.decisions().size() != recorded.size()) {
      throw new IllegalArgumentException("it has more forms than there are polynomials");
    }
    return built;
  }
}
