package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.*;
import dev.einkorn.compiler.pass.*;
import dev.einkorn.compiler.index.*;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.runtime.*;
import java.util.*;

public final class ReduceMeasure {
  static double best(Runnable r) {
    double best = 1e9;
    for (int n = 0; n < 60; n++) {
      long t = System.nanoTime();
      r.run();
      best = Math.min(best, (System.nanoTime() - t) * 1e-9);
    }
    return best;
  }
  static volatile float sink;
  static float plain(float[] a) {
    float s0 = 0;
    for (int i = 0; i < a.length; i++) { s0 = Math.max(s0, a[i]); }
    return s0;
  }
  static int plainInt(int[] a) {
    int s0 = 0;
    for (int i = 0; i < a.length; i++) { s0 += a[i]; }
    return s0;
  }
  public static void main(String[] args) {
    Object[][] cases = {
      {"full_sum", "s = A[i,j]", new long[] {8192, 8192}, 4.0 * 8192 * 8192},
      {"row_norm", "y[i] = sqrt(sum[j](A[i,j]^2.0))", new long[] {8192, 4096}, 4.0 * 8192 * 4096},
      {"matvec", "y[i] = A[i,j]*x[j]", new long[] {4096, 4096}, 4.0 * 4096 * 4096},
      {"matvec_t", "y[j] = A[i,j]*x[i]", new long[] {4096, 4096}, 4.0 * 4096 * 4096},
      {"softmax", "P[i,j] = exp(A[i,j] - max[k](A[i,k])) / sum[k](exp(A[i,k] - max[l](A[i,l])))", new long[] {4096, 1024}, 2 * 4.0 * 4096 * 1024},
      {"row_max", "y[i] = max[j](A[i,j])", new long[] {8192, 4096}, 4.0 * 8192 * 4096},
      {"dot", "s = A[i]*x[i]", new long[] {1 << 24}, 2 * 4.0 * (1 << 24)},
    };
    int[] big = new int[8192 * 8192];
    double read = best(() -> sink = plainInt(big));
    System.out.printf("plain read %.1f GB/s%n", 4.0 * big.length / read / 1e9);
    for (Object[] c : cases) {
      if (args.length > 0 && !args[0].equals(c[0])) continue;
      long[] shape = (long[]) c[2];
      for (Target target : List.of(new Target(512, 1, 32 << 10, 1 << 20, 32 << 20), new Target(0, 1, 32 << 10, 1 << 20, 32 << 20), new Target(512, 2, 32 << 10, 1 << 20, 32 << 20))) {
        for (Arithmetic arithmetic : List.of(Arithmetic.DETERMINISTIC, Arithmetic.STRICT)) {
          IndexProgram program = ProgramText.check((String) c[1]);
          Map<String, Long> sizes = new HashMap<>();
          for (SizeParameter s : program.sizes()) {
            SizeParameter.Axis ax = s.axes().getFirst();
            sizes.put(s.name(), ax.tensor().equals("x") ? (((String) c[0]).equals("matvec") ? shape[1] : shape[0]) : shape[ax.position()]);
          }
          LoweredPlan lowered = Pipeline.lower(dev.einkorn.compiler.optimize.Planner.plan(program), PipelineOptions.rowMajor(KernelClassCompiler.PACKAGE));
          Map<String, List<Long>> strides = new HashMap<>();
          Sizes sz = new Sizes(lowered.plan().optimized(), sizes);
          for (var o : Pipeline.compile(program, PipelineOptions.rowMajor(KernelClassCompiler.PACKAGE)).operands()) {
            List<Long> st = new ArrayList<>();
            long p = 1;
            for (Extent e : o.type().extents().reversed()) { st.addFirst(p); p *= sz.value(e); }
            strides.put(o.name(), st);
          }
          var options = new PipelineOptions(Map.of(), false, Map.of(), KernelClassCompiler.PACKAGE, Optional.of(new CallShape(sizes, strides)), target, arithmetic);
          Compilation comp = Pipeline.compile(program, options);
          Kernel kernel = new KernelClassCompiler().compile(comp.sources().getFirst());
          if (args.length > 1) System.out.println(comp.sources().getFirst().text());
          Tensor[] ops = comp.operands().stream().map(o -> {
            Tensor t = Tensor.zeros(o.type().elementType(), o.type().extents().stream().mapToLong(sz::value).toArray());
            if (t.elementCount() > 1) t.fill(0.5); return t; }).toArray(Tensor[]::new);
          long[] values = comp.sizes().stream().mapToLong(n -> sz.value(new Extent.Symbolic(n))).toArray();
          try (WorkerPool pool = new WorkerPool(2)) {
            double t = best(() -> pool.run(kernel, ops, values, target.threads()));
            System.out.printf("%-9s simd %3d threads %d %-13s %6.1f GB/s  %s%n", c[0], target.simdBits(), target.threads(), arithmetic == Arithmetic.STRICT ? "strict" : "deterministic", (Double) c[3] / t / 1e9, comp.steps().stream().map(s -> s.schedule().toString()).toList());
          }
        }
      }
    }
  }
}
