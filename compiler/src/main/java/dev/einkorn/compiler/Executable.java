package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.LoweredPlan;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import dev.einkorn.runtime.WorkerPool;
import dev.einkorn.runtime.kernel.TeamSize;
import dev.einkorn.runtime.tier.BackgroundCompiler;
import dev.einkorn.runtime.tier.Candidate;
import dev.einkorn.runtime.tier.KernelSet;
import dev.einkorn.runtime.tier.TierPolicy;
import dev.einkorn.runtime.tier.TieredKernels;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The kernels of a plan for one class of layouts and one choice of schedules. */
final class Executable {
  /**
   * What a call wants compiled.
   *
   * @param layouts of the operands, in their order
   * @param schedules given by the user
   * @param shape of the call, if it is known
   * @param rounding the shape that decides roundings, if it is another one
   */
  record Request(
      ExecutionPlan plan,
      List<Layout> layouts,
      boolean wide,
      Map<String, Schedule> schedules,
      Optional<CallShape> shape,
      Optional<CallShape> rounding,
      Target target,
      Arithmetic arithmetic) {
    PipelineOptions options() {
      Map<String, Layout> byName = new LinkedHashMap<>();
      List<TensorDeclaration> operands = operands(plan.optimized());
      for (int n = 0; n < operands.size(); n++) {
        byName.put(operands.get(n).name(), layouts.get(n));
      }
      return new PipelineOptions(
          byName,
          wide,
          schedules,
          KernelClassCompiler.PACKAGE,
          shape,
          rounding,
          target,
          arithmetic);
    }
  }

  /** What decides the text of a plan's kernels: calls with equal keys share them. */
  record Key(
      ExecutionPlan plan,
      List<Layout> layouts,
      boolean wide,
      List<Schedule> schedules,
      Target target,
      Arithmetic arithmetic) {
    Key {
      // Kernels that merge nothing are right wherever axes end.
      layouts =
          schedules.stream().anyMatch(Schedule::merges)
              ? List.copyOf(layouts)
              : layouts.stream().map(Layout::apart).toList();
      schedules = List.copyOf(schedules);
    }
  }

  /**
   * A request on its way: lowered, its schedules chosen, and not compiled. What is asked for again
   * is kept.
   */
  static final class Chosen {
    private final Key key;
    private final LoweredPlan lowered;
    private final PipelineOptions options;
    private @Nullable List<LoopNest> scheduled;
    private @Nullable Chosen scalar;

    private Chosen(Key key, LoweredPlan lowered, PipelineOptions options) {
      this.key = key;
      this.lowered = lowered;
      this.options = options;
    }

    Key key() {
      return key;
    }

    LoweredPlan lowered() {
      return lowered;
    }

    PipelineOptions options() {
      return options;
    }

    Compilation compilation() {
      return Pipeline.compile(lowered, key.schedules(), scheduled(), options);
    }

    private synchronized List<LoopNest> scheduled() {
      if (scheduled == null) {
        scheduled = Pipeline.schedule(lowered, key.schedules(), options);
      }
      return scheduled;
    }

    /** What workers work in, whichever tier answers: the steps of this, then of the other one. */
    WorkingMemory memory(TierPolicy policy) {
      return answersFirst(policy) ? ownMemory() : ownMemory().and(first(policy).ownMemory());
    }

    private WorkingMemory ownMemory() {
      return Pipeline.memory(scheduled(), options);
    }

    /** The arithmetic of the kernels that answer first. */
    OperationCount operations(TierPolicy policy) {
      return Pipeline.operations(lowered, first(policy).key().schedules());
    }

    /** What answers first. */
    private Chosen first(TierPolicy policy) {
      return answersFirst(policy) ? this : withoutSimd();
    }

    private boolean answersFirst(TierPolicy policy) {
      return policy != TierPolicy.AUTO || !vectorized();
    }

    private boolean vectorized() {
      return key.target().simd() && key.schedules().stream().anyMatch(Schedule::hasVectors);
    }

    /** The same for a machine without vectors: the same bits, and no packed panels. */
    synchronized Chosen withoutSimd() {
      if (scalar == null) {
        scalar = withTarget(key.target().withoutSimd());
      }
      return scalar;
    }

    /** The same with the schedules for another machine. */
    Chosen withTarget(Target target) {
      PipelineOptions other = options.withTarget(target);
      return with(target, other, Pipeline.choose(lowered, other));
    }

    /** The same as scalar loops of one thread that need nothing to work in. */
    Chosen plain() {
      var plain =
          new PipelineOptions(
              options.layouts(), options.wide(), options.schedules(), options.packageName());
      Target scalar = key.target().withoutSimd();
      return with(scalar, options.withTarget(scalar), Pipeline.choose(lowered, plain));
    }

    /** The n-th step alone, as a plan of its own, with the schedule that it has here. */
    Chosen step(int n, ExecutionPlan alone) {
      List<Layout> layouts = layouts(operands(alone.optimized()));
      String target = alone.steps().getFirst().target();
      Map<String, Schedule> given = new LinkedHashMap<>(options.schedules());
      given.keySet().retainAll(List.of(target));
      var own =
          new PipelineOptions(
              options.layouts(),
              options.wide(),
              given,
              options.packageName(),
              options.shape(),
              options.rounding(),
              options.target(),
              options.arithmetic());
      var step =
          new Key(
              alone,
              layouts,
              key.wide(),
              List.of(key.schedules().get(n)),
              key.target(),
              key.arithmetic());
      return new Chosen(step, new LoweredPlan(alone, List.of(lowered.nests().get(n))), own);
    }

    private List<Layout> layouts(List<TensorDeclaration> operands) {
      return operands.stream()
          .map(
              operand ->
                  options
                      .layouts()
                      .getOrDefault(operand.name(), Layout.rowMajor(operand.type().rank())))
          .toList();
    }

    private Chosen with(Target target, PipelineOptions newOptions, List<Schedule> schedules) {
      List<Layout> layouts = layouts(operands(key.plan().optimized()));
      var newKey = new Key(key.plan(), layouts, key.wide(), schedules, target, key.arithmetic());
      return new Chosen(newKey, lowered, newOptions);
    }
  }

  private static final long SHORT_NANOS = 200_000_000;

  /** Steps whose methods C2 compiles in the time that a warm-up usually takes. */
  private static final int STEPS_AT_ONCE = 8;

  private static final int MOST_PATIENCE = 16;

  private final TieredKernels tiers;
  private final OperationCount operations;

  /** How long the last call took of the kernels that answer first. */
  private volatile long lastNanos;

  private Executable(TieredKernels tiers, OperationCount operations) {
    this.tiers = tiers;
    this.operations = operations;
  }

  /** Inputs, then targets: what kernels are called with. */
  static List<TensorDeclaration> operands(IndexProgram program) {
    List<TensorDeclaration> operands = new ArrayList<>(program.inputs());
    operands.addAll(program.targets());
    return operands;
  }

  /** Lowers the plan and chooses its schedules. Recursive: for a {@link CompilerThread}. */
  static Chosen choose(Request request) {
    PipelineOptions options = request.options();
    LoweredPlan lowered = Pipeline.lower(request.plan(), options);
    List<Schedule> schedules = Pipeline.choose(lowered, options);
    var key =
        new Key(
            request.plan(),
            request.layouts(),
            request.wide(),
            schedules,
            request.target(),
            request.arithmetic());
    return new Chosen(key, lowered, options);
  }

  /** Emits and compiles. Recursive: for a {@link CompilerThread}. */
  static Executable compile(Chosen steady, KernelClassCompiler compiler, TierPolicy policy) {
    if (!steady.vectorized()) {
      Compilation only = steady.compilation();
      return new Executable(
          TieredKernels.only(load(only, compiler), "scalar kernels"), only.operations());
    }
    if (policy == TierPolicy.SIMD) {
      Compilation only = steady.compilation();
      var candidate = new VectorKernels(steady, compiler);
      TieredKernels tiers =
          TieredKernels.warmed(candidate)
              .orElseGet(() -> TieredKernels.only(load(only, compiler), "nothing to vectorize"));
      return new Executable(tiers, only.operations());
    }
    Compilation first = steady.withoutSimd().compilation();
    return new Executable(
        TieredKernels.replaceable(
            load(first, compiler),
            new VectorKernels(steady, compiler),
            BackgroundCompiler.shared()),
        first.operations());
  }

  private static KernelSet load(Compilation compilation, KernelClassCompiler compiler) {
    List<Kernel> kernels = new ArrayList<>();
    for (EmittedSource source : compilation.sources()) {
      Kernel kernel = compiler.compile(source);
      boolean alone = compilation.parallel() && !compilation.parallel(kernels.size());
      kernels.add(alone ? KernelSet.ofFirstWorker(kernel) : kernel);
    }
    return new KernelSet(kernels, compilation.parallel());
  }

  /** The kernels for a target with vector registers. */
  private static final class VectorKernels implements Candidate {
    private final Chosen chosen;
    private final KernelClassCompiler compiler;
    private @Nullable Compilation compilation;
    private List<ScratchOperands> scratch = List.of();
    private List<ScratchOperands> blocks = List.of();
    private Optional<ScratchOperands> near = Optional.empty();

    VectorKernels(Chosen chosen, KernelClassCompiler compiler) {
      this.chosen = chosen;
      this.compiler = compiler;
    }

    @Override
    public Set<Integer> elementBytes() {
      Set<Integer> bytes = new HashSet<>();
      operands(chosen.lowered().plan().optimized())
          .forEach(operand -> bytes.add(operand.type().elementType().byteSize()));
      for (LoopNest nest : chosen.lowered().nests()) {
        LoopWalk.values(
            nest.body(),
            value -> {
              if (value instanceof Expr.Cast) {
                bytes.add(value.elementType().byteSize());
              }
            });
      }
      bytes.retainAll(Set.of(Float.BYTES, Double.BYTES)); // Conditions have vectors of the others.
      return bytes;
    }

    @Override
    public Optional<KernelSet> load() {
      return CompilerThread.call(
          () -> {
            Compilation vector = compilation == null ? chosen.compilation() : compilation;
            compilation = vector;
            if (!vector.simd()) {
              return Optional.empty();
            }
            if (scratch.isEmpty()) {
              prepare(vector);
            }
            return Optional.of(Executable.load(vector, compiler));
          });
    }

    /** Makes operands that reach all loops, and those near a real call if there are such. */
    private void prepare(Compilation vector) {
      CallShape shape = chosen.options().shape().orElseGet(() -> new CallShape(Map.of(), Map.of()));
      IndexProgram program = vector.plan().optimized();
      List<Layout> layouts = chosen.key().layouts();
      scratch =
          ScratchOperands.of(
              program,
              layouts,
              shape,
              vector.operations(),
              vector.warmSizes(),
              vector.warmSizesOfSteps(shape));
      near = ScratchOperands.near(program, layouts, shape, vector.operations());
      blocks =
          ScratchOperands.ofBlocks(
              program, layouts, shape, vector.operations(), vector.blockSizes(shape));
    }

    @Override
    public int patience() {
      return Math.min(MOST_PATIENCE, 1 + chosen.lowered().nests().size() / STEPS_AT_ONCE);
    }

    @Override
    public List<Runnable> rehearsals(KernelSet kernels) {
      WorkerPool pool = WorkerPool.shared();
      List<Runnable> calls = new ArrayList<>();
      List<Runnable> first = new ArrayList<>();
      blocks.forEach(data -> first.add(() -> runAlone(kernels, data, pool)));
      scratch.forEach(data -> first.add(() -> runAlone(kernels, data, pool)));
      // C2 leaves out the branches that no call has taken before it compiles.
      calls.add(() -> first.forEach(Runnable::run));
      near.ifPresent(data -> calls.add(() -> runAlone(kernels, data, pool)));
      if (kernels.parallel()) {
        ScratchOperands data = near.orElse(scratch.getFirst());
        calls.add(() -> runAll(kernels, data.operands(), data.sizes(), pool, pool.threads()));
      }
      return calls;
    }
  }

  private static void runAlone(KernelSet kernels, ScratchOperands data, WorkerPool pool) {
    runAll(kernels, data.operands(), data.sizes(), pool, 1);
  }

  /** The arithmetic of the kernels that answer first. */
  OperationCount operations() {
    return operations;
  }

  /** How much one worker has to do for so many operations on so many bytes. */
  static double nanos(OperationCount operations, ToLongFunction<Extent> sizes, double bytes) {
    return TeamSize.nanos((double) operations.evaluate(sizes), bytes);
  }

  /** Which kernels answer, and what becomes of the others. */
  TieredKernels tiers() {
    return tiers;
  }

  /**
   * Runs the kernels one after the other.
   *
   * @param workers how many may share the work, if the kernels allow it
   */
  void run(Tensor[] operands, long[] sizes, WorkerPool pool, int workers) {
    if (tiers.isSettled()) {
      KernelSet kernels = tiers.current();
      runAll(kernels, operands, sizes, pool, kernels.parallel() ? workers : 1);
    } else {
      runFirst(operands, sizes, pool, workers);
    }
  }

  /**
   * Runs the kernels that answer first. Short calls leave a processor to those that are warming up:
   * who calls again and again would wait for these much longer than the calls take.
   */
  private void runFirst(Tensor[] operands, long[] sizes, WorkerPool pool, int workers) {
    KernelSet kernels = tiers.current();
    long begin = System.nanoTime();
    boolean yields = tiers.isWarming() && lastNanos < SHORT_NANOS;
    int most = yields ? Math.max(1, Runtime.getRuntime().availableProcessors() - 1) : workers;
    runAll(kernels, operands, sizes, pool, kernels.parallel() ? Math.min(workers, most) : 1);
    lastNanos = System.nanoTime() - begin;
    tiers.start();
  }

  /**
   * Runs the kernels on the calling thread alone.
   *
   * @param worker as which the thread has been called, and whose arrays are free
   */
  void runAlone(Tensor[] operands, long[] sizes, WorkerPool pool, Worker worker) {
    KernelSet kernels = tiers.current();
    if (worker.count() == 1) {
      for (Kernel kernel : kernels.kernels()) {
        kernel.run(operands, sizes, worker);
      }
    } else {
      runAll(kernels, operands, sizes, pool, 1);
    }
    tiers.start();
  }

  private static void runAll(
      KernelSet set, Tensor[] operands, long[] sizes, WorkerPool pool, int workers) {
    List<Kernel> kernels = set.kernels();
    for (int n = 0; n < kernels.size(); n++) {
      pool.run(kernels.get(n), operands, sizes, workers);
    }
  }
}
