package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.schedule.Schedule;
import java.util.List;

/**
 * What one source computes.
 *
 * @param header lines that explain the program to the reader of the source
 * @param wide whether positions and extents may exceed an {@code int}
 * @param exact whether functions of {@code f32} are those of {@code f64}, rounded once
 * @param steps run in order
 */
public record DeviceUnit(List<String> header, boolean wide, boolean exact, List<Step> steps) {
  public DeviceUnit {
    header = List.copyOf(header);
    steps = List.copyOf(steps);
  }

  /**
   * One loop nest.
   *
   * @param statement what it computes, as text in the language
   * @param nest under its schedule
   * @param schedule whose device directives the emitter carries out
   */
  public record Step(String statement, LoopNest nest, Schedule schedule) {}
}
