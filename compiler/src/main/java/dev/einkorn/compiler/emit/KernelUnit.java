package dev.einkorn.compiler.emit;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.TensorParameter;
import java.util.List;

/**
 * What one kernel computes: the steps of a plan, or a part of them, over one list of operands.
 *
 * @param packageName of the generated class
 * @param className of the generated class, an identifier of the target language
 * @param header lines that explain the kernel to its reader
 * @param operands the tensors that a call passes, in order
 * @param sizes the size parameters that a call passes, in order
 * @param wide whether positions and extents may exceed an {@code int}
 * @param steps run in order
 */
public record KernelUnit(
    String packageName,
    String className,
    List<String> header,
    List<TensorParameter> operands,
    List<String> sizes,
    boolean wide,
    List<Step> steps) {
  public KernelUnit {
    header = List.copyOf(header);
    operands = List.copyOf(operands);
    sizes = List.copyOf(sizes);
    steps = List.copyOf(steps);
  }

  /**
   * One scheduled loop nest.
   *
   * @param statement the statement it computes, as text in the language
   */
  public record Step(String statement, LoopNest nest) {}
}
