package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Schedules of nests that stream against the interpreter, in both forms of vectors, around every
 * tile and block size, on views with offsets, gaps and permuted axes.
 */
class StreamingBitsTest {
  private static final KernelClassCompiler COMPILER = new KernelClassCompiler();

  /**
   * @param inputs with their indices, in the order of their memory after a colon
   * @param extents of the indices, each list one case
   */
  private record Case(
      String program,
      Map<String, String> inputs,
      String schedule,
      List<Map<String, Integer>> extents) {}

  @Test
  void elementwiseTiles() {
    check(
        new Case(
            "Y[i] = A[i] * X[i] + 2 * X[i]",
            Map.of("A", "i", "X", "i"),
            "hoist(); tile(i: 4 x 8)",
            along("i", 0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65)));
    check(
        new Case(
            "Y[i] = select(A[i] < X[i] and not (X[i] == 1 or A[i] > 2), A[i], -X[i])",
            Map.of("A", "i", "X", "i"),
            "hoist(); tile(i: 2 x 8)",
            along("i", 1, 15, 16, 17, 40)));
  }

  @Test
  void conversionsBetweenVectorsOfAsManyLanes() {
    for (ElementType to :
        List.of(ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64)) {
      check(
          new Case(
              "Y[i] = " + to + "(A[i]) + " + to + "(X[i])",
              Map.of("A", "i", "X", "i"),
              "tile(i: 2 x 8)",
              along("i", 5, 16, 41)));
    }
  }

  @Test
  void stencils() {
    String sum = "clamp(U[y-1,x]) + clamp(U[y+1,x]) + zero(U[y,x-2]) + mirror(U[y,x+1]) - 4*U[y,x]";
    check(
        new Case(
            "O[y,x] = " + sum,
            Map.of("U", "y,x"),
            "hoist(); split_borders(); tile(x: 2 x 8)",
            List.of(
                Map.of("y", 1, "x", 2),
                Map.of("y", 3, "x", 18),
                Map.of("y", 4, "x", 19),
                Map.of("y", 5, "x", 20),
                Map.of("y", 5, "x", 70))));
  }

  @Test
  void blocksOfMoves() {
    for (String inputs : List.of("i,j,k", "k,i,j", "j,k,i")) {
      check(
          new Case(
              "T[k,j,i] = A[" + inputs + "]",
              Map.of("A", inputs),
              "reorder(j, k, i); block(k: 16, i: 8)",
              cube(1, 7, 8, 9, 16, 17, 25)));
    }
  }

  @Test
  void stagedMoves() {
    check(
        new Case(
            "T[k,j,i] = 2 * A[i,j,k] + B[j,i]",
            Map.of("A", "i,j,k", "B", "j,i"),
            "reorder(j, k, i); stage(A, k: 16, i: 16); tile(i: 1 x 8)",
            cube(1, 7, 8, 9, 15, 16, 17, 33)));
  }

  @Test
  void reductionsTakenUp() {
    for (String schedule :
        List.of(
            "fuse(k); promote(c); resume(i: 4); tile(k: 2 x 8)",
            "fuse(k); promote(c); contract(); resume(i: 3); tile(k: 1 x 8)",
            "fuse(k); promote(c); resume(i: 1)",
            "fuse(k); promote(c); block(k: 24); resume(i: 4); tile(k: 1 x 8)",
            "fuse(k); promote(c); resume(i: 4); unroll(i); tile(k: 1 x 8)",
            "fuse(k); promote(c); contract(); resume(i: 3); unroll(i); hoist(); tile(k: 2 x 8 + 4)",
            "fuse(k); promote(c); resume(i: 1); tile(k: 1 x 8 + 2)",
            "fuse(k); promote(c); block(k: 24); resume(i: 4); unroll(i); tile(k: 1 x 8 + 4)",
            "fuse(k); promote(c); tile(k: 2 x 8 + 4)")) {
      check(
          new Case(
              "c[k] = sum[i](A[i,k] * B[i,k])",
              Map.of("A", "i,k", "B", "i,k"),
              schedule,
              planes()));
    }
    check(
        new Case(
            "m[k] = max[i](A[i,k] - 2 * B[i,k])",
            Map.of("A", "i,k", "B", "i,k"),
            "fuse(k); promote(m); resume(i: 4); tile(k: 2 x 8)",
            planes()));
    check(
        new Case(
            "s[k] = sqrt(sum[i]((A[i,k] - B[i,k])^2)) + B[3,k]",
            Map.of("A", "i,k", "B", "i,k"),
            "resume(i: 4); unroll(i); hoist(); tile(k: 1 x 8 + 4)",
            planes().stream().filter(all -> ProgramText.named(all, "i") > 3).toList()));
  }

  @Test
  void stagedReductions() {
    check(
        new Case(
            "c[k] = sum[i](A[i,k] * B[k,i])",
            Map.of("A", "i,k", "B", "k,i"),
            "fuse(k); promote(c); contract(); stage(B, i: 16, k: 16); tile(k: 2 x 8)",
            planes()));
    check(
        new Case(
            "c[j,k] = sum[i](A[j,i,k] * B[j,k,i])",
            Map.of("A", "j,i,k", "B", "j,k,i"),
            "fuse(j, k); promote(c); stage(B, i: 8, k: 16); tile(k: 1 x 8)",
            cube(0, 1, 7, 8, 9, 16, 17)));
  }

  @Test
  void functionsInLoopsOfTheirOwnGiveTheBitsOfOneLoop() {
    giveTheBitsOfOneLoop(
        "Y[i] = tanh(A[i]) * sigmoid(X[i]) + exp(A[i]) * log(X[i] * X[i] + 1)",
        Map.of("A", "i", "X", "i"));
  }

  /** A run takes its argument from where it is, times a factor or plus a summand. */
  @Test
  void runsOfSimpleArgumentsGiveTheBitsOfOneLoop() {
    for (String value :
        List.of(
            "exp(A[i])",
            "exp(-A[i])",
            "exp(2.3 - A[i])",
            "sigmoid(A[i] - X[0])",
            "sigmoid(1.7 * A[i])",
            "log(A[i] + 7.3)",
            "tanh(A[i] * X[1]) * exp(A[i])")) {
      giveTheBitsOfOneLoop("Y[i] = " + value, Map.of("A", "i", "X", "i"));
    }
  }

  private static void giveTheBitsOfOneLoop(String program, Map<String, String> inputs) {
    Map<String, Kernel> singles = new HashMap<>();
    Map<String, Kernel> doubles = new HashMap<>();
    for (int extent : List.of(2, 15, 16, 17, 31, 32, 33, 64, 100)) {
      for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
        Map<String, Kernel> kernels = type == ElementType.F32 ? singles : doubles;
        Bound bound = bind(program, inputs, Map.of("i", extent), type, 3);
        Tensor one = bound.run("polynomial()", false, kernels);
        for (String rest : List.of("", "; distribute(i: 32)", "; distribute(i: 16)")) {
          for (String tile : tiles(program, rest)) {
            for (boolean vectors : List.of(false, true)) {
              String schedule = "polynomial(); hoist()" + rest + tile;
              assertThat(bound.run(schedule, vectors, kernels).contentEquals(one))
                  .as("%s by %s of %s, %s", program, schedule, extent, type)
                  .isTrue();
            }
          }
        }
      }
    }
  }

  /** Tiles of what is left beside runs; of a run alone nothing is. */
  private static List<String> tiles(String program, String distribution) {
    return distribution.isEmpty() || program.contains(") *")
        ? List.of("", "; tile(i: 1 x 8)", "; tile(i: 2 x 4)")
        : List.of("");
  }

  private static List<Map<String, Integer>> along(String index, int... extents) {
    List<Map<String, Integer>> all = new ArrayList<>();
    for (int extent : extents) {
      all.add(Map.of(index, extent));
    }
    return all;
  }

  private static List<Map<String, Integer>> planes() {
    List<Map<String, Integer>> all = new ArrayList<>();
    for (int i : List.of(0, 1, 3, 4, 5, 16, 17, 33)) {
      for (int k : List.of(1, 7, 15, 16, 17, 31, 48, 50)) {
        all.add(Map.of("i", i, "k", k));
      }
    }
    return all;
  }

  private static List<Map<String, Integer>> cube(int... extents) {
    List<Map<String, Integer>> all = new ArrayList<>();
    for (int i : extents) {
      for (int k : extents) {
        all.add(Map.of("i", i, "j", 3, "k", k));
      }
    }
    return all;
  }

  private static void check(Case c) {
    for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
      Map<String, Kernel> compiled = new HashMap<>();
      for (Map<String, Integer> extents : c.extents()) {
        for (int view = 0; view < 2; view++) {
          Bound bound = bind(c.program(), c.inputs(), extents, type, view);
          for (boolean vectors : List.of(false, true)) {
            Tensor result = bound.run(c.schedule(), vectors, compiled);
            assertThat(result.contentEquals(bound.expected()))
                .as(
                    "%s by %s for %s, %s, view %s, vectors %s%n%s%n%s",
                    c.program(),
                    c.schedule(),
                    extents,
                    type,
                    view,
                    vectors,
                    result,
                    bound.expected())
                .isTrue();
          }
        }
      }
    }
  }

  /** A program with its inputs and the result that the interpreter has for them. */
  private record Bound(
      IndexProgram program, Map<String, Tensor> inputs, Tensor expected, int view) {
    /**
     * The result of the schedule.
     *
     * @param kernels that were compiled for the program before
     */
    Tensor run(String schedule, boolean vectors, Map<String, Kernel> kernels) {
      var values = new HashMap<String, Long>();
      for (SizeParameter size : program.sizes()) {
        SizeParameter.Axis axis = size.axes().getFirst();
        values.put(size.name(), ProgramText.named(inputs, axis.tensor()).extent(axis.position()));
      }
      var sizes = new Sizes(program, values);
      TensorDeclaration output = program.targets().getFirst();
      long[] shape = output.type().extents().stream().mapToLong(sizes::value).toArray();
      List<Tensor> operands = new ArrayList<>();
      Map<String, Layout> layouts = new HashMap<>();
      for (TensorDeclaration input : program.inputs()) {
        Tensor tensor = ProgramText.named(inputs, input.name());
        operands.add(tensor);
        layouts.put(input.name(), layout(tensor));
      }
      Tensor result = part(Tensor.zeros(output.type().elementType(), padded(shape, view)), shape);
      result.fill(7);
      operands.add(result);
      layouts.put(output.name(), layout(result));
      Target target = vectors ? ScheduledKernel.VECTORS : ScheduledKernel.SCALARS;
      Kernel kernel =
          kernels.computeIfAbsent(
              schedule + vectors,
              _ -> {
                Compilation compilation =
                    Pipeline.compile(
                        program,
                        new PipelineOptions(
                            layouts,
                            false,
                            Map.of(output.name(), Schedule.parse(schedule)),
                            KernelClassCompiler.PACKAGE,
                            Optional.empty(),
                            target,
                            Arithmetic.DETERMINISTIC));
                return COMPILER.compile(compilation.sources().getFirst());
              });
      kernel.run(operands.toArray(Tensor[]::new), sizes.toArray(), Worker.solo());
      return result;
    }

    private static Layout layout(Tensor tensor) {
      return Layout.rowMajor(tensor.rank());
    }
  }

  /** A little more along each axis in every second view. */
  private static long[] padded(long[] shape, int view) {
    long[] padded = shape.clone();
    for (int axis = 0; axis < shape.length; axis++) {
      padded[axis] += view % 2 == 0 ? 0 : 3;
    }
    return padded;
  }

  /** The part of a tensor of this shape that begins after what is too much. */
  private static Tensor part(Tensor whole, long[] shape) {
    Tensor rest = whole;
    for (int axis = 0; axis < shape.length; axis++) {
      long begin = Math.min(2, whole.extent(axis) - shape[axis]);
      rest = rest.slice(axis, begin, begin + shape[axis]);
    }
    return rest;
  }

  private static Bound bind(
      String program,
      Map<String, String> inputs,
      Map<String, Integer> extents,
      ElementType type,
      int view) {
    var random = new SplittableRandom(view + extents.hashCode());
    var header = new ArrayList<String>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    inputs.keySet().stream()
        .sorted()
        .forEach(
            name -> {
              String axes = ProgramText.named(inputs, name);
              header.add(name + ": " + type + "[" + axes + "]");
              long[] shape =
                  List.of(axes.split(",", -1)).stream()
                      .mapToLong(axis -> ProgramText.named(extents, axis))
                      .toArray();
              Tensor tensor = part(Tensor.zeros(type, padded(shape, view)), shape);
              fill(tensor, random);
              tensors.put(name, tensor);
            });
    IndexProgram checked = ProgramText.check("(" + String.join(", ", header) + ")\n" + program);
    String output = checked.targets().getFirst().name();
    Tensor expected = ProgramText.named(ReferenceInterpreter.evaluate(checked, tensors), output);
    return new Bound(checked, tensors, expected, view);
  }

  /** Small whole numbers, so that sums are exact. */
  private static void fill(Tensor tensor, SplittableRandom random) {
    if (tensor.elementCount() == 0) {
      return;
    }
    long[] shape = tensor.shape();
    long[] at = new long[shape.length];
    for (long n = 0; n < tensor.elementCount(); n++) {
      long rest = n;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        at[axis] = rest % shape[axis];
        rest /= shape[axis];
      }
      tensor.set(random.nextInt(-4, 5), at);
    }
  }
}
