package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.BoundExtents;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Lets the tensors of a step lie along one another, so that vectors run along one axis in all of
 * them and memory is read in its order. Sums whose result lies across what they mostly read are
 * stored as that lies, and turned afterwards; what is much smaller than the step is turned first.
 *
 * {@snippet lang=text :
 * R[e,b] = sum[d](A[d,b,e] * v[d])          t1[b,e] = sum[d](A[d,b,e] * v[d])
 *                                     =>    R[e,b] = t1[b,e]
 *
 * R[b,c,d] = A[b,c,d] * w[d,c]        =>    t1[c,d] = w[d,c]
 *                                           R[b,c,d] = A[b,c,d] * t1[c,d]
 * }
 *
 * <p>Sums over two sides are left alone, since panels turn what they pack, unless their result ends
 * in an index that both sides have. Elements are computed as before; sums over several indices end
 * with the one that lies side by side.
 */
final class AlignedAxes {
  /** Iterations from which on another step costs little. */
  private static final double LEAST_WORK = 1 << 14;

  /** What is stored or turned in addition has so many times fewer elements. */
  private static final double FEWER = 4;

  /** Elements side by side that are too few for vectors to fold them. */
  private static final long SHORT_RUN = 32;

  /** Bytes of the shortest vector. */
  private static final long VECTOR_BYTES = 16;

  private final PlanRequest request;

  private AlignedAxes(PlanRequest request) {
    this.request = request;
  }

  /** The program with its steps aligned. */
  static SumOptimizer.Optimized of(SumOptimizer.Optimized optimized, PlanRequest request) {
    var axes = new AlignedAxes(request);
    return StepRewrite.of(optimized, request, (step, unused) -> axes.align(step, unused));
  }

  private Optional<StepRewrite.Result> align(Assignment step, Supplier<String> unused) {
    List<IndexExpr.Access> accesses = new ArrayList<>();
    List<IndexExpr.Reduction> sums = new ArrayList<>();
    Optional<List<IndexVariable>> target = variables(step.subscripts());
    if (target.isEmpty() || !collect(step.value(), accesses, sums) || sums.size() > 1) {
      return Optional.empty();
    }
    var nest = new Nest(step, target.get(), accesses, sums, BoundExtents.of(step));
    if (nest.iterations() < LEAST_WORK) {
      return Optional.empty();
    }
    Optional<List<IndexVariable>> order =
        nest.isSmall(target.get()) ? nest.storedOrder() : Optional.empty();
    Optional<IndexVariable> along = nest.along();
    var rewriting = new Rewriting(nest, unused);
    if (!nest.hasTwoSides()) {
      along.ifPresent(rewriting::turnOperands);
      rewriting.orderSum();
    }
    order.ifPresent(rewriting::turnTarget);
    nest.summedLast().ifPresent(rewriting::sumLast);
    return rewriting.result();
  }

  /** Collects what is read and folded; false if something is not read at plain places. */
  private static boolean collect(
      IndexExpr value, List<IndexExpr.Access> accesses, List<IndexExpr.Reduction> sums) {
    if (value instanceof IndexExpr.Access access) {
      accesses.add(access);
      return access.border() == Border.NONE && variables(access.subscripts()).isPresent();
    }
    if (value instanceof IndexExpr.Reduction reduction) {
      sums.add(reduction);
    }
    boolean plain =
        !(value instanceof IndexExpr.Select || value instanceof IndexExpr.ArgumentReduction);
    for (IndexExpr child : value.children()) {
      plain &= collect(child, accesses, sums);
    }
    return plain;
  }

  /** The variables that subscripts are, each another one; empty if they are not. */
  private static Optional<List<IndexVariable>> variables(List<Subscript> subscripts) {
    Set<IndexVariable> variables = new LinkedHashSet<>();
    for (Subscript subscript : subscripts) {
      if (!(subscript instanceof Subscript.Affine form)
          || !form.isVariable()
          || !variables.add(form.variable())) {
        return Optional.empty();
      }
    }
    return Optional.of(List.copyOf(variables));
  }

  private static List<IndexVariable> axes(IndexExpr.Access access) {
    return variables(access.subscripts()).orElseThrow();
  }

  /** A step whose tensors are read and written at plain places, with at most one sum. */
  private final class Nest {
    private final Assignment step;
    private final List<IndexVariable> target;
    private final List<IndexExpr.Access> accesses;
    private final Optional<IndexExpr.Reduction> sum;
    private final Map<IndexVariable, Extent> extents;

    Nest(
        Assignment step,
        List<IndexVariable> target,
        List<IndexExpr.Access> accesses,
        List<IndexExpr.Reduction> sums,
        Map<IndexVariable, Extent> extents) {
      this.step = step;
      this.target = target;
      this.accesses = accesses;
      this.sum = sums.stream().findFirst();
      this.extents = extents;
    }

    /** Of the loops around the result or around what is folded, whichever are more. */
    double iterations() {
      return Math.max(size(target), sum.map(this::terms).orElse(0.0));
    }

    private double terms(IndexExpr.Reduction folded) {
      Set<IndexVariable> variables = new LinkedHashSet<>(FreeVariables.of(folded));
      folded.bindings().forEach(binding -> variables.add(binding.variable()));
      return size(List.copyOf(variables));
    }

    /** Whether a tensor with these axes has much fewer elements than the step has iterations. */
    boolean isSmall(List<IndexVariable> axes) {
      return FEWER * size(axes) <= iterations();
    }

    private double size(List<IndexVariable> axes) {
      return axes.stream().mapToDouble(this::extent).reduce(1, (a, b) -> a * b);
    }

    private long extent(IndexVariable variable) {
      return request.sizes().applyAsLong(bind(variable).extent());
    }

    private IndexBinding bind(IndexVariable variable) {
      return new IndexBinding(variable, Objects.requireNonNull(extents.get(variable)));
    }

    /** The axis whose elements are side by side. */
    private Optional<IndexVariable> unit(List<IndexVariable> axes) {
      return axes.reversed().stream().filter(variable -> extent(variable) > 1).findFirst();
    }

    /**
     * How many elements lie side by side along an axis and those before it that go on in it in
     * every tensor, all of them kept or all summed.
     */
    private long run(IndexVariable last) {
      List<List<IndexVariable>> tensors = new ArrayList<>(read());
      tensors.add(target);
      return run(last, tensors);
    }

    /** The same where the result is stored as what is read lies. */
    private long storedRun(IndexVariable last) {
      return run(last, read());
    }

    private List<List<IndexVariable>> read() {
      return accesses.stream().map(AlignedAxes::axes).toList();
    }

    private long run(IndexVariable last, List<List<IndexVariable>> tensors) {
      long run = extent(last);
      Optional<IndexVariable> before = goingOnIn(last, tensors);
      while (before.isPresent() && target.contains(before.get()) == target.contains(last)) {
        run *= extent(before.get());
        before = goingOnIn(before.get(), tensors);
      }
      return run;
    }

    private Optional<IndexVariable> goingOnIn(IndexVariable axis) {
      return goingOnIn(axis, read());
    }

    /** The axis that stands before another one wherever one of the two stands, if one does. */
    private static Optional<IndexVariable> goingOnIn(
        IndexVariable axis, List<List<IndexVariable>> tensors) {
      return tensors.stream()
          .filter(axes -> axes.indexOf(axis) > 0)
          .map(axes -> axes.get(axes.indexOf(axis) - 1))
          .findFirst()
          .filter(
              before ->
                  tensors.stream()
                      .filter(axes -> axes.contains(axis) || axes.contains(before))
                      .allMatch(
                          axes ->
                              axes.contains(before)
                                  && axes.indexOf(before) + 1 == axes.indexOf(axis)));
    }

    private boolean runsAlong(IndexExpr.Access access, IndexVariable variable) {
      return unit(axes(access)).equals(Optional.of(variable));
    }

    /** Whether two folded tensors each have an index that is kept and that the other has not. */
    boolean hasTwoSides() {
      List<IndexExpr.Access> folded =
          accesses.stream().filter(access -> !target.containsAll(axes(access))).toList();
      return folded.stream()
          .anyMatch(one -> folded.stream().anyMatch(other -> areTwoSides(one, other)));
    }

    private boolean areTwoSides(IndexExpr.Access one, IndexExpr.Access other) {
      return hasOwn(axes(one), axes(other)) && hasOwn(axes(other), axes(one));
    }

    private boolean hasOwn(List<IndexVariable> axes, List<IndexVariable> others) {
      return axes.stream()
          .anyMatch(
              variable ->
                  target.contains(variable) && !others.contains(variable) && extent(variable) > 1);
    }

    private Optional<IndexExpr.Access> largest() {
      return accesses.stream()
          .filter(access -> unit(axes(access)).isPresent())
          .max(
              Comparator.<IndexExpr.Access>comparingDouble(access -> size(axes(access)))
                  .thenComparing(access -> extent(unit(axes(access)).orElseThrow())));
    }

    /** What vectors are to run along: as the result lies, or as most of what is folded does. */
    Optional<IndexVariable> along() {
      return isSmall(target) && !endsAsMuchIsRead()
          ? largest().flatMap(access -> unit(axes(access)))
          : unit(target);
    }

    /** Whether something large lies as the result does, in runs that are long enough. */
    private boolean endsAsMuchIsRead() {
      Optional<IndexVariable> last = unit(target);
      List<IndexVariable> large = largest().map(AlignedAxes::axes).orElse(List.of());
      long run = unit(large).map(this::extent).orElse(1L);
      return last.isPresent()
          && extent(last.get()) >= Math.min(run, SHORT_RUN)
          && accesses.stream()
              .filter(access -> runsAlong(access, last.get()))
              .anyMatch(access -> FEWER * size(axes(access)) > size(large));
    }

    /** The order of axes in which a small result is better stored first, if there is one. */
    Optional<List<IndexVariable>> storedOrder() {
      Optional<IndexVariable> last = unit(target);
      if (last.isEmpty() || step.operator() != AssignmentOperator.ASSIGN) {
        return Optional.empty();
      }
      return hasTwoSides() ? orderOfSides(last.get()) : orderOfLargest(last.get());
    }

    /**
     * The summed index that is better summed last, over what others left: the innermost one if it
     * is too short for vectors, or the one before a kept index that is.
     */
    Optional<IndexBinding> summedLast() {
      if (sum.isEmpty()
          || sum.get().bindings().size() == 1
          || sum.get().mayFail()
          || hasTwoSides()) {
        return Optional.empty();
      }
      Optional<IndexVariable> last =
          along()
              .filter(along -> run(along) < SHORT_RUN)
              .flatMap(along -> target.contains(along) ? goingOnIn(along) : Optional.of(along));
      return sum.get().bindings().stream()
          .filter(binding -> last.equals(Optional.of(binding.variable())))
          .filter(binding -> FEWER * size(partial(binding.variable())) <= terms(sum.orElseThrow()))
          .findFirst();
    }

    /**
     * These axes in an order that ends with one of them, and that of the largest operand if it
     * does.
     */
    List<IndexVariable> turned(List<IndexVariable> axes, IndexVariable along) {
      List<IndexVariable> order = new ArrayList<>(axes);
      order.remove(along);
      List<IndexVariable> large = axes(largest().orElseThrow());
      if (unit(large).equals(Optional.of(along))) {
        order.sort(Comparator.comparingInt(large::indexOf));
      }
      order.add(along);
      return order;
    }

    /** What a sum binds, in the order of the largest operand. */
    List<IndexBinding> inOrder(IndexExpr.Reduction folded) {
      List<IndexVariable> large = largest().map(AlignedAxes::axes).orElse(List.of());
      return folded.bindings().stream()
          .sorted(Comparator.comparingInt(binding -> large.indexOf(binding.variable())))
          .toList();
    }

    /** The axes of partial sums, in the order of the largest operand. */
    private List<IndexVariable> partial(IndexVariable along) {
      Set<IndexVariable> kept = new LinkedHashSet<>(FreeVariables.of(sum.orElseThrow()));
      kept.add(along);
      List<IndexVariable> large = new ArrayList<>(axes(largest().orElseThrow()));
      large.retainAll(kept);
      List<IndexVariable> order = new ArrayList<>(kept);
      order.removeAll(large);
      order.addAll(large);
      return order;
    }

    /** First the axes that the largest operand has not, then as it lies. */
    private Optional<List<IndexVariable>> orderOfLargest(IndexVariable last) {
      Optional<IndexVariable> along = along();
      if (along.isEmpty()
          || !target.contains(along.get())
          || along.get().equals(last)
          || storedRun(along.get()) * step.value().elementType().byteSize() < VECTOR_BYTES) {
        return Optional.empty();
      }
      List<IndexVariable> large = new ArrayList<>(axes(largest().orElseThrow()));
      large.retainAll(target);
      List<IndexVariable> order = new ArrayList<>(target);
      order.removeAll(large);
      order.addAll(large);
      return Optional.of(order);
    }

    /** First the axes that both sides have, if the result ends in one that not both end in. */
    private Optional<List<IndexVariable>> orderOfSides(IndexVariable last) {
      List<IndexVariable> both = new ArrayList<>(target);
      both.removeIf(
          variable ->
              !accesses.stream().allMatch(access -> FreeVariables.of(access).contains(variable)));
      if (!both.contains(last) || accesses.stream().allMatch(access -> runsAlong(access, last))) {
        return Optional.empty();
      }
      List<IndexVariable> order = new ArrayList<>(target);
      order.removeAll(both);
      // Columns are what the larger side that lies along them has.
      accesses.stream()
          .filter(access -> unit(axes(access)).filter(order::contains).isPresent())
          .max(Comparator.comparingDouble(access -> size(axes(access))))
          .flatMap(access -> unit(axes(access)))
          .ifPresent(
              columns -> {
                order.remove(columns);
                order.add(columns);
              });
      order.addAll(0, both);
      return Optional.of(order);
    }
  }

  /** The steps that take the place of one. */
  private final class Rewriting {
    private final Nest nest;
    private final Supplier<String> unused;
    private final List<Assignment> steps = new ArrayList<>();
    private final List<TensorDeclaration> temporaries = new ArrayList<>();
    private final List<String> forms = new ArrayList<>();
    private Assignment step;
    private final List<Assignment> following = new ArrayList<>();

    Rewriting(Nest nest, Supplier<String> unused) {
      this.nest = nest;
      this.unused = unused;
      this.step = nest.step;
    }

    /** Reads turned copies of what is small and lies across a variable. */
    void turnOperands(IndexVariable along) {
      Map<IndexExpr.Access, IndexExpr> copies = new HashMap<>();
      for (IndexExpr.Access access : nest.accesses) {
        List<IndexVariable> axes = axes(access);
        if (!copies.containsKey(access)
            && axes.contains(along)
            && nest.extent(along) > 1
            && !nest.runsAlong(access, along)
            && nest.isSmall(axes)) {
          Assignment copy = store(nest.turned(axes, along), access);
          steps.add(copy);
          copies.put(access, read(copy));
          forms.add(access.tensor() + " turned");
        }
      }
      step = step.withValue(replaced(step.value(), copies));
    }

    /** Sums over several indices in the order of the largest operand. */
    void orderSum() {
      reduction(step.value())
          .ifPresent(
              sum -> {
                IndexExpr ordered =
                    new IndexExpr.Reduction(sum.operator(), nest.inOrder(sum), sum.body());
                if (!ordered.equals(sum)) {
                  step = step.withValue(Regions.replace(step.value(), sum, ordered));
                }
              });
    }

    /** Stores the result with its axes in another order first. */
    void turnTarget(List<IndexVariable> order) {
      Assignment stored = store(order, step.value());
      following.addFirst(step.withValue(read(stored)));
      step = stored;
      forms.add("stored as its operands lie, then turned");
    }

    /** Stores the sum over all other indices first. */
    void sumLast(IndexBinding along) {
      IndexExpr.Reduction sum = reduction(step.value()).orElseThrow();
      List<IndexBinding> others = new ArrayList<>(sum.bindings());
      others.remove(along);
      Assignment stored =
          store(
              nest.partial(along.variable()),
              new IndexExpr.Reduction(sum.operator(), others, sum.body()));
      IndexExpr rest = new IndexExpr.Reduction(sum.operator(), List.of(along), read(stored));
      following.addFirst(step.withValue(Regions.replace(step.value(), sum, rest)));
      step = stored;
      forms.add("sum of " + along.variable() + " last");
    }

    private static Optional<IndexExpr.Reduction> reduction(IndexExpr value) {
      return value instanceof IndexExpr.Reduction sum
          ? Optional.of(sum)
          : value.children().stream().flatMap(child -> reduction(child).stream()).findFirst();
    }

    Optional<StepRewrite.Result> result() {
      if (step.equals(nest.step)) {
        return Optional.empty();
      }
      steps.add(step);
      steps.addAll(following);
      return temporaries.stream().allMatch(this::fits)
          ? Optional.of(
              new StepRewrite.Result(
                  steps, temporaries, String.join(", ", forms), "one nest, across the rows"))
          : Optional.empty();
    }

    private boolean fits(TensorDeclaration temporary) {
      double elements =
          temporary.type().extents().stream()
              .mapToDouble(request.sizes()::applyAsLong)
              .reduce(1, (a, b) -> a * b);
      return elements * temporary.type().elementType().byteSize() <= request.intermediateBytes();
    }

    private Assignment store(List<IndexVariable> order, IndexExpr value) {
      List<IndexBinding> axes = order.stream().map(variable -> nest.bind(variable)).toList();
      var type =
          new TensorType(value.elementType(), axes.stream().map(IndexBinding::extent).toList());
      String name = unused.get();
      temporaries.add(new TensorDeclaration(name, type));
      return new Assignment(
          name, order.stream().map(Subscript::of).toList(), axes, AssignmentOperator.ASSIGN, value);
    }

    private static IndexExpr.Access read(Assignment stored) {
      return new IndexExpr.Access(
          stored.target(), stored.subscripts(), stored.value().elementType());
    }

    private static IndexExpr replaced(IndexExpr value, Map<IndexExpr.Access, IndexExpr> copies) {
      return value instanceof IndexExpr.Access access
          ? copies.getOrDefault(access, access)
          : value.mapChildren(child -> replaced(child, copies));
    }
  }
}
