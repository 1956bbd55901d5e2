package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/** A group of steps that run slab by slab, which takes in one step after the other if it fits. */
final class SlabGrowth {
  private static final int NOT_PLAIN = -2;

  /**
   * How a step is cut.
   *
   * @param axis of its target, or {@link SlabGroup#PARTS} if it sums over the variable
   */
  record Cut(int axis, IndexVariable variable) {}

  private record Read(String tensor, int axis) {}

  private final Map<String, TensorType> types;
  private final ToLongFunction<Extent> sizes;
  private final Map<String, Integer> large;
  private final long positions;
  private final List<IndexVariable> variables = new ArrayList<>();
  private final Set<String> written = new LinkedHashSet<>();
  private final Map<String, Integer> rereads = new LinkedHashMap<>();
  private Map<String, Set<Integer>> uses = new LinkedHashMap<>();

  /**
   * A group without steps.
   *
   * @param types of the tensors of the plan
   * @param large the tensors that no cache holds from one step to the next, and the axis along
   *     which neighbours lie side by side: slabs along it would be narrow strips
   * @param positions of the index that is cut
   */
  SlabGrowth(
      Map<String, TensorType> types,
      ToLongFunction<Extent> sizes,
      Map<String, Integer> large,
      long positions) {
    this.types = types;
    this.sizes = sizes;
    this.large = large;
    this.positions = positions;
  }

  /** What each step calls the index. */
  List<IndexVariable> variables() {
    return variables;
  }

  /** What steps write. */
  Set<String> written() {
    return written;
  }

  /** See {@link SlabGroup#uses}. */
  Map<String, Set<Integer>> uses() {
    return uses;
  }

  /** See {@link SlabGroup#rereads}, of large tensors. */
  Map<String, Integer> rereads() {
    return rereads;
  }

  /**
   * The ways to cut a step, those along axes of its target first.
   *
   * @param sums whether sums over an index may be taken in parts
   */
  static List<Cut> cuts(Assignment step, boolean sums) {
    List<Cut> cuts = new ArrayList<>();
    for (int axis = 0; axis < step.subscripts().size(); axis++) {
      if (step.subscripts().get(axis) instanceof Subscript.Affine form
          && form.isVariable()
          && axisOf(form.variable(), step.subscripts()) == axis) {
        cuts.add(new Cut(axis, form.variable()));
      }
    }
    if (sums
        && step.operator() == AssignmentOperator.ASSIGN
        && step.value() instanceof IndexExpr.Reduction sum
        && sum.operator() == ReductionOperator.SUM) {
      sum.bindings().forEach(b -> cuts.add(new Cut(SlabGroup.PARTS, b.variable())));
    }
    return cuts;
  }

  /**
   * Takes a step in if one of some cuts fits: the one that walks large tensors most as the steps
   * before it do.
   */
  boolean add(Assignment step, List<Cut> cuts) {
    List<Cut> likeOthers = new ArrayList<>(cuts);
    likeOthers.sort(Comparator.comparingLong(cut -> -known(largeReads(step, cut)).size()));
    return likeOthers.stream().anyMatch(cut -> add(step, cut));
  }

  private Set<Read> largeReads(Assignment step, Cut cut) {
    Set<Read> reads = new LinkedHashSet<>();
    collect(step.value(), cut.variable(), reads);
    return reads;
  }

  private void collect(IndexExpr expr, IndexVariable variable, Set<Read> reads) {
    if (expr instanceof IndexExpr.Access access && large.containsKey(access.tensor())) {
      int axis = axisOf(variable, access.subscripts());
      if (axis >= 0 && axis != large.getOrDefault(access.tensor(), SlabGroup.WHOLE)) {
        reads.add(new Read(access.tensor(), axis));
      }
    }
    expr.children().forEach(child -> collect(child, variable, reads));
  }

  private List<Read> known(Set<Read> reads) {
    return reads.stream()
        .filter(read -> uses.getOrDefault(read.tensor(), Set.of()).contains(read.axis()))
        .toList();
  }

  private boolean add(Assignment step, Cut cut) {
    IndexVariable variable = cut.variable();
    boolean isSum = cut.axis() == SlabGroup.PARTS;
    List<IndexBinding> bindings =
        isSum && step.value() instanceof IndexExpr.Reduction sum ? sum.bindings() : step.bindings();
    boolean whole =
        bindings.stream()
            .filter(binding -> binding.variable().equals(variable))
            .allMatch(binding -> sizes.applyAsLong(binding.extent()) == positions);
    if (!whole
        || (!isSum && extent(step.target(), cut.axis()) != positions)
        || !readsWritten(step.value(), variable)) {
      return false;
    }
    Map<String, Set<Integer>> tried = new LinkedHashMap<>();
    uses.forEach((tensor, axes) -> tried.put(tensor, new TreeSet<>(axes)));
    use(tried, step.target(), cut.axis());
    boolean fits =
        isSum
            ? step.value().children().stream().allMatch(child -> reads(child, variable, tried))
            : reads(step.value(), variable, tried);
    if (!fits) {
      return false;
    }
    Set<String> nowWritten = new LinkedHashSet<>(written);
    nowWritten.add(step.target());
    for (String tensor : nowWritten) {
      Set<Integer> axes = tried.getOrDefault(tensor, Set.of());
      if (axes.size() != 1 || axes.contains(SlabGroup.WHOLE)) {
        return false;
      }
    }
    // What is read before it is assigned here is of an earlier step, and of another one now; and a
    // sum is taken once.
    if (written.contains(step.target())
        ? isSum
        : !step.operator().accumulates() && uses.containsKey(step.target())) {
      return false;
    }
    known(largeReads(step, cut)).forEach(read -> rereads.merge(read.tensor(), 1, Integer::sum));
    uses = tried;
    written.add(step.target());
    variables.add(variable);
    return true;
  }

  /**
   * Whether what the steps before have written is read along the axis where it is cut. Told first,
   * because most steps that do not fit are told by it.
   */
  private boolean readsWritten(IndexExpr expr, IndexVariable variable) {
    if (expr instanceof IndexExpr.Access access && written.contains(access.tensor())) {
      int axis = axisOf(variable, access.subscripts());
      if (!uses.getOrDefault(access.tensor(), Set.of()).contains(axis)) {
        return false;
      }
    }
    for (IndexExpr child : expr.children()) {
      if (!readsWritten(child, variable)) {
        return false;
      }
    }
    return true;
  }

  /** Notes which axes of which tensors an index walks; false if the value is not one of slabs. */
  private boolean reads(IndexExpr expr, IndexVariable variable, Map<String, Set<Integer>> noted) {
    boolean fits =
        switch (expr) {
          case IndexExpr.Access access -> {
            int axis = axisOf(variable, access.subscripts());
            if (axis == NOT_PLAIN || (axis >= 0 && access.border() != Border.NONE)) {
              yield false;
            }
            use(noted, access.tensor(), axis);
            yield axis < 0 || extent(access.tensor(), axis) >= positions;
          }
          case IndexExpr.IndexValue(IndexVariable value) -> !value.equals(variable);
          case IndexExpr.Reduction reduction -> isNot(variable, reduction.bindings());
          case IndexExpr.ArgumentReduction reduction -> isNot(variable, reduction.bindings());
          case IndexExpr.Literal _,
              IndexExpr.ExtentValue _,
              IndexExpr.Unary _,
              IndexExpr.Binary _,
              IndexExpr.Call _,
              IndexExpr.Cast _,
              IndexExpr.Select _ ->
              true;
        };
    return fits && expr.children().stream().allMatch(child -> reads(child, variable, noted));
  }

  private static boolean isNot(IndexVariable variable, List<IndexBinding> bindings) {
    return bindings.stream().noneMatch(binding -> binding.variable().equals(variable));
  }

  private static void use(Map<String, Set<Integer>> noted, String tensor, int axis) {
    noted.computeIfAbsent(tensor, _ -> new TreeSet<>()).add(axis);
  }

  private long extent(String tensor, int axis) {
    TensorType type = types.get(tensor);
    if (type == null) {
      throw new AssertionError("no tensor " + tensor);
    }
    return sizes.applyAsLong(type.extents().get(axis));
  }

  /**
   * The axis where a variable stands alone, {@link SlabGroup#WHOLE} if it stands nowhere, or {@link
   * #NOT_PLAIN}.
   */
  static int axisOf(IndexVariable variable, List<Subscript> subscripts) {
    int found = SlabGroup.WHOLE;
    for (int axis = 0; axis < subscripts.size(); axis++) {
      if (subscripts.get(axis) instanceof Subscript.Affine form
          && form.terms().stream().anyMatch(term -> term.variable().equals(variable))) {
        if (!form.isVariable() || found != SlabGroup.WHOLE) {
          return NOT_PLAIN;
        }
        found = axis;
      }
    }
    return found;
  }
}
