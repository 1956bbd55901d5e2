package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.lower.Lowering;
import java.util.stream.IntStream;

/** Loop nests from program text, for tests. */
public final class Nests {
  private Nests() {}

  /** The canonical nest of the last statement, on dense arrays: each axis goes on in the next. */
  public static LoopNest dense(String text) {
    IndexProgram program = ProgramText.check(text);
    return Lowering.lower(
        program,
        program.assignments().getLast(),
        tensor -> {
          int rank = program.typeOf(tensor).rank();
          return new Layout(
              Layout.Storage.ARRAY, rank - 1, IntStream.range(0, rank - 1).boxed().toList());
        });
  }

  /** The canonical nest of the last statement, on row-major arrays. */
  public static LoopNest canonical(String text) {
    IndexProgram program = ProgramText.check(text);
    return Lowering.lower(
        program,
        program.assignments().getLast(),
        tensor -> Layout.rowMajor(program.typeOf(tensor).rank()));
  }
}
