package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.WorkerArray;
import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A method whose plan and kernels have been chosen.
 *
 * @param typical the sizes that they have been chosen for
 * @param largest the largest size for which positions fit an {@code int}; 0 if none does
 * @param stages how its steps run
 * @param operations of all steps, in scalar loops
 * @param arenas where the temporaries lie
 * @param variants the best first; the last one is right for all operands
 * @param others plans for other sizes
 */
record PlannedMethod(
    CheckedMethod checked,
    Sizes typical,
    PlannedProgram planned,
    long largest,
    BuildStages stages,
    OperationCount operations,
    TemporaryArenas arenas,
    List<Variant> variants,
    OtherPlans others) {
  /** Slots of workers who are teams of one are counted from here: they are other workers. */
  private static final int SLAB_SLOTS = 1 << 20;

  PlannedMethod {
    variants = List.copyOf(variants);
  }

  ExecutionPlan plan() {
    return planned.plan();
  }

  /** What calls pass to kernels: inputs, then targets. */
  List<TensorDeclaration> operands() {
    return stages.operands();
  }

  /** The names of what calls pass as sizes: parameters, then derived sizes. */
  List<String> sizeNames() {
    List<String> names = new ArrayList<>();
    plan().optimized().sizes().forEach(size -> names.add(size.name()));
    plan().optimized().derived().forEach(size -> names.add(size.name()));
    return names;
  }

  /** What a map has for a key. */
  static <K, T> T of(Map<K, T> map, K key) {
    T found = map.get(key);
    if (found == null) {
      throw new AssertionError("nothing for " + key);
    }
    return found;
  }

  /** What is assumed of the memory of operands. */
  enum Memory {
    /** Tensors whose last axis has stride 1. */
    CONTIGUOUS("Contiguous", "every tensor has stride 1 along its last axis"),
    /** Inputs of any strides, outputs whose last axis has stride 1. */
    PERMUTED("Permuted", "inputs may have any strides, as permuted and broadcast ones have"),
    /** Anything. */
    GENERAL("General", "any strides and sizes, on or off the heap");

    private final String word;
    private final String description;

    Memory(String word, String description) {
      this.word = word;
      this.description = description;
    }

    String word() {
      return word;
    }

    String description() {
      return description;
    }
  }

  /**
   * Kernels for operands in one kind of memory.
   *
   * @param processors the most that a machine may have; 0 for any machine
   * @param layouts of the operands
   * @param kernels by the bits of vectors, the widest first and scalar ones, of 0 bits, last
   */
  record Variant(
      Memory memory,
      int processors,
      List<Layout> layouts,
      boolean wide,
      SequencedMap<Integer, Kernels> kernels) {
    Variant {
      layouts = List.copyOf(layouts);
      kernels = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(kernels));
    }

    Kernels scalar() {
      Kernels scalar = kernels.get(0);
      if (scalar == null) {
        throw new AssertionError("no scalar kernels");
      }
      return scalar;
    }

    /** Whether both have the same kernels. */
    boolean hasKernelsOf(Variant other) {
      return kernels.keySet().equals(other.kernels.keySet())
          && kernels.entrySet().stream()
              .allMatch(each -> each.getValue().isSame(of(other.kernels, each.getKey())));
    }

    /** What is said of it in comments. */
    String description() {
      return switch (processors) {
        case 0 -> memory.description();
        case 1 -> memory.description() + ", on one processor";
        default -> "%s, on at most %s processors".formatted(memory.description(), processors);
      };
    }

    /** The bits of vectors. */
    List<Integer> widths() {
      return kernels.keySet().stream().filter(bits -> bits > 0).toList();
    }
  }

  /** The kernels of a plan, one part for each of its stages. */
  record Kernels(List<Part> parts) {
    Kernels {
      parts = List.copyOf(parts);
    }

    /** Whether the other ones have the same text. */
    boolean isSame(Kernels other) {
      return texts().equals(other.texts());
    }

    private List<EmittedSource> texts() {
      return parts.stream().flatMap(part -> part.compilation().sources().stream()).toList();
    }

    /** Whether any of them computes with vectors. */
    boolean simd() {
      return parts.stream().anyMatch(part -> part.compilation().simd());
    }

    /** Smallest sizes at which every loop runs. */
    Map<String, Long> warmSizes() {
      Map<String, Long> sizes = new LinkedHashMap<>();
      for (Part part : parts) {
        part.compilation()
            .warmSizes()
            .forEach((name, size) -> sizes.merge(part.sizeOfPlan(name), size, Math::max));
      }
      return sizes;
    }

    /** What the workers work in, temporaries of slabs among it. */
    WorkingMemory memory() {
      List<List<WorkerArray>> steps = new ArrayList<>();
      parts.forEach(part -> steps.addAll(part.memory().steps()));
      return new WorkingMemory(steps);
    }
  }

  /**
   * The kernels of one stage and what they were made with.
   *
   * @param stage empty if it is the whole plan
   */
  record Part(Optional<BuildStages.Stage> stage, Compilation compilation, PipelineOptions options) {
    /** What is cut into slabs, if anything is. */
    Optional<BuildStages.Slab> slab() {
      return stage.flatMap(BuildStages.Stage::slab);
    }

    private String sizeOfPlan(String name) {
      return stage.map(each -> each.sizeOfPlan(name)).orElse(name);
    }

    private WorkingMemory ownMemory() {
      return Pipeline.memory(
          compilation.steps().stream().map(Compilation.Step::scheduled).toList(), options);
    }

    private WorkingMemory memory() {
      WorkingMemory own = ownMemory();
      if (slab().isEmpty()) {
        return own;
      }
      // Workers of a team run slabs as teams of one.
      BuildStages.Stage cut = stage.orElseThrow();
      List<List<WorkerArray>> steps =
          new ArrayList<>(own.ofTeamsOfOne(SLAB_SLOTS, cut::written).steps());
      List<WorkerArray> temporaries = new ArrayList<>();
      for (WorkerArray array : slabTemporaries().values()) {
        List<Extent> extents = array.extents().stream().map(cut::written).toList();
        temporaries.add(new WorkerArray(array.elementType(), array.slot(), false, true, extents));
      }
      steps.add(temporaries);
      return new WorkingMemory(steps);
    }

    /**
     * The arrays of temporaries of which there are slabs only, by name, in slots that the kernels
     * do not use.
     */
    SequencedMap<String, WorkerArray> slabTemporaries() {
      int slot = 0;
      for (List<WorkerArray> step : ownMemory().steps()) {
        for (WorkerArray array : step) {
          slot = Math.max(slot, array.slot() + 1);
        }
      }
      SequencedMap<String, WorkerArray> arrays = new LinkedHashMap<>();
      BuildStages.Stage cut = stage.orElseThrow();
      for (TensorDeclaration operand : cut.operands()) {
        if (cut.operand(operand.name()).own()) {
          arrays.put(
              operand.name(),
              new WorkerArray(
                  operand.type().elementType(),
                  slot + arrays.size(),
                  false,
                  true,
                  operand.type().extents()));
        }
      }
      return arrays;
    }
  }
}
