package dev.einkorn.compiler.jit;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.runtime.Kernel;

/**
 * Gets Janino going on a thread of its own while the first program is still being read: loading its
 * classes takes as long as all other stages together.
 */
public final class JaninoPreload {
  /** What most kernels mention, so that compiling it loads what compiling them takes. */
  private static final EmittedSource SAMPLE =
      new EmittedSource(
          KernelClassCompiler.PACKAGE + ".Kernel_sample",
          """
          package dev.einkorn.compiler.jit;

          import dev.einkorn.runtime.Kernel;
          import dev.einkorn.runtime.KernelIndex;
          import dev.einkorn.runtime.KernelMath;
          import dev.einkorn.runtime.Tensor;
          import dev.einkorn.runtime.Worker;

          final class Kernel_sample implements Kernel {
            @Override
            public void run(Tensor[] operands, long[] sizes, Worker worker) {
              compute(operands, sizes, worker);
            }

            private static void compute(Tensor[] operands, long[] sizes, Worker worker) {
              float[] a = operands[0].floatArray();
              int n = (int) sizes[0];
              int i_stride = (int) operands[0].stride(0);
              float sum = 0.0f;
              for (int i = 0; i < n; i++) {
                sum += a[i * i_stride] * 2.0f;
              }
              a[0] = sum;
            }
          }
          """);

  /** Started on first use, as every class. */
  private static final class Once {
    static final Thread THREAD =
        Thread.ofPlatform()
            .daemon()
            .name("einkorn-preload")
            .inheritInheritableThreadLocals(false)
            .start(JaninoPreload::compileSample);
  }

  private JaninoPreload() {}

  /** Starts loading, unless it was started before. Never fails and never waits. */
  public static void start() {
    if (Runtime.getRuntime().availableProcessors() > 1) {
      Once.THREAD.setName("einkorn-preload");
    }
  }

  static Kernel sample() {
    return new KernelClassCompiler().compile(SAMPLE);
  }

  private static void compileSample() {
    try {
      sample();
    } catch (RuntimeException | LinkageError e) {
      // Only time is lost. If Janino is really missing or broken, the first kernel will say so.
      return;
    }
  }
}
