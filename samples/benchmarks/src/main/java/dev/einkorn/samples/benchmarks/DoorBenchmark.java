package dev.einkorn.samples.benchmarks;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The founding questions with kernels compiled at run time and with kernels written at build time:
 * both should take the same time. With vectors where the JVM has {@code --add-modules
 * jdk.incubator.vector}, without them where it has not.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DoorBenchmark {
  /** Which question. */
  @Param({"a", "b", "c"})
  public String question = "a";

  private final QuestionsKernels kernels = new QuestionsKernels();
  private CompiledProgram program = Einkorn.compile("s = 0");
  private Tensor[] inputs = {};
  private Tensor[] outputs = {};

  /** For JMH. */
  public DoorBenchmark() {}

  /** Compiles, warms up, and compares both doors with the interpreter on small tensors. */
  @Setup
  public void prepare() throws InterruptedException {
    draw(8);
    check(true);
    draw(1);
    check(false);
    atBuildTime();
    atRunTime();
    if (!kernels.awaitWarm(Duration.ofMinutes(1)) || !program.awaitWarm(Duration.ofMinutes(1))) {
      throw new IllegalStateException("vector kernels do not get warm");
    }
    check(false);
  }

  /** Tensors of the sizes that the kernels are planned for, or of a part of them. */
  private void draw(int part) {
    switch (question) {
      case "a" -> {
        program = Einkorn.compile(Questions.COLUMN_DOTS);
        inputs = new Tensor[] {tensor(2000 / part, 2000 / part), tensor(2000 / part, 2000 / part)};
        outputs = new Tensor[] {tensor(2000 / part)};
      }
      case "b" -> {
        program = Einkorn.compile(Questions.COMPOSED);
        int i = 400 / part;
        int j = 408 / part;
        inputs = new Tensor[] {tensor(i), tensor(j, j), tensor(j), tensor(i, j)};
        outputs = new Tensor[] {tensor(j)};
      }
      default -> {
        program = Einkorn.compile(Questions.PAIRWISE);
        int n = 64 / part;
        inputs = new Tensor[] {tensor(n, 32, 256 / part), tensor(n, 32, 256 / part)};
        outputs = new Tensor[] {tensor(n, n, 256 / part)};
      }
    }
  }

  /** Small whole numbers, so that sums are exact in any order. */
  private static Tensor tensor(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    float[] values = tensor.floatArray();
    for (int n = 0; n < values.length; n++) {
      values[n] = n % 3 - 1;
    }
    return tensor;
  }

  private void check(boolean withInterpreter) {
    atBuildTime();
    Tensor built = outputs[0].copy();
    if (withInterpreter) {
      Einkorn reference = Einkorn.builder().backend(Backend.REFERENCE).build();
      String text =
          switch (question) {
            case "a" -> Questions.COLUMN_DOTS;
            case "b" -> Questions.COMPOSED;
            default -> Questions.PAIRWISE;
          };
      reference.prepare(text).run(inputs, outputs);
    } else {
      atRunTime();
    }
    if (!built.contentEquals(outputs[0])) {
      throw new AssertionError("the kernels of question " + question + " do not agree");
    }
  }

  /** Kernels written at build time. */
  @Benchmark
  public Tensor atBuildTime() {
    switch (question) {
      case "a" -> kernels.columnDots(inputs[0], inputs[1], outputs[0]);
      case "b" -> kernels.composed(inputs[0], inputs[1], inputs[2], inputs[3], outputs[0]);
      default -> kernels.pairwise(inputs[0], inputs[1], outputs[0]);
    }
    return outputs[0];
  }

  /** Kernels compiled at run time. */
  @Benchmark
  public Tensor atRunTime() {
    program.run(inputs, outputs);
    return outputs[0];
  }
}
