package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedSet;
import org.junit.jupiter.api.Test;

/**
 * Random contractions of random operand layouts under random tiles and blocks, by both vector forms
 * and several workers, against the interpreter. Integers in small ranges, so that results compare
 * exactly; then real values, for which all schedules must agree bit for bit. {@code
 * -Deinkorn.property.contractions=} sets how many.
 */
class RandomContractionTest {
  private static final long COUNT = Long.getLong("einkorn.property.contractions", 120);
  private static final KernelClassCompiler COMPILER = new KernelClassCompiler();

  /** What the target holds before. */
  private static final int BEFORE = 99;

  private enum Family {
    PACKED,
    IN_PLACE,
    PACKED_BATCH,
    TILED,
    STAGED,
    STREAMED,
    HELD,
    CHOSEN
  }

  /** What becomes of a sum. */
  private enum Result {
    SUM,
    EPILOGUE,
    FUNCTION,
    ADDED
  }

  private final Map<Family, Integer> applied = new EnumMap<>(Family.class);
  private final Map<Result, Integer> results = new EnumMap<>(Result.class);

  /** One contraction: what is summed, how operands are stored, and a schedule. */
  private static final class Drawn {
    final Random random;
    final List<String> rows = new ArrayList<>();
    final List<String> columns = new ArrayList<>();
    final List<String> depth = new ArrayList<>();
    final List<String> batch = new ArrayList<>();
    final Map<String, Integer> extents = new HashMap<>();
    final ElementType type;
    final Family family;
    final int lanes;
    final List<String> a;
    final List<String> b;
    final List<String> c;
    final Result result;
    final List<String> d;

    Drawn(long seed, boolean integers) {
      random = new Random(seed * 7919);
      family = pick(List.of(Family.values()));
      type = pick(List.of(ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64));
      lanes = 2 << random.nextInt(512 / 8 / type.byteSize() > 8 ? 4 : 3);
      int most = isSimple() ? 1 : 2;
      draw(rows, "m", 1 + random.nextInt(most));
      draw(columns, "n", 1 + random.nextInt(most));
      draw(depth, "k", 1 + random.nextInt(most));
      draw(batch, "b", family == Family.PACKED_BATCH ? 1 : random.nextInt(2));
      a = shuffled(rows, depth, batch);
      b = shuffled(columns, depth, batch);
      c = shuffled(rows, columns, batch);
      Result drawn = isSimple() ? Result.SUM : pick(List.of(Result.values()));
      // A function of integers is no integer.
      boolean hasFunction = type.isFloating() && !integers;
      result = drawn == Result.FUNCTION && !hasFunction ? Result.SUM : drawn;
      d = shuffled(List.of(columns.getLast()), pick(List.of(List.of(), rows.subList(0, 1))));
      if (family == Family.PACKED_BATCH) {
        for (List<String> axes : List.of(a, b, c)) {
          axes.remove(batch.getFirst());
          axes.add(batch.getFirst());
        }
      }
      if (family == Family.TILED || isSimple()) {
        for (List<String> axes : family == Family.STAGED ? List.of(c) : List.of(b, c)) {
          axes.remove(columns.getLast());
          axes.add(columns.getLast());
        }
      }
    }

    /** Whether there is one index of each role. */
    private boolean isSimple() {
      return family == Family.STAGED || family == Family.STREAMED || family == Family.HELD;
    }

    private <T> T pick(List<T> choices) {
      return choices.get(random.nextInt(choices.size()));
    }

    private void draw(List<String> role, String stem, int count) {
      for (int n = 0; n < count; n++) {
        role.add(stem + n);
        int most = stem.equals("b") ? 20 : count == 1 ? 40 : 9;
        extents.put(stem + n, random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(most));
      }
    }

    @SafeVarargs
    private List<String> shuffled(List<String>... roles) {
      List<String> all = new ArrayList<>();
      for (List<String> role : roles) {
        all.addAll(role);
      }
      Collections.shuffle(all, random);
      return all;
    }

    String program() {
      String product = "A[%s] * B[%s]".formatted(String.join(",", a), String.join(",", b));
      String target = "C[" + String.join(",", c) + "]";
      String sum = "sum[%s](%s)".formatted(String.join(",", summed()), product);
      String other = "D[" + String.join(",", d) + "]";
      return switch (result) {
        case SUM -> target + " = " + product;
        case EPILOGUE -> target + " = relu(" + sum + ") + " + other;
        case FUNCTION -> target + " = tanh(0.5 * " + sum + ") * exp(" + other + " - " + sum + ")";
        case ADDED -> target + " += -2 * " + sum;
      };
    }

    /** What may change roundings, the same in every schedule. */
    String roundings() {
      return (result == Result.FUNCTION ? "polynomial(); " : "")
          + (result == Result.ADDED ? "continue(); " : "")
          + (type.isFloating() ? "contract(); " : "");
    }

    /**
     * Whether sums may be added to the target afterwards instead of going on from it, as where its
     * neighbours lie along a batch index.
     */
    boolean mayNotGoOn() {
      return family == Family.CHOSEN && result == Result.ADDED && type.isFloating();
    }

    /** The indices of the sum in the order of their first appearance. */
    List<String> summed() {
      SequencedSet<String> order = new LinkedHashSet<>(a);
      order.addAll(b);
      order.retainAll(depth);
      return List.copyOf(order);
    }

    String schedule() {
      String promoted =
          result == Result.SUM ? "fuse(" + String.join(", ", c) + "); promote(C); " : "";
      String sums = promoted + roundings();
      int width = 1 + random.nextInt(3);
      int height = 1 + random.nextInt(4);
      return switch (family) {
        case PACKED, IN_PLACE ->
            sums
                + "pack(%s: %s of %s%s, %s: %s x %s of %s, %s: 1 of %s%s)"
                    .formatted(
                        join(rows),
                        height,
                        height * (1 + random.nextInt(3)),
                        family == Family.IN_PLACE ? " in place" : "",
                        join(columns),
                        width,
                        lanes,
                        width * lanes * (1 + random.nextInt(2)),
                        String.join("+", summed()),
                        1 + random.nextInt(12),
                        List.of("", ", share rows", ", share columns").get(random.nextInt(3)));
        case PACKED_BATCH ->
            sums
                + "pack(%s: %s of %s, %s: %s of %s, %s: 1 of %s, %s: %s x %s%s)"
                    .formatted(
                        join(rows),
                        height,
                        height * (1 + random.nextInt(3)),
                        join(columns),
                        width,
                        width * (1 + random.nextInt(2)),
                        String.join("+", summed()),
                        random.nextInt(2) == 0 ? 33 : 1 + random.nextInt(12),
                        batch.getFirst(),
                        1 + random.nextInt(3),
                        lanes,
                        random.nextBoolean() ? "" : ", share columns");
        case TILED ->
            sums
                + "tile(%s: %s, %s: %s x %s%s)%s"
                    .formatted(
                        rows.getFirst(),
                        height,
                        columns.getLast(),
                        width,
                        lanes,
                        rest(width),
                        random.nextBoolean() ? "" : "; parallel(" + rows.getFirst() + ")");
        case STAGED ->
            sums
                + ordered()
                + "stage(B, k0: %s%s, n0: %s); tile(n0: %s x %s%s%s)%s"
                    .formatted(
                        1 + random.nextInt(40),
                        random.nextInt(4) == 0 ? "" : " whole",
                        1 + random.nextInt(40),
                        width,
                        lanes,
                        rest(),
                        random.nextBoolean() ? ", m0: " + height : "",
                        random.nextBoolean() ? "" : "; parallel(n0_block)");
        case STREAMED ->
            sums
                + ordered()
                + "block(n0: %s); resume(k0: %s around n0); %stile(n0: %s x %s, m0: %s)%s"
                    .formatted(
                        1 + random.nextInt(40),
                        1 + random.nextInt(12),
                        random.nextBoolean() ? "" : "unroll(k0); ",
                        width,
                        lanes,
                        height,
                        random.nextBoolean() ? "" : "; parallel(n0_block)");
        case HELD -> {
          // Now and then another number of terms, which leaves the nest as it was.
          int terms = random.nextInt(4) == 0 ? 3 : ProgramText.named(extents, "k0");
          yield sums
              + ordered()
              + "unroll(k0: %s); hoist(); tile(n0: %s x %s%s)%s"
                  .formatted(
                      Math.clamp(terms, 1, 32),
                      width,
                      lanes,
                      rest(width),
                      random.nextBoolean() ? "" : "; parallel(n0)");
        }
        case CHOSEN -> "";
      };
    }

    /** The tile holds its index whole, or as {@link #rest()}. */
    private String rest(int width) {
      return width > 1 && random.nextInt(3) == 0 ? " whole" : rest();
    }

    /** Vectors for what whole tiles leave, or none. */
    private String rest() {
      int rest = 2 << random.nextInt(Integer.numberOfTrailingZeros(lanes));
      return random.nextBoolean() ? "" : " + " + rest;
    }

    private String ordered() {
      List<String> order = new ArrayList<>(batch);
      order.add("n0");
      order.add("m0");
      return "reorder(" + String.join(", ", order) + "); ";
    }

    private String join(List<String> role) {
      List<String> order = new ArrayList<>(role);
      Collections.shuffle(order, random);
      return String.join("+", order);
    }

    /** A tensor of these axes, stored in another order, with gaps or from the back. */
    Tensor tensor(List<String> axes, boolean plain, boolean integers) {
      List<String> stored = new ArrayList<>(axes);
      if (!plain && random.nextInt(3) > 0) {
        Collections.shuffle(stored, random);
      }
      long[] shape = stored.stream().mapToLong(axis -> ProgramText.named(extents, axis)).toArray();
      boolean gaps = !plain && random.nextInt(4) == 0;
      long[] wide = shape.clone();
      if (gaps) {
        wide[wide.length - 1] = 2 * wide[wide.length - 1] + 1;
      }
      Tensor tensor = Tensor.zeros(type, wide);
      fill(tensor, integers);
      if (gaps) {
        tensor = tensor.slice(wide.length - 1, 1, wide[wide.length - 1], 2);
      }
      return tensor.permute(axes.stream().mapToInt(stored::indexOf).toArray());
    }

    private void fill(Tensor tensor, boolean integers) {
      long elements = 1;
      for (long extent : tensor.shape()) {
        elements *= extent;
      }
      Tensor flat = tensor.reshape(elements);
      for (long n = 0; n < elements; n++) {
        if (type.isFloating()) {
          flat.set(integers ? random.nextInt(9) - 4 : random.nextGaussian(), n);
        } else {
          flat.setLong(random.nextInt(9) - 4, n);
        }
      }
    }
  }

  @Test
  void everyScheduleComputesTheSameBits() {
    for (long seed = 1; seed <= COUNT; seed++) {
      check(new Drawn(seed, true), seed, true);
      check(new Drawn(seed, false), seed, false);
    }
    assertThat(results.keySet()).containsExactly(Result.values());
    assertThat(results.values()).allMatch(times -> times >= COUNT / 8);
    assertThat(applied.keySet()).containsExactly(Family.values());
    assertThat(applied.values()).allMatch(times -> times >= COUNT / 8);
  }

  private void check(Drawn drawn, long seed, boolean integers) {
    boolean batched = drawn.family == Family.PACKED_BATCH;
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", drawn.tensor(drawn.a, batched, integers));
    boolean vectors =
        batched
            || drawn.family == Family.TILED
            || (drawn.isSimple() && drawn.family != Family.STAGED);
    inputs.put("B", drawn.tensor(drawn.b, vectors, integers));
    if (drawn.result == Result.EPILOGUE || drawn.result == Result.FUNCTION) {
      inputs.put("D", drawn.tensor(drawn.d, true, integers));
    }
    if (drawn.result == Result.ADDED) {
      Tensor before = drawn.tensor(drawn.c, true, integers);
      before.fill(BEFORE);
      inputs.put("C", before);
    }
    IndexProgram program = ProgramText.check(drawn.program(), ProgramText.types(inputs));
    Tensor target = drawn.tensor(drawn.c, vectors || drawn.family == Family.STAGED, integers);
    String schedule = drawn.schedule();
    String what = "seed " + seed + ": " + drawn.program() + "\n" + schedule;
    String reference = "hoist()";
    if (!integers && drawn.type.isFloating()) {
      reference = drawn.roundings() + "hoist()";
    }
    Tensor expected =
        integers
            ? ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "C")
            : run(program, inputs, target, reference, ScheduledKernel.SCALARS, 1);
    for (Target machine : List.of(ScheduledKernel.VECTORS, ScheduledKernel.SCALARS)) {
      for (int workers : List.of(1, 3)) {
        Tensor actual;
        try {
          actual = run(program, inputs, target, schedule, machine, workers);
        } catch (ScheduleException e) {
          // Some draws are not legal: a target's neighbours that are none, for instance.
          continue;
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(what, e);
        }
        applied.merge(drawn.family, 1, Integer::sum);
        results.merge(drawn.result, 1, Integer::sum);
        if (drawn.mayNotGoOn() && !integers && !actual.contentEquals(expected)) {
          // Then in no tier and for no number of workers.
          expected =
              run(program, inputs, target, "contract(); hoist()", ScheduledKernel.SCALARS, 1);
        }
        ScheduledKernel.assertSame(actual, expected, what + "\n" + machine + " " + workers);
      }
    }
  }

  /** The target after one call with 32-bit positions. */
  static Tensor run(
      IndexProgram program,
      Map<String, Tensor> inputs,
      Tensor target,
      String schedule,
      Target machine,
      int workers) {
    return run(program, inputs, target, schedule, machine, workers, false);
  }

  /** The target after one call. */
  static Tensor run(
      IndexProgram program,
      Map<String, Tensor> inputs,
      Tensor target,
      String schedule,
      Target machine,
      int workers,
      boolean wide) {
    // It is added to, or must not matter.
    target.fill(BEFORE);
    Map<String, Tensor> operands = new LinkedHashMap<>(inputs);
    operands.put("C", target);
    Map<String, Long> values = new HashMap<>();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis axis = size.axes().getFirst();
      values.put(size.name(), ProgramText.named(operands, axis.tensor()).extent(axis.position()));
    }
    var sizes = new Sizes(program, Map.copyOf(values));
    for (DerivedSize size : program.derived()) {
      values.put(size.name(), sizes.value(new Extent.Symbolic(size.name())));
    }
    Map<String, Layout> layouts = new HashMap<>();
    Map<String, List<Long>> strides = new HashMap<>();
    operands.forEach(
        (name, tensor) -> {
          int unit = Layout.NO_AXIS;
          List<Long> all = new ArrayList<>();
          for (int axis = 0; axis < tensor.rank(); axis++) {
            unit = tensor.stride(axis) == 1 ? axis : unit;
            all.add(tensor.stride(axis));
          }
          layouts.put(name, new Layout(Layout.Storage.ARRAY, unit));
          strides.put(name, all);
        });
    Compilation compilation =
        Pipeline.compile(
            program,
            new PipelineOptions(
                layouts,
                wide,
                schedule.isEmpty() ? Map.of() : Map.of("C", Schedule.parse(schedule)),
                KernelClassCompiler.PACKAGE,
                Optional.of(new CallShape(values, strides)),
                machine,
                Arithmetic.DETERMINISTIC));
    long[] passed =
        compilation.sizes().stream()
            .mapToLong(name -> sizes.value(new Extent.Symbolic(name)))
            .toArray();
    Tensor[] ordered =
        compilation.operands().stream()
            .map(operand -> ProgramText.named(operands, operand.name()))
            .toArray(Tensor[]::new);
    try (var pool = new WorkerPool(workers)) {
      for (EmittedSource source : compilation.sources()) {
        pool.run(COMPILER.compile(source), ordered, passed, compilation.parallel() ? workers : 1);
      }
    }
    return target.copy();
  }
}
