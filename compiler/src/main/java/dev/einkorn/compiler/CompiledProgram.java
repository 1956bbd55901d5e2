package dev.einkorn.compiler;

import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.jit.KernelCache;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Strided;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.cuda.CudaException;
import dev.einkorn.runtime.cuda.DeviceTensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A program that can be called again and again, with tensors of any sizes, strides and storage.
 * Kernels are compiled when a combination of element types, ranks and layouts is first seen, and
 * kept. Immutable to its callers and safe to share between threads.
 *
 * {@snippet lang=java :
 * CompiledProgram f = Einkorn.compile("E[n,k,d] = A[n,h,d] * B[k,h,d]");
 * Tensor e = f.call(Map.of("A", a, "B", b)).get("E");
 * }
 */
public final class CompiledProgram {
  private static final int MOST_CALLS = 1024;
  private static final int MOST_RECENT = 8;

  private final Einkorn einkorn;
  private final Frontend frontend;
  private final Specializer specializer;
  private final List<String> inputNames;
  private final List<String> outputNames;

  /** For each output which input has its first value, or -1. */
  private final int[] initial;

  private final KernelCache<List<Optional<Geometry>>, BoundCall> calls =
      new KernelCache<>(MOST_CALLS);

  /** What calls have run or are about to run, in no order; what no call needs any more goes. */
  private final Set<Executable> executables =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final DeviceCalls device;

  /** The kinds of call seen last, found without a lock or an allocation. Never written to. */
  private volatile BoundCall[] recent = {};

  CompiledProgram(Einkorn einkorn, Frontend frontend) {
    this.einkorn = einkorn;
    this.frontend = frontend;
    this.specializer = new Specializer(frontend);
    this.inputNames = frontend.inputs().stream().map(Frontend.Parameter::name).toList();
    this.outputNames = frontend.outputs();
    this.initial = outputNames.stream().mapToInt(inputNames::indexOf).toArray();
    this.device = new DeviceCalls(einkorn, specializer, inputNames, outputNames, initial);
  }

  /** Names of the tensors that a call must pass, in order of first appearance. */
  public List<String> inputNames() {
    return inputNames;
  }

  /** Names of the tensors that a call computes, in the order of the program. */
  public List<String> outputNames() {
    return outputNames;
  }

  /** Tensors by the names of the inputs, in order; superfluous ones get names that no input has. */
  private Map<String, Tensor> named(Tensor[] tensors) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (int n = 0; n < tensors.length; n++) {
      boolean known = n < inputNames.size();
      named.put(known ? inputNames.get(n) : "operand " + (n + 1), tensors[n]);
    }
    return named;
  }

  /**
   * Computes the outputs into new row-major tensors.
   *
   * @param inputs by name; for an accumulated output ({@code C[i] += ...}) also its first value,
   *     which is not changed
   * @return the outputs by name, in the order of the program; the map cannot be changed
   * @throws CompileException if names, ranks, extents or types do not fit the program, with every
   *     error
   * @throws KernelException if the computation itself fails, for instance by an integer division by
   *     zero
   * @throws MemoryBudgetException if no way to compute them fits the memory budget
   */
  public Map<String, Tensor> call(Map<String, Tensor> inputs) {
    return call(inputs, Map.of());
  }

  /**
   * Computes the outputs, some or all into the caller's tensors.
   *
   * @param inputs by name
   * @param outputs tensors to write to, by name, of the exact type and shape and of any strides
   *     that do not make two positions share an element. One that overlaps an input or another
   *     output is computed aside and then copied. An accumulated output is read first, unless
   *     {@code inputs} has its first value.
   * @return all outputs by name; the caller's own tensor objects where given; the map cannot be
   *     changed
   * @throws IllegalArgumentException if an output is unknown, of another type or shape, or writes
   *     an element twice
   * @throws CompileException as for {@link #call(Map)}
   * @throws KernelException as for {@link #call(Map)}; the caller's outputs are then undefined
   */
  public Map<String, Tensor> call(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    @Nullable Tensor[] frame = new @Nullable Tensor[inputNames.size() + outputNames.size()];
    arrange(inputs, outputs, frame);
    return byName(fill(frame));
  }

  /**
   * Computes the outputs from tensors in the memory of a GPU into new row-major tensors there,
   * which the caller closes. Returns as soon as the work is in the device's stream; what uses the
   * outputs waits for it, and failures of the device show there. A program that may fail for values
   * of its inputs, by an integer division or an index that is read from a tensor, is waited for.
   *
   * @param inputs by name, made by {@link Einkorn#device}
   * @return the outputs by name, in the order of the program; the map cannot be changed
   * @throws IllegalStateException if programs do not run on a GPU, or a tensor is closed
   * @throws CudaUnavailableException if there is no GPU, no driver or no NVRTC
   * @throws CudaException if the device has not enough memory, or is lost
   * @throws CompileException as for {@link #call(Map)}
   * @throws KernelException as for {@link #call(Map)}
   * @throws MemoryBudgetException as for {@link #call(Map)}
   */
  public Map<String, DeviceTensor> callOnDevice(Map<String, DeviceTensor> inputs) {
    return callOnDevice(inputs, Map.of());
  }

  /**
   * As {@link #callOnDevice(Map)}, some or all outputs into the caller's tensors, of which the same
   * holds as for {@link #call(Map, Map)}.
   *
   * @return all outputs by name; the caller's own tensor objects where given
   * @throws IllegalArgumentException as for {@link #call(Map, Map)}, or if a tensor is of another
   *     device
   */
  public Map<String, DeviceTensor> callOnDevice(
      Map<String, DeviceTensor> inputs, Map<String, DeviceTensor> outputs) {
    @Nullable DeviceTensor[] frame =
        new @Nullable DeviceTensor[inputNames.size() + outputNames.size()];
    arrange(inputs, outputs, frame);
    return byName(device.run(frame));
  }

  /**
   * Computes the outputs into the caller's tensors, all of them by position: the call that costs
   * least.
   *
   * @param inputs in the order of {@link #inputNames}
   * @param outputs in the order of {@link #outputNames}, as for {@link #call(Map, Map)}; an
   *     accumulated output stands here and, with its first value, among the inputs
   * @throws IllegalArgumentException as for {@link #call(Map, Map)}, or if there are not as many
   *     outputs as the program has
   * @throws CompileException as for {@link #call(Map)}
   * @throws KernelException as for {@link #call(Map, Map)}
   */
  public void run(Tensor[] inputs, Tensor[] outputs) {
    if (outputs.length != outputNames.size()) {
      throw new IllegalArgumentException(
          "UNKNOWN_OUTPUT: %s tensors are passed for the outputs %s"
              .formatted(outputs.length, outputNames));
    }
    @Nullable Tensor[] frame = frame(inputs);
    System.arraycopy(outputs, 0, frame, inputs.length, outputs.length);
    fill(frame);
  }

  /**
   * Waits until the kernels of the calls made so far are those that will answer from now on: scalar
   * kernels answer first, and vector kernels take over once they are warm. For benchmarks.
   *
   * @return whether they are, after at most {@code timeout}; true if there is nothing to wait for
   */
  public boolean awaitWarm(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    for (Executable executable : snapshot()) {
      if (!executable.tiers().await(end - System.nanoTime())) {
        return false;
      }
    }
    return true;
  }

  /**
   * For each kernel of the calls made so far which tier answers and why, for instance {@code scalar
   * kernels: the vector kernels still allocate 4096 bytes a call when warm}.
   */
  public List<String> tiers() {
    return snapshot().stream().map(executable -> executable.tiers().note()).sorted().toList();
  }

  private List<Executable> snapshot() {
    synchronized (executables) {
      return List.copyOf(executables);
    }
  }

  /** Computes the first output of inputs in order. */
  Tensor compute(Tensor[] inputs) {
    return fill(frame(inputs))[inputs.length];
  }

  /** A frame with these inputs, in order, and no outputs. */
  private @Nullable Tensor[] frame(Tensor[] inputs) {
    if (inputs.length != inputNames.size()) {
      specializer.specialize(named(inputs));
      throw new AssertionError("the checker accepts " + inputs.length + " operands");
    }
    @Nullable Tensor[] frame = new @Nullable Tensor[inputs.length + outputNames.size()];
    System.arraycopy(inputs, 0, frame, 0, inputs.length);
    return frame;
  }

  /** Puts tensors into an empty frame. */
  private <T extends Strided> void arrange(
      Map<String, T> inputs, Map<String, T> outputs, @Nullable T[] frame) {
    int count = inputNames.size();
    int unused = inputs.size() + outputs.size();
    for (int n = 0; n < outputNames.size() && !outputs.isEmpty(); n++) {
      T output = outputs.get(outputNames.get(n));
      if (output != null) {
        frame[count + n] = output;
        unused--;
        if (initial[n] >= 0) {
          frame[initial[n]] = output;
        }
      }
    }
    boolean complete = true;
    for (int n = 0; n < count; n++) {
      T input = inputs.get(inputNames.get(n));
      if (input != null) {
        frame[n] = input;
        unused--;
      }
      complete &= frame[n] != null;
    }
    if (!complete || unused != 0) {
      throw specializer.refusal(inputs, outputs);
    }
  }

  /** Fills in the outputs of a frame. */
  private Tensor[] fill(@Nullable Tensor[] frame) {
    @Nullable Tensor @Nullable [] wanted = separate(frame);
    BoundCall bound = bind(frame);
    if (wanted == null) {
      return bound.run(frame);
    }
    for (int n = 0; n < wanted.length; n++) {
      Tensor output = wanted[n];
      if (output != null) {
        bound.check(n, output);
      }
    }
    Tensor[] computed = bound.run(frame);
    int inputs = inputNames.size();
    for (int n = 0; n < wanted.length; n++) {
      Tensor output = wanted[n];
      if (output != null) {
        output.copyFrom(computed[inputs + n]);
        computed[inputs + n] = output;
      }
    }
    return computed;
  }

  /**
   * Takes those outputs out of a frame that share memory with another tensor of it, so that they
   * are computed aside.
   *
   * @return what was taken out, by the number of the output; null if nothing was
   */
  private @Nullable Tensor @Nullable [] separate(@Nullable Tensor[] frame) {
    @Nullable Tensor @Nullable [] wanted = null;
    int inputs = inputNames.size();
    for (int n = 0; n < outputNames.size(); n++) {
      Tensor output = frame[inputs + n];
      if (output != null && isShared(frame, n, output)) {
        if (wanted == null) {
          wanted = new @Nullable Tensor[outputNames.size()];
        }
        wanted[n] = output;
      }
    }
    for (int n = 0; wanted != null && n < wanted.length; n++) {
      if (wanted[n] != null) {
        frame[inputs + n] = null;
      }
    }
    return wanted;
  }

  /** Whether an output overlaps an input, its own first value apart, or an output before it. */
  private boolean isShared(@Nullable Tensor[] frame, int n, Tensor output) {
    int inputs = inputNames.size();
    for (int other = 0; other < inputs + n; other++) {
      Tensor tensor = frame[other];
      if (tensor != null && other != initial[n] && output.overlaps(tensor)) {
        return true;
      }
    }
    return false;
  }

  private <T> Map<String, T> byName(T[] frame) {
    int inputs = inputNames.size();
    if (outputNames.size() == 1) {
      return Map.of(outputNames.getFirst(), frame[inputs]);
    }
    Map<String, T> results = new LinkedHashMap<>();
    for (int n = 0; n < outputNames.size(); n++) {
      results.put(outputNames.get(n), frame[inputs + n]);
    }
    return Collections.unmodifiableMap(results);
  }

  private BoundCall bind(@Nullable Tensor[] frame) {
    for (BoundCall call : recent) {
      if (call.fits(frame)) {
        return call;
      }
    }
    List<Optional<Geometry>> key =
        Arrays.stream(frame).map(t -> Optional.ofNullable(t).map(Geometry::of)).toList();
    BoundCall bound = calls.get(key, () -> bindNew(frame));
    remember(bound);
    return bound;
  }

  private synchronized void remember(BoundCall call) {
    BoundCall[] now = new BoundCall[Math.min(recent.length + 1, MOST_RECENT)];
    now[0] = call;
    System.arraycopy(recent, 0, now, 1, now.length - 1);
    recent = now;
  }

  private BoundCall bindNew(@Nullable Tensor[] frame) {
    Map<String, Tensor> passed = new LinkedHashMap<>();
    for (int n = 0; n < inputNames.size(); n++) {
      Tensor input = frame[n];
      if (input != null) {
        passed.put(inputNames.get(n), input);
      }
    }
    Specialization specialization = specializer.specialize(passed);
    Sizes sizes = specialization.sizes(passed);
    List<String> names = new ArrayList<>(inputNames);
    names.addAll(outputNames);
    return new BoundCall(
        specialization,
        sizes,
        frame,
        initial,
        () ->
            switch (einkorn.backend()) {
              case CPU -> kernels(specialization, sizes, names, frame);
              case CUDA -> new DeviceBody(device, inputNames.size(), initial);
              case REFERENCE -> interpreter(specialization, sizes);
            });
  }

  private BoundCall.Body kernels(
      Specialization specialization, Sizes sizes, List<String> names, @Nullable Tensor[] frame) {
    Map<String, Geometry> known = new LinkedHashMap<>();
    for (int n = 0; n < frame.length; n++) {
      Tensor tensor = frame[n];
      if (tensor != null) {
        known.put(names.get(n), Geometry.of(tensor));
      } else {
        known.remove(names.get(n)); // A new output, not the first value that it starts from.
      }
    }
    HostPlan plan = HostPlan.of(new HostPlan.Call(einkorn, specialization, sizes, known));
    plan.requireBudget();
    if (plan.slabs().isPresent()) {
      StagedPlan staged = plan.slabs().get().staged();
      List<Executable> stages =
          staged.parts().stream().map(part -> einkorn.executable(part.chosen())).toList();
      executables.addAll(stages);
      return new StagedBody(
          staged, stages, names, einkorn.workspaces(), einkorn.pool(), plan.workers());
    }
    Executable executable = einkorn.executable(plan.fit().chosen());
    executables.add(executable);
    return new KernelBody(
        executable,
        Executable.operands(plan.planned().plan().optimized()),
        sizes,
        names,
        plan.layout(),
        einkorn.workspaces(),
        einkorn.pool(),
        plan.workers(executable.operations()));
  }

  /** Whether calls run kernels of this machine, step by step. */
  boolean hasSteps() {
    return einkorn.backend() == Backend.CPU;
  }

  /** What a call of these inputs runs, to be timed step by step. */
  StepTimer stepTimer(Map<String, Tensor> inputs) {
    Specialization specialization = specializer.specialize(inputs);
    Sizes sizes = specialization.sizes(inputs);
    Map<String, Geometry> known = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> known.put(name, Geometry.of(tensor)));
    outputNames.forEach(known::remove);
    HostPlan plan = HostPlan.of(new HostPlan.Call(einkorn, specialization, sizes, known));
    plan.requireBudget();
    Map<String, Tensor> tensors = new LinkedHashMap<>(inputs);
    for (String output : outputNames) {
      ElementType type = specialization.program().typeOf(output).elementType();
      tensors.put(output, Tensor.zeros(type, specialization.shape(output, sizes)));
    }
    StagedPlan steps = plan.byStep();
    int workers = plan.workers();
    return CompilerThread.call(() -> new StepTimer(einkorn, steps, tensors, workers));
  }

  private BoundCall.Body interpreter(Specialization specialization, Sizes sizes) {
    long bytes = WorkspaceLayout.of(specialization.plan(), sizes).bytes();
    einkorn.checkBudget(bytes, bytes);
    return call -> interpret(specialization, call);
  }

  private void interpret(Specialization specialization, Tensor[] frame) {
    Map<String, Tensor> passed = new LinkedHashMap<>();
    for (int n = 0; n < inputNames.size(); n++) {
      passed.put(inputNames.get(n), frame[n]);
    }
    Map<String, Tensor> values =
        CompilerThread.call(() -> ReferenceInterpreter.evaluate(specialization.program(), passed));
    for (int n = 0; n < outputNames.size(); n++) {
      frame[inputNames.size() + n].copyFrom(value(values, outputNames.get(n)));
    }
  }

  /**
   * The plan for inputs of these types, sizes and layouts, with row-major outputs; nothing is
   * computed. It fits the memory budget if any does.
   *
   * @throws CompileException as for {@link #call(Map)}
   */
  public Plan plan(Map<String, Tensor> inputs) {
    Specialization specialization = specializer.specialize(inputs);
    Sizes sizes = specialization.sizes(inputs);
    boolean onDevice = einkorn.backend() == Backend.CUDA;
    Map<String, Geometry> known = new LinkedHashMap<>();
    for (TensorDeclaration input : specialization.plan().optimized().inputs()) {
      Tensor tensor = value(inputs, input.name());
      known.put(input.name(), onDevice ? Geometry.uploaded(tensor) : Geometry.of(tensor));
    }
    CallPlan plan =
        onDevice
            ? DevicePlan.of(einkorn, specialization, sizes, known)
            : HostPlan.of(new HostPlan.Call(einkorn, specialization, sizes, known));
    return plan.plan();
  }

  /**
   * The plan for row-major inputs of unknown sizes, as for extents of a few hundred.
   *
   * @param elementType of every input whose type the program does not declare
   * @throws CompileException if the program is wrong for such inputs, or the rank of an input
   *     cannot be known
   */
  public Plan plan(ElementType elementType) {
    Map<String, InputType> types = new LinkedHashMap<>();
    for (Frontend.Parameter parameter : frontend.inputs()) {
      if (parameter.rank() < 0) {
        throw new IllegalArgumentException(
            "the rank of " + parameter.name() + " is not known without a tensor; pass the inputs");
      }
      ElementType type = parameter.declared().orElse(elementType);
      types.put(parameter.name(), InputType.ofRank(type, parameter.rank()));
    }
    return CompilerThread.call(
        () -> {
          var specialization = new Specialization(frontend.check(types));
          PlannedProgram planned =
              einkorn
                  .planCache()
                  .plan(specialization.program(), Map.of(), einkorn.typicalRequest());
          List<Layout> layouts = new ArrayList<>();
          for (TensorDeclaration tensor : Executable.operands(planned.plan().optimized())) {
            layouts.add(Layout.rowMajor(tensor.type().rank()));
          }
          boolean wide = Specialization.needsLongPositions(planned.plan());
          if (einkorn.backend() == Backend.CUDA) {
            return DevicePlan.typical(einkorn, planned, wide);
          }
          Executable.Request request =
              einkorn.request(planned.plan(), layouts, wide, Optional.empty());
          return new Plan(
              Executable.choose(request)::compilation,
              Optional.empty(),
              planned,
              List.of(),
              request.options());
        });
  }

  private static Tensor value(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalStateException("internal error: no tensor " + name);
    }
    return tensor;
  }
}
