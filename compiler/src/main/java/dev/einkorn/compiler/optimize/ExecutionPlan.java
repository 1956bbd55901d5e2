package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import java.util.List;
import java.util.Set;

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
    Set<String> outputs = Set.copyOf(optimized.outputs());
    return optimized.targets().stream().filter(target -> !outputs.contains(target.name())).toList();
  }

  /** Targets of the written program that are computed where they are read and never stored. */
  public List<TensorDeclaration> inlined() {
    Set<TensorDeclaration> stored = Set.copyOf(optimized.targets());
    return written.targets().stream().filter(target -> !stored.contains(target)).toList();
  }
}
