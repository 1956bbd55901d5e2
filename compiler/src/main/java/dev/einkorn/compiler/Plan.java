package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.pass.Compilation;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the compiler will do for a program: steps, costs, what is never stored, and the generated
 * source. Made by {@link CompiledProgram#plan(java.util.Map)}. Immutable.
 */
public final class Plan {
  private final Specialization specialization;
  private final Compilation compilation;
  private final Optional<long[]> sizes;

  Plan(Specialization specialization, Compilation compilation, Optional<long[]> sizes) {
    this.specialization = specialization;
    this.compilation = compilation;
    this.sizes = sizes;
  }

  /**
   * The number of arithmetic operations of one call: a multiplication and an addition count one
   * each, so does a function call.
   *
   * @throws IllegalStateException if the plan was made without sizes
   */
  public long flops() {
    return compilation.operations().evaluate(this::value);
  }

  /**
   * Bytes of temporaries that a call stores at the same time, its inputs and outputs apart.
   *
   * @throws IllegalStateException if the plan was made without sizes
   */
  public long peakTemporaryBytes() {
    return specialization.temporaryBytes(knownSizes());
  }

  /** The generated Java, one class after the other. */
  public String javaSource() {
    return compilation.sources().stream()
        .map(EmittedSource::text)
        .collect(Collectors.joining("\n"));
  }

  /**
   * The generated CUDA C.
   *
   * @throws UnsupportedOperationException in this version, which has no CUDA emitter yet
   */
  @SuppressWarnings("DoNotCallSuggester") // Callers compile against the method that is to come.
  public String cudaSource() {
    throw new UnsupportedOperationException(
        "NOT_SUPPORTED_YET: this version generates Java only; CUDA C comes with a later one");
  }

  /**
   * The whole plan as text for people: programs, costs, schedules, loop nests, and what is never
   * stored.
   */
  public String explain() {
    return CompilerThread.call(() -> new PlanReport(this).text());
  }

  /** The plan as one JSON object; the fields are those of {@link #explain}. */
  public String toJson() {
    return CompilerThread.call(() -> new PlanReport(this).json());
  }

  Compilation compilation() {
    return compilation;
  }

  boolean hasSizes() {
    return sizes.isPresent();
  }

  /** The value of an extent. */
  long value(Extent extent) {
    return specialization.value(extent, knownSizes());
  }

  private long[] knownSizes() {
    return sizes.orElseThrow(
        () -> new IllegalStateException("this plan was made without inputs, so sizes are unknown"));
  }
}
