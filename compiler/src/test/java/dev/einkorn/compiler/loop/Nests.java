package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.lower.Lowering;

/** Loop nests from program text, for tests. */
public final class Nests {
  private Nests() {}

  /** The canonical nest of the last statement, on row-major arrays. */
  public static LoopNest canonical(String text) {
    IndexProgram program = ProgramText.check(text);
    return Lowering.lower(
        program,
        program.assignments().getLast(),
        tensor -> Layout.rowMajor(program.typeOf(tensor).rank()));
  }
}
