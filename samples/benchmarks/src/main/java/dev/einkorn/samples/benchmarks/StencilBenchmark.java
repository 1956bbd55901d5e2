package dev.einkorn.samples.benchmarks;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
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
 * What a border costs: a 3x3 stencil on a 4096 x 4096 {@code f32} image, without a border and with
 * each kind. The interior of a bordered stencil has no checks, so all of them should take the time
 * of the one without.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class StencilBenchmark {
  private static final int SIZE = 4096;
  private static final String WHERE = " where x < extent(I, 0), y < extent(I, 1)";

  /** The border, or none. */
  @Param({"none", "zero", "clamp", "wrap", "mirror"})
  public String border = "none";

  private CompiledProgram program = Einkorn.compile("s = 0");
  private Map<String, Tensor> inputs = Map.of();
  private Map<String, Tensor> outputs = Map.of();

  /** For JMH. */
  public StencilBenchmark() {}

  /** Compiles, and checks the stencil against plain loops. */
  @Setup
  public void prepare() {
    float[] image = new float[SIZE * SIZE];
    for (int n = 0; n < image.length; n++) {
      image[n] = n * 7 % 13 - 6;
    }
    float[] weights = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    inputs = Map.of("I", Tensor.of(image, SIZE, SIZE), "K", Tensor.of(weights, 3, 3));
    program =
        Einkorn.compile(
            border.equals("none")
                ? "O[x,y] = I[x+r,y+s] * K[r,s]"
                : "O[x,y] = " + border + "(I[x+r-1,y+s-1]) * K[r,s]" + WHERE);
    outputs = program.call(inputs);
    check(image, weights);
  }

  private void check(float[] image, float[] weights) {
    int shift = border.equals("none") ? 0 : 1;
    Tensor result = outputs.values().iterator().next();
    for (int x = 0; x < result.extent(0); x += x < 2 || x > SIZE - 5 ? 1 : 509) {
      for (int y = 0; y < result.extent(1); y++) {
        float expected = 0;
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 3; s++) {
            int row = position(x + r - shift);
            int column = position(y + s - shift);
            boolean inside = row >= 0 && column >= 0;
            expected += (inside ? image[row * SIZE + column] : 0) * weights[r * 3 + s];
          }
        }
        if (result.getFloat(x, y) != expected) {
          throw new IllegalStateException(
              "%s: O[%s,%s] is %s, expected %s"
                  .formatted(border, x, y, result.getFloat(x, y), expected));
        }
      }
    }
  }

  /** The position that the border reads, or -1 for zero. */
  private int position(int p) {
    if (p >= 0 && p < SIZE) {
      return p;
    }
    return switch (border) {
      case "clamp" -> p < 0 ? 0 : SIZE - 1;
      case "wrap" -> Math.floorMod(p, SIZE);
      case "mirror" -> p < 0 ? -p : 2 * (SIZE - 1) - p;
      default -> -1;
    };
  }

  /** One stencil into a tensor that is there already. */
  @Benchmark
  public Map<String, Tensor> stencil() {
    return program.call(inputs, outputs);
  }
}
