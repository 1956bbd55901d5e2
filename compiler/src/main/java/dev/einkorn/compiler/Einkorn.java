package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.jit.JaninoPreload;
import dev.einkorn.compiler.jit.KernelCache;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.CostModel;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.InPlace;
import dev.einkorn.compiler.optimize.OrderGoal;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import dev.einkorn.compiler.optimize.path.TreeSyntaxException;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.schedule.MatrixProduct;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.CudaLibraries;
import dev.einkorn.runtime.kernel.TeamSize;
import dev.einkorn.runtime.kernel.WorkspacePool;
import dev.einkorn.runtime.tier.TierPolicy;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The door to the compiler. The static methods use one shared instance with default options; {@link
 * #builder} makes an instance with other options, whose own methods are named {@link #prepare},
 * {@link #prepareEinsum}, {@link #run} and {@link #contract}. Instances are safe to share between
 * threads.
 *
 * {@snippet lang=java :
 * Tensor c = Einkorn.einsum("ik,kj->ij", a, b);
 * Tensor s = Einkorn.evaluate("s = A[i,j] * A[i,j]", Map.of("A", a));
 * CompiledProgram f = Einkorn.compile("E[n,k,d] = A[n,h,d] * B[k,h,d]");
 * Einkorn strict = Einkorn.builder().mode(Mode.STRICT).build();
 * Tensor t = strict.contract("ii->", a);
 * }
 */
public final class Einkorn {
  private static final int MOST_KERNELS = 1024;
  private static final int MOST_PROGRAMS = 1024;

  /** Of so many bytes of heap, workspaces that no call uses may keep one. */
  private static final int HEAP_PER_IDLE_WORKSPACES = 4;

  /** The instance behind the static methods, made when first used. */
  private static final class Shared {
    static final Einkorn INSTANCE = builder().build();
  }

  /** Ends the threads of instances that are gone. */
  private static final class Cleaning {
    static final Cleaner CLEANER = Cleaner.create();
  }

  private static final Duration PLANNING_LIMIT = Duration.ofMillis(500);

  /** Plans with still smaller temporaries are not told apart. */
  private static final long LEAST_TEMPORARY = 64;

  private final Backend backend;
  private final Mode mode;
  private final Optional<MatrixPrecision> matrixPrecision;
  private final int threads;
  private final long memoryBudget;
  private final long slabCache;
  private final double inPlaceBytes;
  private final WorkspacePool workspaces;
  private final Map<String, Schedule> schedules;
  private final Map<String, ContractionTree> orders;
  private final ContractionGoal goal;
  private final Duration planningLimit;
  private final PlanCache planCache;
  private final Target target;
  private final TierPolicy tierPolicy = TierPolicy.fromSystemProperty();
  private volatile @Nullable WorkerPool ownPool;
  private final Optional<CudaDevice> givenDevice;
  private volatile @Nullable CudaBackend cuda;
  private final KernelClassCompiler compiler = new KernelClassCompiler();
  private final KernelCache<Executable.Key, Executable> executables =
      new KernelCache<>(MOST_KERNELS);
  private final KernelCache<String, CompiledProgram> programs = new KernelCache<>(MOST_PROGRAMS);
  private final KernelCache<String, CompiledProgram> einsums = new KernelCache<>(MOST_PROGRAMS);

  private Einkorn(Builder builder) {
    backend = builder.backend;
    mode = builder.mode;
    matrixPrecision = builder.matrixPrecision;
    threads = builder.threads;
    memoryBudget = builder.memoryBudget;
    slabCache = builder.slabCache;
    inPlaceBytes = builder.inPlaceBytes;
    workspaces =
        new WorkspacePool(
            Math.min(memoryBudget, Runtime.getRuntime().maxMemory() / HEAP_PER_IDLE_WORKSPACES));
    schedules = Map.copyOf(builder.schedules);
    orders = Collections.unmodifiableMap(new LinkedHashMap<>(builder.orders));
    goal = builder.goal;
    if (backend == Backend.CPU) {
      JaninoPreload.start();
    }
    givenDevice = Optional.ofNullable(builder.device);
    cuda = builder.cuda;
    planningLimit = builder.planningLimit;
    Target host = Host.target(threads);
    planCache = PlanCache.of(builder.planCache, host);
    Target usual = tierPolicy == TierPolicy.SCALAR ? host.withoutSimd() : host;
    target = builder.target == null ? usual : builder.target;
  }

  /** Options for an instance. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * {@code numpy.einsum}: the subscripts of each operand and of the result, at once. See {@code
   * LANGUAGE.md} section 6.
   *
   * @return a new row-major tensor of the promoted element type
   * @throws CompileException if the subscripts are malformed or do not fit the operands
   */
  public static Tensor einsum(String subscripts, Tensor... operands) {
    return Shared.INSTANCE.contract(subscripts, operands);
  }

  /**
   * Computes the one output of a program.
   *
   * @throws CompileException if the program is wrong or does not fit the inputs
   * @throws KernelException if the computation itself fails
   * @throws IllegalArgumentException if the program has several outputs; use {@link #compile}
   */
  public static Tensor evaluate(String program, Map<String, Tensor> inputs) {
    return Shared.INSTANCE.run(program, inputs);
  }

  /**
   * Reads a program and checks what can be checked without types.
   *
   * @throws CompileException with every error found
   */
  public static CompiledProgram compile(String program) {
    return Shared.INSTANCE.prepare(program);
  }

  /** {@link #compile} with this instance's options. */
  public CompiledProgram prepare(String program) {
    return prepare(SourceText.of(program));
  }

  /** {@link #compile} with this instance's options, of a text whose name errors mention. */
  public CompiledProgram prepare(SourceText program) {
    return new CompiledProgram(this, new TextFrontend(program));
  }

  /**
   * An einsum string as a program whose inputs are named {@code A}, {@code B}, ... in order.
   *
   * @throws CompileException if the string is malformed
   */
  public CompiledProgram prepareEinsum(String subscripts) {
    return new CompiledProgram(this, new EinsumFrontend(subscripts));
  }

  /** {@link #evaluate} with this instance's options. */
  public Tensor run(String program, Map<String, Tensor> inputs) {
    return single(program(program).call(inputs));
  }

  /** {@link #einsum} with this instance's options. */
  public Tensor contract(String subscripts, Tensor... operands) {
    return einsums.get(subscripts, () -> prepareEinsum(subscripts)).compute(operands);
  }

  /** A program that is kept. */
  CompiledProgram program(String text) {
    return programs.get(text, () -> prepare(text));
  }

  private static Tensor single(Map<String, Tensor> outputs) {
    if (outputs.size() != 1) {
      throw new IllegalArgumentException(
          "the program has the outputs " + outputs.keySet() + ", not one; compile it and call it");
    }
    return outputs.values().iterator().next();
  }

  /** Where programs run. */
  public Backend backend() {
    return backend;
  }

  /**
   * The GPU that programs run on: the one that the builder was given, else the first of this
   * machine, opened when it is first needed. Tensors for {@link CompiledProgram#callOnDevice} are
   * made by it. It is closed by whoever has it, at the latest when this instance is gone.
   *
   * @throws IllegalStateException if programs run elsewhere
   * @throws CudaUnavailableException if there is no GPU, no driver or no NVRTC
   */
  public CudaDevice device() {
    if (backend != Backend.CUDA) {
      throw new IllegalStateException(
          "programs run on " + backend + "; a device is for Backend.CUDA");
    }
    return cuda().device();
  }

  /** What runs programs on the GPU. */
  CudaBackend cuda() {
    CudaBackend found = cuda;
    return found == null ? findCuda() : found;
  }

  private synchronized CudaBackend findCuda() {
    CudaBackend found = cuda;
    if (found == null) {
      found = CudaBackend.find(CudaLibraries.find(), givenDevice);
      cuda = found;
    }
    return found;
  }

  /** What the compiler may do to the arithmetic. */
  public Mode mode() {
    return mode;
  }

  /** The most threads that a kernel may use; small work gets fewer. */
  public int threads() {
    return threads;
  }

  /** What to compile with this instance's options. */
  Executable.Request request(
      ExecutionPlan plan, List<Layout> layouts, boolean wide, Optional<CallShape> shape) {
    return new Executable.Request(
        plan, layouts, wide, schedules, shape, Optional.empty(), target, arithmetic());
  }

  /** How to compile for a GPU. */
  PipelineOptions deviceOptions(
      Map<String, Layout> layouts, boolean wide, Optional<CallShape> shape) {
    return new PipelineOptions(
        layouts, wide, schedules, KernelClassCompiler.PACKAGE, shape, Target.SCALAR, arithmetic());
  }

  /** What to compile of a plan that runs in stages, which no pinned schedule is for. */
  Executable.Request request(
      ExecutionPlan plan, List<Layout> layouts, boolean wide, CallShape shape) {
    return new Executable.Request(
        plan, layouts, wide, Map.of(), Optional.of(shape), Optional.empty(), target, arithmetic());
  }

  /**
   * What to compile for workers who run slabs alone.
   *
   * @param shape of a slab
   * @param whole the shape of all slabs together, by which values are rounded
   */
  Executable.Request slabRequest(
      ExecutionPlan plan, List<Layout> layouts, boolean wide, CallShape shape, CallShape whole) {
    return new Executable.Request(
        plan,
        layouts,
        wide,
        Map.of(),
        Optional.of(shape),
        Optional.of(whole),
        target.alone(),
        arithmetic());
  }

  /** The plan with large temporaries where outputs will lie. */
  PlannedProgram inPlace(PlannedProgram planned, PlanRequest request, Map<String, Geometry> known) {
    return schedules.isEmpty()
        ? InPlace.of(
            planned,
            request,
            output -> !known.containsKey(output) || known.get(output).isRowMajor(),
            inPlaceBytes)
        : planned;
  }

  /** The plan in slabs, if that makes it faster within the memory budget. */
  Optional<SlabFit> slabsForSpeed(ExecutionPlan plan, Sizes sizes, Map<String, Geometry> known) {
    return schedules.isEmpty()
        ? new SlabFit.Search(this, plan, sizes, known).forSpeed()
        : Optional.empty();
  }

  /** The plan in slabs that fit the memory budget, or in the smallest ones if none do. */
  Optional<SlabFit> slabsForMemory(ExecutionPlan plan, Sizes sizes, Map<String, Geometry> known) {
    return schedules.isEmpty()
        ? new SlabFit.Search(this, plan, sizes, known).forMemory()
        : Optional.empty();
  }

  /** Bytes of the cache that the temporaries of a slab should stay in. */
  long slabCache() {
    return slabCache > 0 ? slabCache : target.l2();
  }

  /** The most bytes that a call may take. */
  long memoryBudget() {
    return memoryBudget;
  }

  /**
   * What plans to make for a call, until one fits the memory budget: the fastest one, then those
   * with ever smaller temporaries, and last the one in the written order.
   */
  List<PlanRequest> planRequests(Sizes sizes) {
    PlanRequest fastest = planRequest(sizes::value);
    List<PlanRequest> requests = new ArrayList<>(List.of(fastest));
    if (fastest.regroups() && memoryBudget < Long.MAX_VALUE) {
      for (long bytes = memoryBudget; bytes >= LEAST_TEMPORARY; bytes /= 4) {
        requests.add(fastest.withIntermediateBytes(bytes));
      }
      requests.add(fastest.withIntermediateBytes(0));
      requests.add(fastest.asWritten());
    }
    return requests;
  }

  /** What plan to make where sizes are not known. */
  PlanRequest typicalRequest() {
    return planRequest(PlanRequest::typical);
  }

  private PlanRequest planRequest(ToLongFunction<Extent> sizes) {
    // A schedule that is given is for a statement as it is written.
    boolean regroups = mode != Mode.STRICT && schedules.isEmpty();
    CostModel model = CostModel.of(target.l2(), target.l3(), OrderGoal.valueOf(goal.name()));
    return new PlanRequest(
        sizes,
        regroups,
        mode == Mode.FAST,
        backend == Backend.CUDA ? model.onDevice() : model,
        Long.MAX_VALUE,
        planningLimit,
        orders);
  }

  /** Where plans come from. */
  PlanCache planCache() {
    return planCache;
  }

  /** Whether a call may take so much working memory. */
  boolean isWithinBudget(long bytes) {
    return bytes <= memoryBudget;
  }

  /** What runs a request, within the memory budget if that is possible. */
  BudgetFit fit(Executable.Request request, Sizes sizes, long workspaceBytes) {
    return CompilerThread.call(
        () -> BudgetFit.of(request, tierPolicy, sizes, workspaceBytes, memoryBudget, threads));
  }

  Executable executable(Executable.Chosen chosen) {
    return CompilerThread.call(
        () ->
            executables.get(chosen.key(), () -> Executable.compile(chosen, compiler, tierPolicy)));
  }

  /** Which kernels answer. */
  TierPolicy tierPolicy() {
    return tierPolicy;
  }

  /** Where calls find the memory of their temporaries. */
  WorkspacePool workspaces() {
    return workspaces;
  }

  /** The number of workers for a call that takes one of them so many nanoseconds. */
  int workers(double nanos) {
    return TeamSize.of(nanos, threads);
  }

  /** The threads that share the work of a call. */
  WorkerPool pool() {
    if (threads <= WorkerPool.shared().threads()) {
      return WorkerPool.shared();
    }
    WorkerPool pool = ownPool;
    if (pool == null) {
      pool = makePool();
    }
    return pool;
  }

  private synchronized WorkerPool makePool() {
    WorkerPool pool = ownPool;
    if (pool == null) {
      pool = new WorkerPool(threads);
      Cleaning.CLEANER.register(this, pool::close);
      ownPool = pool;
    }
    return pool;
  }

  private Arithmetic arithmetic() {
    Arithmetic usual =
        switch (mode) {
          case STRICT -> Arithmetic.STRICT;
          case DETERMINISTIC -> Arithmetic.DETERMINISTIC;
          case FAST -> Arithmetic.FAST;
        };
    return matrixPrecision.map(given -> usual.withProducts(products(given))).orElse(usual);
  }

  private static MatrixProduct products(MatrixPrecision precision) {
    return switch (precision) {
      case F32 -> MatrixProduct.F32;
      case TF32 -> MatrixProduct.TF32;
      case BF16 -> MatrixProduct.BF16;
    };
  }

  /**
   * Refuses what is over the budget.
   *
   * @param requiredBytes of a call at the least, its temporaries included
   */
  void checkBudget(long temporaryBytes, long requiredBytes) {
    if (requiredBytes > memoryBudget) {
      throw new MemoryBudgetException(memoryBudget, temporaryBytes, requiredBytes);
    }
  }

  /** Options; each has a default. Not thread-safe. */
  public static final class Builder {
    private Backend backend = Backend.CPU;
    private Mode mode = Mode.DETERMINISTIC;
    private Optional<MatrixPrecision> matrixPrecision = Optional.empty();
    private int threads = Runtime.getRuntime().availableProcessors();
    private long memoryBudget = Long.MAX_VALUE;
    private long slabCache;
    private double inPlaceBytes = InPlace.LEAST_BYTES;
    private Duration planningLimit = PLANNING_LIMIT;
    private Optional<Path> planCache = Optional.empty();
    private @Nullable Target target;
    private @Nullable CudaDevice device;
    private @Nullable CudaBackend cuda;
    private final Map<String, Schedule> schedules = new LinkedHashMap<>();
    private final Map<String, ContractionTree> orders = new LinkedHashMap<>();
    private ContractionGoal goal = ContractionGoal.TIME;

    private Builder() {}

    /** Where programs run; the default is {@link Backend#CPU}. */
    public Builder backend(Backend value) {
      backend = value;
      return this;
    }

    /**
     * The GPU that programs run on with {@link Backend#CUDA}; the default is the first one of this
     * machine. The caller closes it, after the last call.
     */
    public Builder device(CudaDevice value) {
      device = value;
      return this;
    }

    /** What runs programs on a GPU, instead of what this machine has; for tests. */
    Builder cuda(CudaBackend value) {
      cuda = value;
      return this;
    }

    /** What the compiler may do to the arithmetic; the default is {@link Mode#DETERMINISTIC}. */
    public Builder mode(Mode value) {
      mode = value;
      return this;
    }

    /**
     * What a GPU may round factors of contractions to. By default nothing, in {@link Mode#FAST}
     * {@link MatrixPrecision#TF32}.
     */
    public Builder matrixPrecision(MatrixPrecision value) {
      matrixPrecision = Optional.of(value);
      return this;
    }

    /** The machine that schedules are chosen for; the default is this one. For tests. */
    Builder target(Target value) {
      target = value;
      return this;
    }

    /**
     * The most threads that a kernel may use; the default is the number of processors.
     *
     * @throws IllegalArgumentException if less than 1
     */
    public Builder threads(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("threads must be at least 1, found " + value);
      }
      threads = value;
      return this;
    }

    /**
     * The most bytes that a call may hold at a time for its temporaries and for what its workers
     * work in (packed panels, partial results, tables), counted in array elements; the default is
     * no bound. A call that would need more gets fewer workers, then schedules that need less,
     * which are slower and in other modes than {@link Mode#STRICT} may round differently; if that
     * is not enough, it is refused with {@link MemoryBudgetException}.
     *
     * <p>With {@link Backend#CUDA} it bounds what a call holds in the memory of the GPU beside
     * inputs and outputs, and copies of these there are not counted either.
     *
     * <p>Calls that run at the same time have the budget each. Not counted are inputs and outputs,
     * the copy of an output that overlaps another tensor of the call, and what compiling and
     * warming up kernels takes. Between calls, workspaces of at most the budget wait for the next
     * call, and each worker keeps its longest arrays.
     *
     * @throws IllegalArgumentException if negative
     */
    public Builder memoryBudget(long bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("a memory budget cannot be negative: " + bytes);
      }
      memoryBudget = bytes;
      return this;
    }

    /**
     * What contraction orders keep small; the default is the predicted time. Has no effect in
     * {@link Mode#STRICT}, which contracts as written.
     */
    public Builder contractionGoal(ContractionGoal value) {
      goal = value;
      return this;
    }

    /**
     * The time after which planning takes the best plan found so far; the default is half a second.
     * It is looked at between steps of the search, of which one with thousands of operands can take
     * a second by itself. Where the limit is met, plans, and with them roundings, may differ from
     * run to run; {@link Plan#explain} says so.
     *
     * @throws IllegalArgumentException if negative
     */
    public Builder planningLimit(Duration value) {
      if (value.isNegative()) {
        throw new IllegalArgumentException("a planning limit cannot be negative: " + value);
      }
      planningLimit = value;
      return this;
    }

    /**
     * The folder in which plans are kept that took more than a few milliseconds to find; it is made
     * when first needed. By default there is none, unless the system property {@code
     * einkorn.plan.cache} names one; if that is {@code off}, there is none in any case. Several
     * processes may share it. Kept are the choices of the search, for one program, its sizes, these
     * options, this version and this kind of machine. They are checked by making them again, so a
     * damaged or wrong file is ignored with a warning of the logger {@code
     * dev.einkorn.compiler.PlanCache}; somebody who can write to the folder can make programs slow,
     * but not wrong.
     */
    public Builder planCache(Path folder) {
      planCache = Optional.of(folder);
      return this;
    }

    /** The cache that slabs are made for, instead of that of this machine; for tests. */
    Builder slabCache(long bytes) {
      slabCache = bytes;
      return this;
    }

    /** Bytes of temporaries that are computed where outputs will lie. For tests. */
    Builder inPlaceFrom(long bytes) {
      inPlaceBytes = bytes;
      return this;
    }

    /**
     * Pins the schedule of the step that computes {@code target}, for instance {@code reorder(i,
     * k); hoist()}.
     *
     * @throws ScheduleException if the text is no schedule; whether it is legal shows when a
     *     program is compiled
     */
    public Builder schedule(String target, String schedule) {
      schedules.put(target, Schedule.parse(schedule));
      return this;
    }

    /**
     * Pins the contraction order of the statement that computes {@code target}, for instance {@code
     * ((0 1) 2)}. Its value must be one product of two factors or more. They are numbered from 0 as
     * they are written; nested products and sums over indices are taken apart, and a sum of terms
     * in brackets is one factor. Brackets are loop nests: {@code (0 1 2)} is one over three
     * factors, {@code ((0) 1)} first sums factor 0 over the indices that only it has. A nest that
     * sums over nothing is multiplied where it is read. What such a statement reads is stored as
     * written, and nothing in it is distributed or factored.
     *
     * @throws ScheduleException if the text is no order; whether it fits shows when a program is
     *     planned or called
     */
    public Builder order(String target, String tree) {
      try {
        orders.put(target, ContractionTree.parse(tree));
      } catch (TreeSyntaxException e) {
        throw new ScheduleException(
            "the order '%s' of %s is no contraction tree: %s"
                .formatted(tree, target, e.getMessage()));
      }
      return this;
    }

    /**
     * The instance.
     *
     * @throws ScheduleException if orders are pinned in {@link Mode#STRICT}, which regroups nothing
     * @throws IllegalArgumentException if factors are to be rounded in {@link Mode#STRICT}
     */
    public Einkorn build() {
      if (mode == Mode.STRICT && !orders.isEmpty()) {
        throw new ScheduleException(
            "strict mode computes in the written order, so none can be pinned: "
                + String.join(", ", orders.keySet()));
      }
      if (mode == Mode.STRICT
          && matrixPrecision.orElse(MatrixPrecision.F32) != MatrixPrecision.F32) {
        throw new IllegalArgumentException(
            "strict mode rounds as written, so matrices are not multiplied in "
                + matrixPrecision.orElse(MatrixPrecision.F32));
      }
      return new Einkorn(this);
    }
  }
}
