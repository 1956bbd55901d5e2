package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopVerifier;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.lower.Lowering;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.random.Profile;
import dev.einkorn.compiler.random.ProgramGenerator;
import dev.einkorn.compiler.random.RandomInputs;
import dev.einkorn.compiler.random.RandomProgram;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Kernels whose reductions are regrouped and whose loops are shared out at random, against the
 * interpreter, on numbers for which every grouping is exact. {@code -Deinkorn.property.reductions=}
 * sets how many programs.
 */
class RandomReductionTest {
  private static final long COUNT = Long.getLong("einkorn.property.reductions", 400);

  private enum Kind {
    CONTRACT,
    SPLIT,
    PARTIAL,
    PARALLEL
  }

  private final Map<Kind, Integer> applied = new EnumMap<>(Kind.class);

  @Test
  void everyLegalRegroupingComputesTheSameNumbers() {
    for (long seed = 1; seed <= COUNT; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.EXACT);
      if (!drawn.mayFail()) {
        check(drawn, new Random(seed));
      }
    }
    assertThat(applied.keySet()).containsExactly(Kind.values());
    assertThat(applied.values()).allMatch(times -> times >= COUNT / 40);
  }

  private void check(RandomProgram drawn, Random random) {
    Map<String, Schedule> schedules = draw(drawn.program(), random);
    Target target = random.nextInt(4) == 0 ? ScheduledKernel.VECTORS : ScheduledKernel.SCALARS;
    Map<String, Tensor> inputs = RandomInputs.draw(drawn);
    Map<String, Tensor> expected = ReferenceInterpreter.evaluate(drawn.program(), inputs);
    Map<String, Tensor> actual;
    try {
      actual =
          ScheduledKernel.of(drawn.program(), schedules, target).run(inputs, 1 + random.nextInt(3));
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(drawn + "\n" + schedules, e);
    }
    expected.forEach(
        (name, tensor) ->
            assertThat(numbers(ProgramText.named(actual, name)))
                .as("%s of%n%s%s%n%s%n%s", name, drawn, schedules, tensor, actual.get(name))
                .isEqualTo(numbers(tensor)));
  }

  /** The elements, without the sign of zeros. */
  private static List<Double> numbers(Tensor tensor) {
    Tensor flat = tensor.copy().reshape(tensor.elementCount());
    List<Double> numbers = new ArrayList<>();
    for (long n = 0; n < flat.elementCount(); n++) {
      numbers.add(
          switch (flat.elementType()) {
            case BOOL -> flat.getBoolean(n) ? 1.0 : 0.0;
            case I32, I64 -> (double) flat.getLong(n);
            case F32, F64 -> flat.getDouble(n) + 0.0;
          });
    }
    return numbers;
  }

  /** A schedule for each target, legal for every step that writes it. */
  private Map<String, Schedule> draw(IndexProgram written, Random random) {
    IndexProgram program = Planner.plan(written).optimized();
    Map<String, List<LoopNest>> nests = new LinkedHashMap<>();
    for (Assignment assignment : program.assignments()) {
      LoopNest nest =
          Lowering.lower(
              program, assignment, tensor -> Layout.rowMajor(program.typeOf(tensor).rank()));
      nests.computeIfAbsent(assignment.target(), _ -> new ArrayList<>()).add(nest);
    }
    Map<String, Schedule> schedules = new LinkedHashMap<>();
    nests.forEach((target, steps) -> schedules.put(target, draw(steps, random)));
    return schedules;
  }

  private Schedule draw(List<LoopNest> steps, Random random) {
    List<Directive> directives = new ArrayList<>();
    Schedule start = AutoSchedule.choose(steps.getFirst());
    for (Directive directive : start.directives()) {
      if (isLegal(steps, directives, directive)) {
        directives.add(directive);
      }
    }
    for (Kind kind : Kind.values()) {
      for (IndexVariable variable : variables(steps.getFirst())) {
        Directive directive = directive(kind, variable, random);
        if (random.nextInt(4) > 0 && isLegal(steps, directives, directive)) {
          directives.add(directive);
          applied.merge(kind, 1, Integer::sum);
        }
      }
    }
    return new Schedule(directives);
  }

  private static boolean isLegal(List<LoopNest> steps, List<Directive> before, Directive next) {
    List<Directive> all = new ArrayList<>(before);
    all.add(next);
    Schedule schedule = new Schedule(all);
    for (LoopNest nest : steps) {
      if (!Scheduler.isLegal(nest, schedule)) {
        return false;
      }
      LoopVerifier.check(Scheduler.apply(nest, schedule), schedule.toString());
    }
    return true;
  }

  private static Set<IndexVariable> variables(LoopNest nest) {
    Set<IndexVariable> variables = new LinkedHashSet<>();
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop) {
            variables.add(loop.variable());
          }
        });
    return variables;
  }

  private static Directive directive(Kind kind, IndexVariable variable, Random random) {
    return switch (kind) {
      case CONTRACT -> new Directive.Contract();
      case SPLIT ->
          new Directive.SplitReduction(variable, 2 + random.nextInt(3), 1 + random.nextInt(3));
      case PARTIAL -> {
        // Vectors of 128 bits: two lanes of the widest type, four of the others.
        int partials = 4 << random.nextInt(2);
        yield new Directive.Partial(variable, partials, random.nextBoolean() ? 1 : 4);
      }
      case PARALLEL -> new Directive.Parallel(variable);
    };
  }
}
