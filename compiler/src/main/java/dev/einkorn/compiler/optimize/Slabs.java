package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Finds the steps of a plan that may run slab by slab along an index, so that their temporaries
 * need the memory of one slab only.
 *
 * {@snippet lang=text :
 * for all r, c: z[r,c] = exp(X[r,c] - m[r])     for each slab of r:
 * for all r, c: P[r,c] = z[r,c] / s[r]            for r of the slab, all c: z[r,c] = ..
 *                                                 for r of the slab, all c: P[r,c] = ..
 * }
 *
 * <p>Every step must have the index as a plain axis of its target, alone in one subscript. What the
 * steps write is read among them at the same position of the index only; what they read besides is
 * read at it or does not depend on it. No value may depend on the number of the position. Nothing
 * is then computed from other positions, and each element is computed as before.
 */
public final class Slabs {
  /** Longer groups are not looked for. */
  private static final int MOST_STEPS = 64;

  /** Temporaries that are not larger than so many caches are near enough in full. */
  private static final int CACHES = 4;

  /** Beginning a slab costs as much as the work on a small part of so many bytes. */
  private static final double LEAST_BYTES = 64 << 10;

  private final ExecutionPlan plan;
  private final ToLongFunction<Extent> sizes;
  private final Set<String> temporaries = new HashSet<>();
  private final Map<String, Integer> first = new HashMap<>();
  private final Map<String, Integer> last = new HashMap<>();

  /** Looks at a plan for certain sizes. */
  public Slabs(ExecutionPlan plan, ToLongFunction<Extent> sizes) {
    this.plan = plan;
    this.sizes = sizes;
    plan.temporaries().forEach(temporary -> temporaries.add(temporary.name()));
    for (int step = 0; step < plan.steps().size(); step++) {
      Assignment assignment = plan.steps().get(step);
      if (first.putIfAbsent(assignment.target(), step) == null
          && assignment.operator().accumulates()) {
        temporaries.remove(assignment.target()); // The caller passes its first value.
      }
      touch(assignment.target(), step);
      touchReads(assignment.value(), step);
    }
  }

  private void touch(String tensor, int step) {
    last.put(tensor, step);
  }

  private void touchReads(IndexExpr expr, int step) {
    if (expr instanceof IndexExpr.Access access) {
      touch(access.tensor(), step);
    }
    expr.children().forEach(child -> touchReads(child, step));
  }

  /**
   * Groups whose temporaries do not fit a cache in full and do as slabs, and that save more memory
   * traffic than reading whole tensors again for each slab costs.
   *
   * @param cacheBytes of the cache of one core
   * @param threads that share the slabs
   */
  public List<SlabGroup> forCache(long cacheBytes, int threads) {
    List<SlabGroup> groups =
        find(
            group ->
                group.temporaryBytes() <= CACHES * (double) cacheBytes
                        || group.temporaryBytes() / group.positions() > 2.0 * cacheBytes
                        || cutsSymmetry(group)
                    ? 0
                    : group.temporaryBytes() - rereadBytes(group, cacheBytes, threads));
    return groups.stream()
        .filter(group -> slab(group, cacheBytes, threads) < group.positions())
        .toList();
  }

  /**
   * Whether a step computes half of its target as a whole, and would compute all of it in slabs.
   */
  private boolean cutsSymmetry(SlabGroup group) {
    for (int n = 0; n < group.variables().size(); n++) {
      IndexVariable cut = group.variables().get(n);
      Assignment step = plan.steps().get(group.from() + n);
      if (SymmetricSums.halved(step, sizes, true)
          .filter(symmetry -> symmetry.first().equals(cut) || symmetry.second().equals(cut))
          .isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Groups that save most memory, whatever they cost. */
  public List<SlabGroup> forMemory() {
    return find(group -> group.temporaryBytes() * (1 - 1.0 / group.positions()));
  }

  /** The number of positions of a slab whose temporaries stay in a cache. */
  public long slab(SlabGroup group, long cacheBytes, int threads) {
    double position = Math.max(1, group.temporaryBytes() / group.positions());
    double fits = cacheBytes / position;
    double shared = Math.ceil((double) group.positions() / (4.0 * threads));
    double least = Math.min(LEAST_BYTES, cacheBytes / 4.0) / position;
    double wanted = Math.max(Math.min(fits, shared), least);
    return Math.clamp((long) wanted, 1, group.positions());
  }

  /** What the slabs after the first one read again, in bytes. */
  private double rereadBytes(SlabGroup group, long cacheBytes, int threads) {
    double slabs = Math.ceil((double) group.positions() / slab(group, cacheBytes, threads));
    double bytes = 0;
    for (Map.Entry<String, Set<Integer>> use : group.uses().entrySet()) {
      if (use.getValue().contains(SlabGroup.WHOLE)) {
        bytes += bytes(use.getKey());
      }
    }
    return (slabs - 1) * bytes;
  }

  private double bytes(String tensor) {
    TensorType type = plan.optimized().typeOf(tensor);
    double bytes = type.elementType().byteSize();
    for (Extent extent : type.extents()) {
      bytes *= sizes.applyAsLong(extent);
    }
    return bytes;
  }

  /** The groups with the highest worth above 0, one after the other. */
  private List<SlabGroup> find(ToDoubleFunction<SlabGroup> worth) {
    List<SlabGroup> groups = new ArrayList<>();
    int step = 0;
    while (step < plan.steps().size()) {
      SlabGroup best = null;
      double most = 0;
      if (temporaries.contains(plan.steps().get(step).target())) {
        for (SlabGroup group : groupsFrom(step)) {
          double value = worth.applyAsDouble(group);
          if (value > most) {
            most = value;
            best = group;
          }
        }
      }
      if (best != null) {
        groups.add(best);
      }
      step = best == null ? step + 1 : best.to();
    }
    return groups;
  }

  private List<SlabGroup> groupsFrom(int from) {
    List<SlabGroup> groups = new ArrayList<>();
    Assignment begin = plan.steps().get(from);
    for (int axis = 0; axis < begin.subscripts().size(); axis++) {
      long positions =
          sizes.applyAsLong(plan.optimized().typeOf(begin.target()).extents().get(axis));
      if (positions < 2) {
        continue;
      }
      var growth = new Growth(from, positions);
      int end = Math.min(plan.steps().size(), from + MOST_STEPS);
      for (int step = from; step < end; step++) {
        if (!growth.add(plan.steps().get(step), step == from ? axis : SlabGroup.WHOLE)) {
          break;
        }
        groups.add(growth.group());
      }
    }
    return groups;
  }

  /** A group that takes in step after step. */
  private final class Growth {
    private final int from;
    private final long positions;
    private final List<IndexVariable> variables = new ArrayList<>();
    private final Set<String> written = new LinkedHashSet<>();
    private Map<String, Set<Integer>> uses = new LinkedHashMap<>();

    Growth(int from, long positions) {
      this.from = from;
      this.positions = positions;
    }

    SlabGroup group() {
      int to = from + variables.size();
      List<String> own = new ArrayList<>();
      double bytes = 0;
      for (String tensor : written) {
        if (temporaries.contains(tensor)
            && first.getOrDefault(tensor, -1) >= from
            && last.getOrDefault(tensor, to) < to) {
          own.add(tensor);
          bytes += bytes(tensor);
        }
      }
      return new SlabGroup(from, to, variables, positions, uses, own, bytes);
    }

    /** Takes a step in if it fits, along an axis of its target or any. */
    boolean add(Assignment step, int wanted) {
      for (int axis = 0; axis < step.subscripts().size(); axis++) {
        if ((wanted == SlabGroup.WHOLE || wanted == axis) && add(step, axis, newUses())) {
          return true;
        }
      }
      return false;
    }

    private Map<String, Set<Integer>> newUses() {
      Map<String, Set<Integer>> copy = new LinkedHashMap<>();
      uses.forEach((tensor, axes) -> copy.put(tensor, new TreeSet<>(axes)));
      return copy;
    }

    private boolean add(Assignment step, int axis, Map<String, Set<Integer>> tried) {
      if (!(step.subscripts().get(axis) instanceof Subscript.Affine form && form.isVariable())) {
        return false;
      }
      IndexVariable variable = form.variable();
      boolean whole =
          step.bindings().stream()
              .filter(binding -> binding.variable().equals(variable))
              .allMatch(binding -> sizes.applyAsLong(binding.extent()) == positions);
      if (!whole
          || extent(step.target(), axis) != positions
          || axisOf(variable, step.subscripts()) != axis) {
        return false;
      }
      use(tried, step.target(), axis);
      if (!reads(step.value(), variable, tried)) {
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
      // What is read before it is assigned here is of an earlier step, and of another one now.
      if (!written.contains(step.target())
          && !step.operator().accumulates()
          && uses.containsKey(step.target())) {
        return false;
      }
      uses = tried;
      written.add(step.target());
      variables.add(variable);
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
  }

  private static final int NOT_PLAIN = -2;

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

  private long extent(String tensor, int axis) {
    return sizes.applyAsLong(plan.optimized().typeOf(tensor).extents().get(axis));
  }

  /** The declarations of a program by name. */
  static Map<String, TensorDeclaration> declarations(IndexProgram program) {
    Map<String, TensorDeclaration> byName = new LinkedHashMap<>();
    program.inputs().forEach(input -> byName.put(input.name(), input));
    program.targets().forEach(target -> byName.put(target.name(), target));
    return byName;
  }
}
