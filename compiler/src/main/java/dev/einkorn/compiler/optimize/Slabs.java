package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.BoundExtents;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * <p>Every step must have the index as a plain axis of its target, alone in one subscript, or be a
 * sum over it that no other step of the group reads, of which each slab stores a part: {@code w[j]
 * = sum[i](B[i] * Z[i,j])} beside {@code u[i] = sum[j](Z[i,j] * Y[j])}. What the steps write is
 * read among them at the same position of the index only; what they read besides is read at it or
 * does not depend on it. No value may depend on the number of the position. Nothing is then
 * computed from other positions, and each element is computed as before.
 */
public final class Slabs {
  /** Longer groups are not looked for. */
  private static final int MOST_STEPS = 64;

  /** The axis along which slabs of a tensor are one run of memory. */
  private static final int OUTERMOST = 0;

  /** Temporaries that are not larger than so many caches are near enough in full. */
  private static final int CACHES = 4;

  /** Tensors of more caches are read from memory by each step. */
  static final int LARGE_CACHES = 8;

  /** So many parts of a sum are stored, at most. */
  private static final int MOST_PARTS = 32;

  /** Rows of one vector register file at most, which a kernel holds the sums of. */
  private static final double NARROW_BYTES = 1 << 10;

  /** They have to lie in one array. */
  private static final double MOST_PART_BYTES = 1 << 30;

  /** Slabs are multiples of the longest vector, if they are longer. */
  private static final int VECTOR = 16;

  /** Beginning a slab costs as much as the work on a small part of so many bytes. */
  private static final double LEAST_BYTES = 64 << 10;

  private final ExecutionPlan plan;
  private final ToLongFunction<Extent> sizes;
  private final Map<String, Integer> unitAxes;
  private final Map<String, TensorType> types = new HashMap<>();
  private final Set<String> temporaries = new HashSet<>();
  private final Map<String, Integer> first = new HashMap<>();
  private final Map<String, Integer> last = new HashMap<>();

  /**
   * Looks at a plan for certain sizes.
   *
   * @param unitAxes of tensors that are not row-major: the axis along which neighbours lie side by
   *     side, or {@link SlabGroup#WHOLE} if there is none
   */
  public Slabs(ExecutionPlan plan, ToLongFunction<Extent> sizes, Map<String, Integer> unitAxes) {
    this.plan = plan;
    this.sizes = sizes;
    this.unitAxes = Map.copyOf(unitAxes);
    declarations(plan.optimized()).forEach((name, tensor) -> types.put(name, tensor.type()));
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
   * Groups that save more memory traffic than they cost: their temporaries do not fit a cache in
   * full and do as slabs, or their steps read the same large tensors one after the other, or what
   * they have stored in a large one, which as slabs wait in the cache; or a step sums up short rows
   * of a large tensor, which workers share out as slabs.
   *
   * @param cacheBytes of the cache of one core
   * @param threads that share the slabs
   * @param sums whether sums over the index may be taken in parts, which rounds in another way
   */
  public List<SlabGroup> forCache(long cacheBytes, int threads, boolean sums) {
    Map<String, Integer> large = new HashMap<>();
    for (TensorDeclaration input : plan.optimized().inputs()) {
      if (bytes(input.name()) > LARGE_CACHES * (double) cacheBytes) {
        large.put(input.name(), unitAxis(input.name()));
      }
    }
    for (TensorDeclaration target : plan.optimized().targets()) {
      if (isPassedAgain(target.name()) && bytes(target.name()) > CACHES * (double) cacheBytes) {
        large.put(target.name(), unitAxis(target.name()));
      }
    }
    List<SlabGroup> groups = find(group -> savedBytes(group, cacheBytes, threads), large, sums);
    return groups.stream()
        .filter(group -> slab(group, cacheBytes, threads) < group.positions())
        .toList();
  }

  /** Whether a step makes a target of what an earlier one has stored there. */
  private boolean isPassedAgain(String target) {
    return plan.steps().stream()
        .filter(step -> step.target().equals(target))
        .anyMatch(
            step -> {
              Set<String> read = new HashSet<>();
              PlanStage.reads(step.value(), read);
              return read.contains(target);
            });
  }

  /** Bytes of memory traffic, less those that slabs cost. */
  private double savedBytes(SlabGroup group, long cacheBytes, int threads) {
    boolean temporariesGain =
        group.temporaryBytes() > CACHES * (double) cacheBytes
            && group.temporaryBytes() / group.positions() <= 2.0 * cacheBytes;
    double shared = 0;
    for (Map.Entry<String, Integer> tensor : group.rereads().entrySet()) {
      shared += tensor.getValue() * bytes(tensor.getKey());
    }
    double slabs = Math.ceil((double) group.positions() / slab(group, cacheBytes, threads));
    if (shared > 0) {
      shared -= slabs * Math.min(LEAST_BYTES, cacheBytes / 4.0);
    }
    for (String sum : group.sums()) {
      double parts = slabs * bytes(sum);
      if (parts > MOST_PART_BYTES) {
        return 0;
      }
      shared -= 2 * parts;
    }
    double saved =
        (temporariesGain ? group.temporaryBytes() : 0) + shared + narrowBytes(group, cacheBytes);
    return saved <= 0 || cutsSymmetry(group) ? 0 : saved - rereadBytes(group, cacheBytes, threads);
  }

  /**
   * Bytes of large tensors whose rows a step alone sums up, if these are too short for workers to
   * share: each would read a part of every row. Slabs of them must be whole runs of memory.
   */
  private double narrowBytes(SlabGroup group, long cacheBytes) {
    if (group.to() != group.from() + 1
        || group.sums().isEmpty()
        || type(group.sums().getFirst()).rank() == 0
        || bytes(group.sums().getFirst()) > NARROW_BYTES) {
      return 0;
    }
    return group.uses().entrySet().stream()
        .filter(use -> !use.getValue().contains(SlabGroup.PARTS))
        .filter(use -> use.getValue().stream().noneMatch(axis -> axis == unitAxis(use.getKey())))
        .filter(use -> use.getValue().contains(OUTERMOST))
        .mapToDouble(use -> bytes(use.getKey()))
        .filter(bytes -> bytes > LARGE_CACHES * (double) cacheBytes)
        .sum();
  }

  /** The axis along which neighbours lie side by side. */
  private int unitAxis(String tensor) {
    return unitAxes.getOrDefault(tensor, type(tensor).rank() - 1);
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
    return find(group -> group.temporaryBytes() * (1 - 1.0 / group.positions()), Map.of(), false);
  }

  /**
   * The number of positions of a slab that stays in a cache. It does not depend on the threads
   * where sums are taken in parts, so that these are the same for any number.
   */
  public long slab(SlabGroup group, long cacheBytes, int threads) {
    double bytes = group.temporaryBytes();
    for (String tensor : group.rereads().keySet()) {
      bytes += bytes(tensor);
    }
    double position = Math.max(1, bytes / group.positions());
    double fits = bytes == 0 ? 0 : cacheBytes / position;
    if (!group.sums().isEmpty()) {
      return inVectors(Math.max(fits, (double) group.positions() / MOST_PARTS), group);
    }
    double shared = Math.ceil((double) group.positions() / (4.0 * threads));
    if (!group.rereads().isEmpty()) {
      return inVectors(Math.min(fits, shared), group);
    }
    double least = Math.min(LEAST_BYTES, cacheBytes / 4.0) / position;
    double wanted = Math.max(Math.min(fits, shared), least);
    return Math.clamp((long) wanted, 1, group.positions());
  }

  private static long inVectors(double wanted, SlabGroup group) {
    long slab = (long) Math.ceil(wanted);
    long whole = slab < VECTOR ? slab : (slab + VECTOR - 1) / VECTOR * VECTOR;
    return Math.clamp(whole, 1, group.positions());
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

  private TensorType type(String tensor) {
    TensorType type = types.get(tensor);
    if (type == null) {
      throw new AssertionError("no tensor " + tensor);
    }
    return type;
  }

  private double bytes(String tensor) {
    TensorType type = type(tensor);
    double bytes = type.elementType().byteSize();
    for (Extent extent : type.extents()) {
      bytes *= sizes.applyAsLong(extent);
    }
    return bytes;
  }

  /** The groups with the highest worth above 0, one after the other. */
  private List<SlabGroup> find(
      ToDoubleFunction<SlabGroup> worth, Map<String, Integer> large, boolean sums) {
    List<SlabGroup> groups = new ArrayList<>();
    int step = 0;
    while (step < plan.steps().size()) {
      SlabGroup best = null;
      double most = 0;
      if (!large.isEmpty() || temporaries.contains(plan.steps().get(step).target())) {
        for (SlabGroup group : groupsFrom(step, large, sums)) {
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

  private List<SlabGroup> groupsFrom(int from, Map<String, Integer> large, boolean sums) {
    List<SlabGroup> groups = new ArrayList<>();
    Assignment begin = plan.steps().get(from);
    Map<IndexVariable, Extent> extents = BoundExtents.of(begin);
    for (SlabGrowth.Cut cut : SlabGrowth.cuts(begin, sums)) {
      Extent extent = extents.get(cut.variable());
      long positions = extent == null ? 0 : sizes.applyAsLong(extent);
      if (positions < 2) {
        continue;
      }
      var growth = new SlabGrowth(types, sizes, large, positions);
      int end = Math.min(plan.steps().size(), from + MOST_STEPS);
      for (int step = from; step < end; step++) {
        Assignment next = plan.steps().get(step);
        if (!growth.add(next, step == from ? List.of(cut) : SlabGrowth.cuts(next, sums))) {
          break;
        }
        groups.add(group(from, positions, growth));
      }
    }
    return groups;
  }

  private SlabGroup group(int from, long positions, SlabGrowth growth) {
    int to = from + growth.variables().size();
    List<String> own = new ArrayList<>();
    double bytes = 0;
    for (String tensor : growth.written()) {
      if (temporaries.contains(tensor)
          && !growth.uses().getOrDefault(tensor, Set.of()).contains(SlabGroup.PARTS)
          && first.getOrDefault(tensor, -1) >= from
          && last.getOrDefault(tensor, to) < to) {
        own.add(tensor);
        bytes += bytes(tensor);
      }
    }
    return new SlabGroup(
        from, to, growth.variables(), positions, growth.uses(), growth.rereads(), own, bytes);
  }

  /** The declarations of a program by name. */
  static Map<String, TensorDeclaration> declarations(IndexProgram program) {
    Map<String, TensorDeclaration> byName = new LinkedHashMap<>();
    program.inputs().forEach(input -> byName.put(input.name(), input));
    program.targets().forEach(target -> byName.put(target.name(), target));
    return byName;
  }
}
