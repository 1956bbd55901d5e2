package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import dev.einkorn.runtime.simd.SimdSupport;
import dev.einkorn.runtime.tier.BackgroundCompiler;
import dev.einkorn.runtime.tier.Candidate;
import dev.einkorn.runtime.tier.KernelSet;
import dev.einkorn.runtime.tier.TierPolicy;
import dev.einkorn.runtime.tier.TieredKernels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of one generated method, ready to be called: picks the variant that fits the
 * operands, its tier and the number of workers. Scalar kernels answer at once; vector kernels take
 * over when they are warm, if this JVM has vectors. Thread-safe.
 */
public final class BuiltKernel {
  private final KernelVariants variants;
  private final WorkerPool pool;
  private final int inputs;
  private final int[] outputs;
  private final AtomicReferenceArray<@Nullable TieredKernels> tiers;

  /** Kernels whose workers come from a pool. */
  public BuiltKernel(KernelVariants variants, WorkerPool pool) {
    this.variants = variants;
    this.pool = pool;
    this.inputs = variants.inputs();
    this.outputs = variants.outputs();
    this.tiers = new AtomicReferenceArray<>(variants.count());
  }

  /**
   * Computes the outputs. One that shares memory with another operand is computed aside and copied.
   *
   * @param operands inputs, then targets, as the kernels want them; checked by the caller
   * @param sizes as the kernels want them
   * @param nanos how long one worker takes, roughly; decides how many share the call
   * @param mostWorkers that may share it
   */
  public void run(Tensor[] operands, long[] sizes, double nanos, int mostWorkers) {
    Tensor @Nullable [] separate = null;
    for (int output : outputs) {
      if (isShared(operands, output)) {
        separate = separate == null ? operands.clone() : separate;
        separate[output] = operands[output].copy();
      }
    }
    if (separate == null) {
      runApart(operands, sizes, nanos, mostWorkers);
      return;
    }
    runApart(separate, sizes, nanos, mostWorkers);
    for (int output : outputs) {
      if (separate[output] != operands[output]) {
        operands[output].copyFrom(separate[output]);
      }
    }
  }

  /** Whether an output overlaps an input, or an output before it; temporaries overlap nothing. */
  private boolean isShared(Tensor[] operands, int output) {
    for (int input = 0; input < inputs; input++) {
      if (operands[output].overlaps(operands[input])) {
        return true;
      }
    }
    for (int other : outputs) {
      if (other < output && operands[output].overlaps(operands[other])) {
        return true;
      }
    }
    return false;
  }

  private void runApart(Tensor[] operands, long[] sizes, double nanos, int mostWorkers) {
    int last = variants.count() - 1;
    int variant = 0;
    while (variant < last && !variants.fits(variant, operands, sizes)) {
      variant++;
    }
    TieredKernels chosen = tiers(variant);
    KernelSet kernels = chosen.current();
    int workers =
        kernels.parallel() ? TeamSize.of(nanos, Math.min(mostWorkers, pool.threads())) : 1;
    run(kernels, variant == last ? Memory.segments(operands) : operands, sizes, pool, workers);
    chosen.start();
  }

  private static void run(
      KernelSet set, Tensor[] operands, long[] sizes, WorkerPool pool, int workers) {
    List<Kernel> kernels = set.kernels();
    for (int n = 0; n < kernels.size(); n++) {
      pool.run(kernels.get(n), operands, sizes, workers);
    }
  }

  /** Computes the outputs with as many workers as the call is worth. */
  public void run(Tensor[] operands, long[] sizes, double nanos) {
    run(operands, sizes, nanos, Integer.MAX_VALUE);
  }

  /**
   * Waits until the kernels of the calls made so far are those that will answer from now on. For
   * benchmarks.
   *
   * @return whether they are, after at most {@code timeout}
   */
  public boolean awaitWarm(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    for (int variant = 0; variant < tiers.length(); variant++) {
      TieredKernels made = tiers.get(variant);
      if (made != null && !made.await(end - System.nanoTime())) {
        return false;
      }
    }
    return true;
  }

  /** For each variant that calls have used which kernels answer and why. */
  public List<String> tiers() {
    List<String> notes = new ArrayList<>();
    for (int variant = 0; variant < tiers.length(); variant++) {
      TieredKernels made = tiers.get(variant);
      if (made != null) {
        notes.add(made.note());
      }
    }
    return notes;
  }

  private TieredKernels tiers(int variant) {
    TieredKernels made = tiers.get(variant);
    if (made == null) {
      tiers.compareAndSet(variant, null, make(variant));
      made = tiers.get(variant);
    }
    if (made == null) {
      throw new AssertionError("no kernels of variant " + variant);
    }
    return made;
  }

  private TieredKernels make(int variant) {
    int bits = bits(variant);
    KernelSet scalar = load(variant, 0);
    if (bits == 0) {
      return TieredKernels.only(scalar, "scalar kernels");
    }
    var vectors = new VectorKernels(variants, variant, bits);
    return switch (TierPolicy.fromSystemProperty()) {
      case SCALAR -> TieredKernels.only(scalar, "scalar kernels");
      case SIMD ->
          TieredKernels.warmed(vectors)
              .orElseGet(() -> TieredKernels.only(scalar, "scalar kernels"));
      case AUTO -> TieredKernels.replaceable(scalar, vectors, BackgroundCompiler.shared());
    };
  }

  /** The widest vectors that a variant has kernels for and this machine has registers for, or 0. */
  private int bits(int variant) {
    SimdSupport simd = SimdSupport.detect();
    for (int bits : variants.widths(variant)) {
      if (simd.available() && bits <= simd.bits()) {
        return bits;
      }
    }
    return 0;
  }

  private KernelSet load(int variant, int bits) {
    return load(variants, variant, bits);
  }

  private static KernelSet load(KernelVariants variants, int variant, int bits) {
    Kernel[] kernels = variants.kernels(variant, bits);
    boolean parallel = false;
    for (int n = 0; n < kernels.length; n++) {
      parallel |= variants.isParallel(variant, bits, n);
    }
    List<Kernel> set = new ArrayList<>();
    for (int n = 0; n < kernels.length; n++) {
      boolean alone = parallel && !variants.isParallel(variant, bits, n);
      set.add(alone ? KernelSet.ofFirstWorker(kernels[n]) : kernels[n]);
    }
    return new KernelSet(set, parallel);
  }

  /** The kernels of one width. */
  private static final class VectorKernels implements Candidate {
    private final KernelVariants variants;
    private final int variant;
    private final int bits;
    private Tensor @Nullable [] operands;

    VectorKernels(KernelVariants variants, int variant, int bits) {
      this.variants = variants;
      this.variant = variant;
      this.bits = bits;
    }

    @Override
    public Optional<KernelSet> load() {
      operands = variants.scratch(variant);
      return Optional.of(BuiltKernel.load(variants, variant, bits));
    }

    @Override
    public List<Runnable> rehearsals(KernelSet kernels) {
      Tensor[] scratch = operands;
      if (scratch == null) {
        throw new IllegalStateException("not loaded");
      }
      long[] sizes = variants.scratchSizes(variant);
      WorkerPool pool = WorkerPool.shared();
      Runnable alone = () -> run(kernels, scratch, sizes, pool, 1);
      Runnable asTeam = () -> run(kernels, scratch, sizes, pool, pool.threads());
      return kernels.parallel() ? List.of(alone, asTeam) : List.of(alone);
    }
  }
}
