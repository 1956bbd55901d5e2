package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.random.Profile;
import dev.einkorn.compiler.random.ProgramGenerator;
import dev.einkorn.compiler.random.RandomInputs;
import dev.einkorn.compiler.random.RandomProgram;
import dev.einkorn.compiler.random.Shrinker;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Compiled kernels against the interpreter, bit for bit, on random programs. {@code
 * -Deinkorn.property.count=} sets how many, {@code -Deinkorn.property.seed=} where to begin.
 */
class RandomProgramsTest {
  private static final long COUNT = Long.getLong("einkorn.property.count", 20_000);
  private static final long FIRST_SEED = Long.getLong("einkorn.property.seed", 1);

  private final Einkorn einkorn = Einkorn.builder().mode(Mode.STRICT).build();

  @Test
  void kernels_equal_the_interpreter_on_random_programs() throws InterruptedException {
    var next = new AtomicLong(FIRST_SEED);
    var failures = new ConcurrentLinkedQueue<String>();
    var checked = new AtomicLong();
    Thread[] workers = new Thread[Runtime.getRuntime().availableProcessors()];
    for (int n = 0; n < workers.length; n++) {
      workers[n] =
          new Thread(
              () -> {
                for (long seed = next.getAndIncrement();
                    seed < FIRST_SEED + COUNT && failures.isEmpty();
                    seed = next.getAndIncrement()) {
                  RandomProgram drawn = ProgramGenerator.draw(seed, Profile.FULL);
                  if (difference(drawn).isPresent()) {
                    RandomProgram small = Shrinker.shrink(drawn, p -> difference(p).isPresent());
                    failures.add(report(small));
                  }
                  checked.incrementAndGet();
                }
              },
              "property-" + n);
      workers[n].start();
    }
    for (Thread worker : workers) {
      worker.join();
    }
    assertThat(failures).isEmpty();
    assertThat(checked.get()).isEqualTo(COUNT);
  }

  private String report(RandomProgram failing) {
    String source;
    try {
      source = program(failing).plan(RandomInputs.draw(failing)).explain();
    } catch (RuntimeException | AssertionError e) {
      source = e.toString();
    }
    return difference(failing).orElse("gone") + "\n" + failing + "\n" + source;
  }

  private CompiledProgram program(RandomProgram drawn) {
    return new CompiledProgram(einkorn, new CheckedFrontend(drawn.program()));
  }

  /** What differs between kernel and interpreter, if anything does. */
  private Optional<String> difference(RandomProgram drawn) {
    Map<String, Tensor> inputs = RandomInputs.draw(drawn);
    Outcome expected = Outcome.of(() -> ReferenceInterpreter.evaluate(drawn.program(), inputs));
    Outcome actual = Outcome.of(() -> program(drawn).call(inputs));
    return expected.differenceTo(actual);
  }

  private record Outcome(Map<String, Tensor> values, Optional<Throwable> error) {
    static Outcome of(Supplier<Map<String, Tensor>> computation) {
      try {
        return new Outcome(new LinkedHashMap<>(computation.get()), Optional.empty());
      } catch (RuntimeException | AssertionError e) {
        return new Outcome(Map.of(), Optional.of(e));
      }
    }

    Optional<String> differenceTo(Outcome actual) {
      if (error.isPresent() || actual.error.isPresent()) {
        return code(error).equals(code(actual.error))
            ? Optional.empty()
            : Optional.of("expected " + error + " but was " + actual.error);
      }
      for (Map.Entry<String, Tensor> entry : values.entrySet()) {
        Tensor other = actual.values.get(entry.getKey());
        if (other == null || !entry.getValue().contentEquals(other)) {
          return Optional.of(
              entry.getKey() + ": expected " + entry.getValue() + " but was " + other);
        }
      }
      return Optional.empty();
    }

    private static String code(Optional<Throwable> error) {
      return error
          .map(e -> e instanceof KernelException k ? k.code().toString() : e.toString())
          .orElse("none");
    }
  }
}
