package dev.einkorn.compiler;

import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program before the types of its inputs are known: text, an einsum string, or lazy tensors. */
interface Frontend {
  /** Tensors that a call must pass, in order; ranks as far as the program shows them. */
  List<Parameter> inputs();

  /** Names of the tensors that a call computes, in order. */
  List<String> outputs();

  /** Names of the targets whose first value the caller passes. */
  List<String> accumulated();

  /**
   * The checked program for these types.
   *
   * @throws CompileException with every error; missing and superfluous names are errors too
   */
  IndexProgram check(Map<String, InputType> types);

  /**
   * Whether the checked program depends on which axes have extent 1, as numpy's broadcasting does.
   */
  boolean dependsOnUnitExtents();

  /** The refusal of a call that leaves out an input whose type the program declares. */
  CompileException missing(String input);

  /**
   * A tensor that a call passes.
   *
   * @param rank its number of axes, or -1 if the program does not show it
   * @param declared its element type, if the program declares it
   */
  record Parameter(String name, int rank, Optional<ElementType> declared) {}
}
