package dev.einkorn.compiler.pass;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Target;
import java.util.Map;
import java.util.Optional;

/**
 * What the pipeline may assume and must obey.
 *
 * @param layouts of the operands by name; a tensor without one is a row-major array
 * @param wide whether positions or extents may exceed an {@code int}
 * @param schedules given by the user, by the name of the tensor that the step computes
 * @param packageName of the generated classes
 * @param shape sizes and strides that schedules are chosen for; the source is right for all others
 * @param rounding the sizes and strides that decide roundings, where they are not those of {@code
 *     shape}: a slab is rounded as the whole
 * @param target the machine that schedules are chosen for
 * @param arithmetic what may be done to roundings
 */
public record PipelineOptions(
    Map<String, Layout> layouts,
    boolean wide,
    Map<String, Schedule> schedules,
    String packageName,
    Optional<CallShape> shape,
    Optional<CallShape> rounding,
    Target target,
    Arithmetic arithmetic) {
  public PipelineOptions {
    layouts = Map.copyOf(layouts);
    schedules = Map.copyOf(schedules);
  }

  /** Options for calls that are rounded by their own sizes. */
  public PipelineOptions(
      Map<String, Layout> layouts,
      boolean wide,
      Map<String, Schedule> schedules,
      String packageName,
      Optional<CallShape> shape,
      Target target,
      Arithmetic arithmetic) {
    this(layouts, wide, schedules, packageName, shape, Optional.empty(), target, arithmetic);
  }

  /** Options for unknown sizes, scalar code of one thread, and roundings as written. */
  public PipelineOptions(
      Map<String, Layout> layouts,
      boolean wide,
      Map<String, Schedule> schedules,
      String packageName) {
    this(layouts, wide, schedules, packageName, Optional.empty(), Target.SCALAR, Arithmetic.STRICT);
  }

  /** Row-major arrays of moderate size, schedules chosen automatically. */
  public static PipelineOptions rowMajor(String packageName) {
    return new PipelineOptions(Map.of(), false, Map.of(), packageName);
  }

  /** The same for another machine. */
  public PipelineOptions withTarget(Target other) {
    return new PipelineOptions(
        layouts, wide, schedules, packageName, shape, rounding, other, arithmetic);
  }

  /** The layout of a tensor of the program. */
  Layout layout(IndexProgram program, String tensor) {
    Layout layout = layouts.get(tensor);
    return layout == null ? Layout.rowMajor(program.typeOf(tensor).rank()) : layout;
  }
}
