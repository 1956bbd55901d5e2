package dev.einkorn.compiler.cli.bench;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Plan;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What runs a problem and is judged: the compiler, or in tests something that errs. */
interface Subject {
  /** Kernels that are not warm by then are timed as they are. */
  Duration LONGEST_WARM_UP = Duration.ofSeconds(60);

  /** A problem that is ready to be called again and again. */
  interface Prepared {
    /** Computes into new tensors. */
    Map<String, Tensor> call();

    /** Computes into tensors of an earlier call. */
    void callInto(Map<String, Tensor> outputs);

    /** What the compiler will do. */
    Plan plan();

    /** Waits until the kernels that will answer from now on do. */
    default void awaitWarm() {}

    /** Which kernels answer, and why. */
    default List<String> tiers() {
      return List.of();
    }
  }

  /** Reads and checks the program of a problem. */
  Prepared prepare(Problem problem);

  /** The compiler with the options of an instance. */
  static Subject of(Einkorn einkorn) {
    return problem -> {
      String text = problem.workload().computation().text();
      CompiledProgram program =
          switch (problem.workload().computation()) {
            case Workload.Computation.Einsum _ -> einkorn.prepareEinsum(text);
            case Workload.Computation.Program _ -> einkorn.prepare(text);
          };
      Map<String, Tensor> inputs = problem.named(program.inputNames());
      return new Prepared() {
        @Override
        public Map<String, Tensor> call() {
          return program.call(inputs);
        }

        @Override
        public void callInto(Map<String, Tensor> outputs) {
          program.call(inputs, outputs);
        }

        @Override
        public Plan plan() {
          return program.plan(inputs);
        }

        @Override
        public void awaitWarm() {
          try {
            program.awaitWarm(LONGEST_WARM_UP);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }

        @Override
        public List<String> tiers() {
          return program.tiers();
        }
      };
    };
  }

  /** Whether elements of a type can be NaN. */
  static boolean isFloating(ElementType type) {
    return type == ElementType.F32 || type == ElementType.F64;
  }
}
