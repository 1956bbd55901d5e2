package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.PipelineOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A method whose plan and kernels have been chosen.
 *
 * @param typical the sizes that they have been chosen for
 * @param largest the largest size for which positions fit an {@code int}; 0 if none does
 * @param arenas where the temporaries lie
 * @param variants the best first; the last one is right for all operands
 * @param others plans for other sizes
 */
record PlannedMethod(
    CheckedMethod checked,
    Sizes typical,
    PlannedProgram planned,
    long largest,
    TemporaryArenas arenas,
    List<Variant> variants,
    OtherPlans others) {
  PlannedMethod {
    variants = List.copyOf(variants);
  }

  ExecutionPlan plan() {
    return planned.plan();
  }

  /** What kernels are called with: inputs, then targets. */
  static List<TensorDeclaration> operands(IndexProgram program) {
    List<TensorDeclaration> operands = new ArrayList<>(program.inputs());
    operands.addAll(program.targets());
    return operands;
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
   * @param layouts of the operands
   * @param kernels by the bits of vectors, the widest first and scalar ones, of 0 bits, last
   */
  record Variant(
      Memory memory, List<Layout> layouts, boolean wide, SequencedMap<Integer, Kernels> kernels) {
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

    /** The bits of vectors. */
    List<Integer> widths() {
      return kernels.keySet().stream().filter(bits -> bits > 0).toList();
    }
  }

  /** The kernels of a plan and what they were made with. */
  record Kernels(Compilation compilation, PipelineOptions options) {
    /** Smallest sizes at which every loop runs. */
    Map<String, Long> warmSizes() {
      return compilation.warmSizes();
    }
  }
}
