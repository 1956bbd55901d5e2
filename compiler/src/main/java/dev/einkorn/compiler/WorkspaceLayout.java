package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.cuda.DeviceProgram;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.kernel.WorkspaceShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the temporaries of a plan lie in memory, for certain sizes: temporaries of one element type
 * share an arena, and those that are never needed at the same time share its elements.
 *
 * {@snippet lang=text :
 * step 1  a[i] = ..                  a ####              arena f64:  0 .. n   a, c
 * step 2  b[i] = .. a[i]             b .####             arena f64:  n .. 2n  b
 * step 3  c[i] = .. b[i]             c ..####
 * step 4  y[i] = .. c[i]
 * }
 *
 * <p>A temporary is needed from the step that writes it first to the one that reads it last. Every
 * step that is no accumulation writes its whole target, and no program accumulates into a temporary
 * that it has not assigned, so what lay there before is never seen.
 *
 * @param arenas the memory
 * @param temporaries what lies there, in the order of the plan
 */
record WorkspaceLayout(List<Arena> arenas, List<Temporary> temporaries) implements WorkspaceShape {
  /** The addresses of a process have 47 bits, one of which is left for everything else. */
  private static final long MOST_BYTES = 1L << 46;

  /** Temporaries begin at multiples of this, as far from each other as arrays of their own. */
  private static final int ALIGNMENT_BYTES = 64;

  /**
   * One block of memory.
   *
   * @param elements an array has room for, or of one temporary alone that no array has
   */
  record Arena(ElementType elementType, long elements) {
    long bytes() {
      return byteCount(elementType, elements);
    }
  }

  /**
   * One temporary and its place.
   *
   * @param firstStep that writes it, from 0
   * @param lastStep that needs it
   * @param arena which it lies in
   * @param offset of its first element there
   */
  record Temporary(
      TensorDeclaration declaration,
      List<Long> shape,
      int firstStep,
      int lastStep,
      int arena,
      long offset) {
    long elements() {
      return elementCount(declaration, shape);
    }

    long bytes() {
      return byteCount(elementType(), elements());
    }

    ElementType elementType() {
      return declaration.type().elementType();
    }

    /** Whether a step needs both. */
    boolean meets(Temporary other) {
      return firstStep <= other.lastStep && other.firstStep <= lastStep;
    }

    private Temporary at(int newArena, long newOffset) {
      return new Temporary(declaration, shape, firstStep, lastStep, newArena, newOffset);
    }
  }

  WorkspaceLayout {
    arenas = List.copyOf(arenas);
    temporaries = List.copyOf(temporaries);
  }

  /**
   * The layout for these sizes: the largest temporary is placed first, each in the smallest gap
   * that holds it between those that it meets.
   *
   * @throws IllegalArgumentException if a temporary has more bytes than a long can count
   */
  static WorkspaceLayout of(ExecutionPlan plan, Sizes sizes) {
    return new Placement(needed(plan, sizes)).layout();
  }

  /**
   * The layout in a device's memory: the temporaries of the plan, and those that kernels of one
   * step share.
   */
  static WorkspaceLayout of(ExecutionPlan plan, DeviceProgram program, Sizes sizes) {
    List<Temporary> needed = needed(plan, sizes);
    for (DeviceProgram.Temporary partial : program.temporaries()) {
      int step = program.stepOf(partial);
      var type = new TensorType(partial.elementType(), partial.extents());
      needed.add(
          new Temporary(
              new TensorDeclaration(partial.name(), type),
              partial.extents().stream().map(sizes::value).toList(),
              step,
              step,
              0,
              0));
    }
    return new Placement(needed).layout();
  }

  /**
   * The temporaries of steps that run slab by slab.
   *
   * @param layout of one slab
   * @param firstStep from 0
   * @param lastStep of those steps
   * @param parts of sums: one tensor of them for each sum, whose first axis counts the slabs
   */
  record Slabs(
      WorkspaceLayout layout,
      int firstStep,
      int lastStep,
      Map<TensorDeclaration, List<Long>> parts) {
    private List<Temporary> partsNeeded() {
      List<Temporary> needed = new ArrayList<>();
      parts.forEach(
          (declaration, shape) ->
              needed.add(new Temporary(declaration, shape, firstStep, lastStep, 0, 0)));
      return needed;
    }

    /** Blocks of memory for one worker, which lie side by side like temporaries. */
    private List<Temporary> blocks(String owner) {
      List<Temporary> blocks = new ArrayList<>();
      for (Arena arena : layout.arenas()) {
        var type = new TensorType(arena.elementType(), List.of(new Extent.Fixed(arena.elements())));
        var block = new TensorDeclaration(owner + " block " + blocks.size(), type);
        blocks.add(new Temporary(block, List.of(arena.elements()), firstStep, lastStep, 0, 0));
      }
      return blocks;
    }

    /** The temporaries of one worker, whose blocks have been placed. */
    private List<Temporary> in(List<Temporary> blocks) {
      List<Temporary> temporaries = new ArrayList<>();
      for (Temporary temporary : layout.temporaries()) {
        Temporary block = blocks.get(temporary.arena());
        temporaries.add(
            new Temporary(
                temporary.declaration(),
                temporary.shape(),
                firstStep + temporary.firstStep(),
                firstStep + temporary.lastStep(),
                block.arena(),
                block.offset() + temporary.offset()));
      }
      return temporaries;
    }
  }

  /** How the tensor is called that holds the parts of a sum. */
  static String partsOf(String target) {
    return target + " parts";
  }

  /**
   * The layout of a plan of which some steps run slab by slab: the temporaries of slabs come last,
   * as often as there are workers, one worker after the other.
   */
  static WorkspaceLayout of(ExecutionPlan plan, Sizes sizes, List<Slabs> slabs, int workers) {
    Set<String> cut = new HashSet<>();
    slabs.forEach(s -> s.layout().temporaries().forEach(t -> cut.add(t.declaration().name())));
    List<Temporary> needed =
        new ArrayList<>(
            needed(plan, sizes).stream()
                .filter(temporary -> !cut.contains(temporary.declaration().name()))
                .toList());
    slabs.forEach(each -> needed.addAll(each.partsNeeded()));
    int whole = needed.size();
    for (Slabs each : slabs) {
      for (int worker = 0; worker < workers; worker++) {
        needed.addAll(each.blocks("step %s worker %s".formatted(each.firstStep(), worker)));
      }
    }
    WorkspaceLayout placed = new Placement(needed).layout();
    List<Temporary> temporaries = new ArrayList<>(placed.temporaries().subList(0, whole));
    int next = whole;
    for (Slabs each : slabs) {
      int blocks = each.layout().arenas().size();
      for (int worker = 0; worker < workers; worker++) {
        temporaries.addAll(each.in(placed.temporaries().subList(next, next + blocks)));
        next += blocks;
      }
    }
    return new WorkspaceLayout(placed.arenas(), temporaries);
  }

  /** The temporaries with their lifetimes, not yet placed. */
  private static List<Temporary> needed(ExecutionPlan plan, Sizes sizes) {
    Map<String, Integer> first = new LinkedHashMap<>();
    Map<String, Integer> last = new LinkedHashMap<>();
    for (int step = 0; step < plan.steps().size(); step++) {
      Assignment assignment = plan.steps().get(step);
      first.putIfAbsent(assignment.target(), step);
      Set<String> touched = new HashSet<>(Set.of(assignment.target()));
      collectReads(assignment.value(), touched);
      for (String tensor : touched) {
        last.put(tensor, step);
      }
    }
    List<Temporary> needed = new ArrayList<>();
    for (TensorDeclaration declaration : plan.temporaries()) {
      // What the caller passes has its place.
      if (plan.optimized().inputs().stream().noneMatch(i -> i.name().equals(declaration.name()))) {
        needed.add(
            new Temporary(
                declaration,
                declaration.type().extents().stream().map(sizes::value).toList(),
                first.getOrDefault(declaration.name(), 0),
                last.getOrDefault(declaration.name(), 0),
                0,
                0));
      }
    }
    return needed;
  }

  private static void collectReads(IndexExpr expr, Set<String> tensors) {
    if (expr instanceof IndexExpr.Access access) {
      tensors.add(access.tensor());
    }
    expr.children().forEach(child -> collectReads(child, tensors));
  }

  /** Finds places. */
  private static final class Placement {
    private final List<Temporary> needed;
    private final List<Arena> arenas = new ArrayList<>();
    private final Map<String, Temporary> placed = new LinkedHashMap<>();

    Placement(List<Temporary> needed) {
      this.needed = needed;
    }

    WorkspaceLayout layout() {
      needed.stream()
          .sorted(Comparator.comparingLong(Temporary::bytes).reversed())
          .forEach(this::place);
      List<Temporary> inOrder = new ArrayList<>();
      for (Temporary temporary : needed) {
        inOrder.add(placed.getOrDefault(temporary.declaration().name(), temporary));
      }
      return new WorkspaceLayout(arenas, inOrder);
    }

    private void place(Temporary temporary) {
      Temporary place = null;
      for (int arena = 0; place == null && arena < arenas.size(); arena++) {
        if (arenas.get(arena).elementType() == temporary.elementType()) {
          Temporary candidate = temporary.at(arena, gap(arena, temporary));
          long end = candidate.offset() + candidate.elements();
          if (end <= Geometry.LONGEST_ARRAY) {
            place = candidate;
            long elements = Math.max(end, arenas.get(arena).elements());
            arenas.set(arena, new Arena(temporary.elementType(), elements));
          }
        }
      }
      if (place == null) {
        place = temporary.at(arenas.size(), 0);
        arenas.add(new Arena(temporary.elementType(), temporary.elements()));
      }
      placed.put(temporary.declaration().name(), place);
    }

    /** Where the smallest gap begins that holds a temporary, or the end of all that it meets. */
    private long gap(int arena, Temporary temporary) {
      List<Temporary> met =
          placed.values().stream()
              .filter(other -> other.arena() == arena && other.meets(temporary))
              .sorted(Comparator.comparingLong(Temporary::offset))
              .toList();
      long smallest = Long.MAX_VALUE;
      long best = -1;
      long free = 0;
      for (Temporary other : met) {
        long gap = other.offset() - free;
        if (gap >= temporary.elements() && gap < smallest) {
          smallest = gap;
          best = free;
        }
        free = Math.max(free, aligned(other.offset() + other.elements(), other.elementType()));
      }
      return best >= 0 ? best : free;
    }

    private static long aligned(long position, ElementType type) {
      long step = ALIGNMENT_BYTES / type.byteSize();
      return (position + step - 1) / step * step;
    }
  }

  /**
   * Bytes of all arenas: array elements, without the headers of the arrays; {@link Long#MAX_VALUE}
   * if they are more than a long can count.
   */
  @Override
  public long bytes() {
    return arenas.stream().map(Arena::bytes).reduce(0L, Quantity::sum);
  }

  /** Whether a process of any machine has memory for it: plans of others are for reading. */
  boolean isPossible() {
    return bytes() <= MOST_BYTES;
  }

  /** New memory of this layout: the temporaries in their order, all row-major. */
  @Override
  public Tensor[] allocate() {
    List<Tensor> memory = new ArrayList<>();
    for (Arena arena : arenas) {
      memory.add(Tensor.zeros(arena.elementType(), arena.elements()));
    }
    Tensor[] tensors = new Tensor[temporaries.size()];
    for (int n = 0; n < tensors.length; n++) {
      Temporary temporary = temporaries.get(n);
      long end = temporary.offset() + temporary.elements();
      tensors[n] =
          memory
              .get(temporary.arena())
              .slice(0, temporary.offset(), end)
              .reshape(temporary.shape().stream().mapToLong(Long::longValue).toArray());
    }
    return tensors;
  }

  private static long elementCount(TensorDeclaration declaration, List<Long> shape) {
    if (shape.contains(0L)) {
      return 0;
    }
    try {
      long bytes = declaration.type().elementType().byteSize();
      for (long extent : shape) {
        bytes = Math.multiplyExact(bytes, extent);
      }
      return bytes / declaration.type().elementType().byteSize();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "temporary %s of shape %s has more bytes than a long can count"
              .formatted(declaration.name(), shape),
          e);
    }
  }

  private static long byteCount(ElementType type, long elements) {
    return Math.multiplyExact(elements, (long) type.byteSize());
  }
}
