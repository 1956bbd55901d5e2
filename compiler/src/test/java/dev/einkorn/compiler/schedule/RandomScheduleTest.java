package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopVerifier;
import dev.einkorn.compiler.lower.Lowering;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.random.Profile;
import dev.einkorn.compiler.random.ProgramGenerator;
import dev.einkorn.compiler.random.RandomInputs;
import dev.einkorn.compiler.random.RandomProgram;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Kernels under random legal schedules against the interpreter, bit for bit. {@code
 * -Deinkorn.property.schedules=} sets how many programs.
 */
class RandomScheduleTest {
  private static final long COUNT = Long.getLong("einkorn.property.schedules", 600);

  private enum Kind {
    REORDER,
    FUSE,
    PROMOTE,
    HOIST
  }

  private final Map<Kind, Integer> applied = new EnumMap<>(Kind.class);

  @Test
  void everyLegalScheduleComputesTheSameBits() {
    for (long seed = 1; seed <= COUNT; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.FULL);
      if (!drawn.mayFail()) {
        check(drawn, draw(drawn.program(), new Random(seed)));
      }
    }
    assertThat(applied.keySet()).containsExactly(Kind.values());
    assertThat(applied.values()).allMatch(times -> times >= COUNT / 30);
  }

  private static void check(RandomProgram drawn, Map<String, Schedule> schedules) {
    Einkorn.Builder builder = Einkorn.builder();
    schedules.forEach((target, schedule) -> builder.schedule(target, schedule.toString()));
    Map<String, Tensor> inputs = RandomInputs.draw(drawn);
    Map<String, Tensor> expected = ReferenceInterpreter.evaluate(drawn.program(), inputs);
    Map<String, Tensor> actual;
    try {
      actual = ProgramText.compile(builder.build(), drawn.program()).call(inputs);
    } catch (KernelException | AssertionError e) {
      throw new AssertionError(drawn + "\n" + schedules, e);
    }
    expected.forEach(
        (name, tensor) ->
            assertThat(tensor.contentEquals(ProgramText.named(actual, name)))
                .as("%s of%n%s%s%n%s%n%s", name, drawn, schedules, tensor, actual.get(name))
                .isTrue());
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
    nests.forEach((target, steps) -> schedules.put(target, draw(target, steps, random)));
    return schedules;
  }

  private Schedule draw(String target, List<LoopNest> steps, Random random) {
    List<Directive> directives = new ArrayList<>();
    List<LoopNest> current = steps;
    for (Kind kind : Kind.values()) {
      if (random.nextInt(4) == 0) {
        continue;
      }
      Directive directive = directive(kind, target, current.getFirst(), random);
      try {
        var schedule = new Schedule(List.of(directive));
        current =
            current.stream()
                .map(nest -> LoopVerifier.check(Scheduler.apply(nest, schedule), "" + directive))
                .toList();
        directives.add(directive);
        applied.merge(kind, 1, Integer::sum);
      } catch (ScheduleException refused) {
        assertThat(refused).hasMessageContaining(" is not legal here: ");
      }
    }
    return new Schedule(directives);
  }

  private static Directive directive(Kind kind, String target, LoopNest nest, Random random) {
    PerfectNest main = PerfectNest.split(nest.body()).getLast();
    return switch (kind) {
      case REORDER -> new Directive.Reorder(permutation(main, random));
      case FUSE -> new Directive.Fuse(prefix(main, random));
      case PROMOTE -> new Directive.Promote(target);
      case HOIST -> new Directive.Hoist();
    };
  }

  /** Some of the loops that stand before the first reduction loop, or all loops. */
  private static List<IndexVariable> prefix(PerfectNest main, Random random) {
    Set<IndexVariable> kept = Scheduler.targetVariables(main.body());
    int count = 0;
    while (count < main.loops().size() && kept.contains(main.loops().get(count).variable())) {
      count++;
    }
    boolean all = count == 0 || random.nextInt(8) == 0;
    return main.variables().subList(0, all ? main.loops().size() : 1 + random.nextInt(count));
  }

  /** Any order of the loops in which the reduction loops keep theirs. */
  private static List<IndexVariable> permutation(PerfectNest main, Random random) {
    Set<IndexVariable> kept = Scheduler.targetVariables(main.body());
    List<IndexVariable> shuffled = new ArrayList<>(main.variables());
    Collections.shuffle(shuffled, random);
    var reductions = main.variables().stream().filter(v -> !kept.contains(v)).iterator();
    shuffled.replaceAll(variable -> kept.contains(variable) ? variable : reductions.next());
    return shuffled;
  }
}
