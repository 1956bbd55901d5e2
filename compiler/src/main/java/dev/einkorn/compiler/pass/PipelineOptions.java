package dev.einkorn.compiler.pass;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.schedule.Schedule;
import java.util.Map;

/**
 * What the pipeline may assume and must obey.
 *
 * @param layouts of the operands by name; a tensor without one is a row-major array
 * @param wide whether positions or extents may exceed an {@code int}
 * @param schedules given by the user, by the name of the tensor that the step computes
 * @param packageName of the generated classes
 */
public record PipelineOptions(
    Map<String, Layout> layouts,
    boolean wide,
    Map<String, Schedule> schedules,
    String packageName) {
  public PipelineOptions {
    layouts = Map.copyOf(layouts);
    schedules = Map.copyOf(schedules);
  }

  /** Row-major arrays of moderate size, schedules chosen automatically. */
  public static PipelineOptions rowMajor(String packageName) {
    return new PipelineOptions(Map.of(), false, Map.of(), packageName);
  }

  /** The layout of a tensor of the program. */
  Layout layout(IndexProgram program, String tensor) {
    Layout layout = layouts.get(tensor);
    return layout == null ? Layout.rowMajor(program.typeOf(tensor).rank()) : layout;
  }
}
