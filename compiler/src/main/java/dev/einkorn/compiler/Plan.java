package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.cuda.DeviceProgram;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.DevicePipeline;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.runtime.cuda.KernelSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What the compiler will do for a program: steps, costs, what is never stored, and the generated
 * source. Made by {@link CompiledProgram#plan(java.util.Map)}. Immutable.
 */
public final class Plan {
  /** What a program becomes on its way to source, in order. */
  public enum Stage {
    /** The program as checked: types, extents, every sum explicit. */
    INDEX,
    /** The program as optimized: one statement for each loop nest. */
    PLAN,
    /** The loop nests as lowered. */
    LOOPS,
    /** The loop nests as scheduled, under their schedules. */
    SCHEDULE,
    /** The generated Java. */
    JAVA,
    /** The generated CUDA C++. */
    CUDA
  }

  private final Deferred<Compilation> compilation;
  private final Optional<Deferred<CallMemory>> memory;
  private final PlannedProgram planned;
  private final List<String> slabs;
  private final PipelineOptions options;
  private final Optional<Measurement> measurement;
  private final Optional<DeviceProgram> device;

  /**
   * Wraps every stage.
   *
   * @param compilation made when it is asked for, unless schedules are given, which may not be
   *     legal
   * @param memory of a call, if sizes are known
   * @param planned what the compilation is made from
   * @param slabs what runs slab by slab, for people
   * @param options layouts, sizes and strides of the operands of the plan
   */
  Plan(
      Supplier<Compilation> compilation,
      Optional<Supplier<CallMemory>> memory,
      PlannedProgram planned,
      List<String> slabs,
      PipelineOptions options) {
    this(
        new Deferred<>(compilation),
        memory.map(Deferred::new),
        planned,
        slabs,
        options,
        Optional.empty(),
        Optional.empty());
    if (!options.schedules().isEmpty()) {
      this.compilation.get();
    }
  }

  /**
   * A plan for a GPU.
   *
   * @param compilation up to the scheduled loop nests, without source
   * @param device the kernels and their launches
   */
  static Plan ofDevice(
      Compilation compilation,
      Optional<CallMemory> memory,
      PlannedProgram planned,
      PipelineOptions options,
      DeviceProgram device) {
    return new Plan(
        new Deferred<>(() -> compilation),
        memory.map(known -> new Deferred<>(() -> known)),
        planned,
        List.of(),
        options,
        Optional.empty(),
        Optional.of(device));
  }

  private Plan(
      Deferred<Compilation> compilation,
      Optional<Deferred<CallMemory>> memory,
      PlannedProgram planned,
      List<String> slabs,
      PipelineOptions options,
      Optional<Measurement> measurement,
      Optional<DeviceProgram> device) {
    this.compilation = compilation;
    this.memory = memory;
    this.planned = planned;
    this.slabs = List.copyOf(slabs);
    this.options = options;
    this.measurement = measurement;
    this.device = device;
  }

  /**
   * The number of arithmetic operations of one call: a multiplication and an addition count one
   * each, so does a function call.
   *
   * @throws IllegalStateException if the plan was made without sizes
   */
  public long flops() {
    return compilation().operations().evaluate(this::value);
  }

  /**
   * Bytes that a call holds at a time apart from its inputs and outputs: its temporaries, of which
   * those that are never needed together share memory, and what its workers work in, such as packed
   * panels. Counted are array elements. This is what {@link Einkorn.Builder#memoryBudget} bounds.
   *
   * @throws IllegalStateException if the plan was made without sizes
   */
  public long peakTemporaryBytes() {
    return memory().bytes();
  }

  /**
   * The time of a call on one thread as the cost model predicts it, in nanoseconds. Plans are
   * chosen by ratios of such times; they are not made for one machine.
   *
   * @throws IllegalStateException if the plan was made without sizes
   */
  public double predictedNanos() {
    memory();
    return planned.nanos();
  }

  /**
   * This plan, which then shows a measured time beside the predicted one.
   *
   * @throws IllegalStateException if the plan was made without sizes
   */
  public Plan withMeasurement(Measurement measured) {
    memory();
    return new Plan(compilation, memory, planned, slabs, options, Optional.of(measured), device);
  }

  /** The generated Java, one class after the other. */
  public String javaSource() {
    Compilation forHost =
        device.isEmpty()
            ? compilation()
            : CompilerThread.call(() -> Pipeline.compile(planned.plan(), options));
    return forHost.sources().stream().map(EmittedSource::text).collect(Collectors.joining("\n"));
  }

  /** The generated CUDA C++: one file that needs no header. No GPU is needed to make it. */
  public String cudaSource() {
    return deviceProgram().text();
  }

  /** {@link #cudaSource} with its name and options, as NVRTC compiles it for a call. */
  public KernelSource kernelSource() {
    return CudaBackend.source(deviceProgram());
  }

  /** The plan for a GPU: its source, and the launches that make up a call. */
  DeviceProgram deviceProgram() {
    return device.orElseGet(
        () -> CompilerThread.call(() -> DevicePipeline.compile(planned.plan(), options)));
  }

  /**
   * The whole plan as text for people: programs, costs, schedules, loop nests, and what is never
   * stored.
   */
  public String explain() {
    return CompilerThread.call(() -> new PlanReport(this).text());
  }

  /**
   * The plan as one JSON object with what {@link #explain} shows. The README of the module lists
   * its members.
   */
  public String toJson() {
    return CompilerThread.call(() -> new PlanReport(this).json());
  }

  /**
   * The plan as one HTML page: what {@link #explain} shows, the flow of data drawn, and beside each
   * step its loop nest and its source. The page needs nothing else: no network and no script.
   */
  public String toHtml() {
    return CompilerThread.call(() -> new PlanPage(this).html());
  }

  /** One stage as text for people. */
  public String stage(Stage stage) {
    return new PlanReport(this).stage(stage);
  }

  /** What is computed element by element and never stored as a whole, each with its type. */
  public List<String> neverStored() {
    return new PlanReport(this).neverStored();
  }

  /**
   * In a few words how the program runs: {@code 3 loop nests, 1 temporary, slabs of 64 along r}.
   */
  public String summary() {
    List<String> parts = new ArrayList<>();
    parts.add(Quantity.count(planned.plan().steps().size(), "loop nest"));
    int temporaries = planned.plan().temporaries().size();
    if (temporaries > 0) {
      parts.add(temporaries == 1 ? "1 temporary" : temporaries + " temporaries");
    }
    parts.addAll(slabs);
    if (device.isPresent()) {
      parts.add(Quantity.count(device.get().launches().size(), "kernel"));
    } else if (hasSizes()) {
      parts.add(Quantity.count(memory().workers(), "worker"));
    }
    return String.join(", ", parts);
  }

  /** Names of the outputs, in the order of the program. */
  public List<String> outputNames() {
    return planned.plan().written().outputs();
  }

  Compilation compilation() {
    return compilation.get();
  }

  /** How the plan was found. */
  PlannedProgram planned() {
    return planned;
  }

  /** The time of a call, if it has been measured. */
  Optional<Measurement> measurement() {
    return measurement;
  }

  /** What runs slab by slab: {@code slabs of 64 along r, steps 1 to 2}. */
  List<String> slabs() {
    return slabs;
  }

  /** Whether calls run on a GPU. */
  boolean isForDevice() {
    return device.isPresent();
  }

  boolean hasSizes() {
    return memory.isPresent();
  }

  /** The value of an extent. */
  long value(Extent extent) {
    return memory().sizes().value(extent);
  }

  /** What a call allocates. */
  CallMemory memory() {
    return memory
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "this plan was made without inputs, so sizes are unknown"))
        .get();
  }
}
