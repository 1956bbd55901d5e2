package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import java.util.List;

/**
 * What will run: one fused loop nest per statement of the optimized program.
 *
 * @param written the program as checked
 * @param optimized the program whose statements are the steps
 */
public record ExecutionPlan(IndexProgram written, IndexProgram optimized) {

  /** The statements that become loop nests, in order. */
  public List<Assignment> steps() {
    return optimized.assignments();
  }

  /** Targets that are stored although they are no outputs. */
  public List<TensorDeclaration> temporaries() {
    return optimized.targets().stream()
        .filter(target -> !optimized.outputs().contains(target.name()))
        .toList();
  }

  /** Targets of the written program that are computed where they are read and never stored. */
  public List<TensorDeclaration> inlined() {
    return written.targets().stream()
        .filter(target -> !optimized.targets().contains(target))
        .toList();
  }
}
