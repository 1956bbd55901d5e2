package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.BoundExtents;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.algebra.Distribution;
import dev.einkorn.compiler.optimize.algebra.Divisor;
import dev.einkorn.compiler.optimize.algebra.Renaming;
import dev.einkorn.compiler.optimize.algebra.Term;
import dev.einkorn.compiler.optimize.algebra.TermReader;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Rewrites the sums of products of a program, one statement after the other, and shares what they
 * have in common.
 */
final class SumOptimizer {
  private final PlanRequest request;
  private final ProductOrder order;
  private final Forms forms;
  private final long deadline;
  private final Renaming names;
  private final Set<String> taken = new HashSet<>();
  private final List<Assignment> steps = new ArrayList<>();
  private final List<TensorDeclaration> targets = new ArrayList<>();
  private final List<Decision> decisions = new ArrayList<>();
  private Map<String, String> known = new LinkedHashMap<>();
  private double nanos;

  private SumOptimizer(
      PlanRequest request,
      ProductOrder order,
      Forms forms,
      Renaming names,
      IndexProgram program,
      long deadline) {
    this.request = request;
    this.names = names;
    this.order = order;
    this.forms = forms;
    this.deadline = deadline;
    program.inputs().forEach(input -> taken.add(input.name()));
    program.targets().forEach(target -> taken.add(target.name()));
  }

  /**
   * A program and its predicted time.
   *
   * @param decisions one for each statement that has been rewritten
   */
  record Optimized(IndexProgram program, double nanos, List<Decision> decisions) {}

  /**
   * Rewrites a program.
   *
   * @param forms where the forms of its polynomials come from
   * @param names that no variable of the program has been given by another instance: what that one
   *     has named would be taken for something else
   */
  static Optimized optimize(
      IndexProgram program,
      PlanRequest request,
      ProductOrder order,
      Forms forms,
      Renaming names,
      long deadline) {
    var optimizer = new SumOptimizer(request, order, forms, names, program, deadline);
    for (Assignment assignment : program.assignments()) {
      optimizer.add(program, assignment);
    }
    List<TensorDeclaration> targets = new ArrayList<>(optimizer.targets);
    targets.addAll(program.targets());
    return new Optimized(
        program.withAssignments(inOrder(targets, optimizer.steps), optimizer.steps),
        optimizer.nanos,
        optimizer.decisions);
  }

  /** Targets in the order of their first statements. */
  static List<TensorDeclaration> inOrder(List<TensorDeclaration> targets, List<Assignment> steps) {
    Set<String> names = new LinkedHashSet<>();
    steps.forEach(step -> names.add(step.target()));
    List<TensorDeclaration> ordered = new ArrayList<>();
    for (String name : names) {
      targets.stream().filter(t -> t.name().equals(name)).forEach(ordered::add);
    }
    return ordered;
  }

  private void add(IndexProgram program, Assignment written) {
    ContractionTree pinned = request.orders().get(written.target());
    if (pinned != null) {
      addPinned(written, pinned);
      forget(program, written.target());
      return;
    }
    boolean numeric = request.regroups() && written.value().elementType().isNumeric();
    Assignment current = written;
    if (numeric
        && mayHaveChoice(written.value())
        && !written.value().mayFail()
        && isPlain(written)) {
      for (IndexExpr region : Regions.inside(written.value())) {
        current = inside(current, region);
      }
      Term.Sum sum = reader().read(current.value());
      if (hasChoice(sum)) {
        Assignment whole = current;
        take(whole, sum, whole.value(), (builder, form) -> assign(builder, whole, form));
        forget(program, written.target());
        return;
      }
    }
    steps.add(VariableNames.readable(current, taken));
    nanos += new NestCosts(request).nanos(current);
    forget(program, written.target());
  }

  /** The statement in the order that is given: nothing is distributed or factored. */
  private void addPinned(Assignment written, ContractionTree tree) {
    Term.Product product = PinnedOrders.product(written, tree, names);
    StepBuilder builder = builder(written, written.value().elementType());
    try {
      builder.assign(written, product, tree);
    } catch (IllegalArgumentException e) {
      throw PinnedOrders.misfit(written.target(), tree, String.valueOf(e.getMessage()));
    }
    append(builder);
    decisions.add(Decision.pinned(written, builder));
  }

  private static StepBuilder assign(StepBuilder builder, Assignment whole, Term.Sum form) {
    builder.assign(whole, form);
    return builder;
  }

  /** The statement after a polynomial inside of it has been stored in part or as a whole. */
  private Assignment inside(Assignment current, IndexExpr region) {
    Term.Sum sum = reader().read(region);
    if (!hasChoice(sum)) {
      return current;
    }
    BiFunction<StepBuilder, Term.Sum, StepBuilder> build =
        (builder, form) -> {
          builder.assign(current, form, value -> Regions.replace(current.value(), region, value));
          return builder;
        };
    take(current, sum, region, build);
    Assignment last = steps.removeLast();
    nanos -= new NestCosts(request).nanos(last);
    return last;
  }

  private void take(
      Assignment written,
      Term.Sum sum,
      IndexExpr read,
      BiFunction<StepBuilder, Term.Sum, StepBuilder> build) {
    ElementType type = read.elementType();
    var distribution = new Distribution(names, type, request.expandsDifferences());
    var search =
        new TermSearch(distribution, form -> build.apply(builder(written, type), form), deadline);
    TermSearch.Result result = forms.choose(search, sum);
    append(result.best().steps());
    Decision decision = Decision.of(written, result);
    boolean changes =
        !result.best().steps().steps().equals(List.of(VariableNames.readable(written, taken)));
    decisions.add(changes ? decision : decision.silent());
  }

  private StepBuilder builder(Assignment written, ElementType type) {
    Map<IndexVariable, Extent> extents = BoundExtents.of(written);
    return new StepBuilder(request, order, type, extents, taken, known);
  }

  private void append(StepBuilder built) {
    steps.addAll(built.steps());
    targets.addAll(built.temporaries());
    built.temporaries().forEach(t -> taken.add(t.name()));
    known = new LinkedHashMap<>(built.known());
    nanos += built.nanos();
  }

  /** Sums that read what has just been written to are not what they were. */
  private void forget(IndexProgram program, String target) {
    long writes = program.assignments().stream().filter(a -> a.target().equals(target)).count();
    if (writes > 1) {
      known.clear();
    }
  }

  private TermReader reader() {
    return new TermReader(names, request.expandsDifferences());
  }

  static boolean isPlain(Assignment written) {
    return written.subscripts().stream()
        .allMatch(s -> s instanceof Subscript.Affine form && form.isVariable());
  }

  /** False for what is told at a glance to have one form: most programs are one product. */
  private static boolean mayHaveChoice(IndexExpr value) {
    if (!(value instanceof IndexExpr.Reduction(_, List<IndexBinding> bindings, IndexExpr body))) {
      return value.children().stream().anyMatch(SumOptimizer::hasReduction);
    }
    if (body instanceof IndexExpr.Access) {
      return false;
    }
    return !(body
            instanceof IndexExpr.Binary(var operator, IndexExpr.Access left, IndexExpr.Access right)
        && operator != BinaryOperator.DIVIDE
        && bindings.stream()
            .map(IndexBinding::variable)
            .allMatch(
                v -> FreeVariables.of(left).contains(v) && FreeVariables.of(right).contains(v)));
  }

  private static boolean hasReduction(IndexExpr value) {
    return value instanceof IndexExpr.Reduction
        || value.children().stream().anyMatch(SumOptimizer::hasReduction);
  }

  /** Whether there is more than one way to compute a polynomial. */
  private static boolean hasChoice(Term.Sum sum) {
    boolean severalSums =
        sum.products().size() > 1 && sum.products().stream().anyMatch(p -> !p.summed().isEmpty());
    return severalSums || sum.products().stream().anyMatch(SumOptimizer::hasChoice);
  }

  private static boolean hasChoice(Term.Product product) {
    if (product.factors().stream().anyMatch(Term.Sum.class::isInstance)) {
      return !product.summed().isEmpty()
          || product.factors().stream().anyMatch(f -> f instanceof Term.Sum sum && hasChoice(sum));
    }
    List<IndexExpr> values = new ArrayList<>();
    for (Term factor : product.factors()) {
      if (factor instanceof Term.Factor(IndexExpr value) && !Divisor.is(value)) {
        values.add(value);
      }
    }
    if (product.summed().isEmpty() || values.size() < 2) {
      return false;
    }
    return values.size() > 2
        || hidesTwoSides(product, values)
        || product.summed().stream()
            .map(IndexBinding::variable)
            .anyMatch(v -> !values.stream().allMatch(f -> FreeVariables.of(f).contains(v)));
  }

  /** Whether a product of two sides is summed with more than the two. */
  private static boolean hidesTwoSides(Term.Product product, List<IndexExpr> values) {
    return Sides.areTwo(values.get(0), values.get(1), product.free())
        && (product.coefficient() != 1
            || product.factors().size() > 2
            || values.stream().anyMatch(Sides::reduces));
  }
}
