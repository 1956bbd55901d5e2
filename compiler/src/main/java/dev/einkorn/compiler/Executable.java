package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.jit.BackgroundCompiler;
import dev.einkorn.compiler.jit.Candidate;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.jit.KernelSet;
import dev.einkorn.compiler.jit.TierPolicy;
import dev.einkorn.compiler.jit.TieredKernels;
import dev.einkorn.compiler.loop.Layout;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      Arithmetic arithmetic) {}

  /** A request on its way: lowered, its schedules chosen, and not compiled. */
  record Chosen(Key key, LoweredPlan lowered, PipelineOptions options) {
    Compilation compilation() {
      return Pipeline.compile(lowered, key.schedules(), options);
    }

    /** What workers work in, whichever tier answers: the steps of this, then of the other one. */
    WorkingMemory memory(TierPolicy policy) {
      return answersFirst(policy) ? ownMemory() : ownMemory().and(first(policy).ownMemory());
    }

    private WorkingMemory ownMemory() {
      return Pipeline.memory(Pipeline.schedule(lowered, key.schedules(), options), options);
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
    Chosen withoutSimd() {
      Target scalar = key.target().withoutSimd();
      PipelineOptions without = options.withTarget(scalar);
      return with(scalar, without, Pipeline.choose(lowered, without));
    }

    /** The same as scalar loops of one thread that need nothing to work in. */
    Chosen plain() {
      var plain =
          new PipelineOptions(
              options.layouts(), options.wide(), options.schedules(), options.packageName());
      Target scalar = key.target().withoutSimd();
      return with(scalar, options.withTarget(scalar), Pipeline.choose(lowered, plain));
    }

    private Chosen with(Target target, PipelineOptions newOptions, List<Schedule> schedules) {
      var newKey =
          new Key(key.plan(), key.layouts(), key.wide(), schedules, target, key.arithmetic());
      return new Chosen(newKey, lowered, newOptions);
    }
  }

  // What one core does in a nanosecond, of scalar work on data from a cache: decides only how many
  // workers a call is worth.
  private static final double OPERATIONS_PER_NANO = 2;
  private static final double BYTES_PER_NANO = 12;

  private final TieredKernels tiers;
  private final OperationCount operations;

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
      kernels.add(alone ? ofFirstWorker(kernel) : kernel);
    }
    return new KernelSet(kernels, compilation.parallel());
  }

  /** The kernel for a team whose other workers have nothing to do. */
  private static Kernel ofFirstWorker(Kernel kernel) {
    return (operands, sizes, worker) -> {
      if (worker.index() == 0) {
        kernel.run(operands, sizes, worker);
      }
    };
  }

  /** The kernels for a target with vector registers. */
  private static final class VectorKernels implements Candidate {
    private final Chosen chosen;
    private final KernelClassCompiler compiler;
    private @Nullable Compilation compilation;
    private @Nullable ScratchOperands scratch;

    VectorKernels(Chosen chosen, KernelClassCompiler compiler) {
      this.chosen = chosen;
      this.compiler = compiler;
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
            if (scratch == null) {
              CallShape shape =
                  chosen.options().shape().orElseGet(() -> new CallShape(Map.of(), Map.of()));
              scratch =
                  ScratchOperands.of(
                      vector.plan().optimized(), chosen.key().layouts(), shape, vector.warmSizes());
            }
            return Optional.of(Executable.load(vector, compiler));
          });
    }

    @Override
    public void call(KernelSet kernels) {
      ScratchOperands data = scratch;
      if (data == null) {
        throw new IllegalStateException("not loaded");
      }
      runAll(kernels, data.operands(), data.sizes(), WorkerPool.shared(), 1);
    }
  }

  /** How much one worker has to do for these sizes, in nanoseconds, roughly. */
  double nanos(ToLongFunction<Extent> sizes, double bytes) {
    return nanos(operations, sizes, bytes);
  }

  /** How much one worker has to do for so many operations on so many bytes. */
  static double nanos(OperationCount operations, ToLongFunction<Extent> sizes, double bytes) {
    return Math.max(operations.evaluate(sizes) / OPERATIONS_PER_NANO, bytes / BYTES_PER_NANO);
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
    KernelSet kernels = tiers.current();
    runAll(kernels, operands, sizes, pool, kernels.parallel() ? workers : 1);
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
