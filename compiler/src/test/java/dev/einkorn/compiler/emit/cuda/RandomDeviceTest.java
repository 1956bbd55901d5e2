package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.AccessBounds;
import dev.einkorn.compiler.random.Profile;
import dev.einkorn.compiler.random.ProgramGenerator;
import dev.einkorn.compiler.random.RandomInputs;
import dev.einkorn.compiler.random.RandomProgram;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generated CUDA C++ on the CPU against the interpreter, bit for bit, on random programs. */
class RandomDeviceTest {
  private static final int COUNT = Integer.getInteger("einkorn.cuda.count", 150);
  private static final long FIRST_SEED = Long.getLong("einkorn.cuda.seed", 1);

  private static final List<RandomProgram> DRAWN = new ArrayList<>();
  private static final List<DeviceCase> CASES = new ArrayList<>();

  @TempDir private static Path folder;

  @BeforeAll
  static void draw() {
    for (long seed = FIRST_SEED; CASES.size() < COUNT; seed++) {
      RandomProgram program = ProgramGenerator.draw(seed, Profile.FULL);
      var each = DeviceCase.of(program.program(), RandomInputs.draw(program), Arithmetic.STRICT);
      // Others are refused before a kernel runs.
      if (AccessBounds.violation(program.program(), each.sizes()).isEmpty()) {
        DRAWN.add(program);
        CASES.add(each);
      }
    }
  }

  @Test
  void kernelsCompileForGpus() {
    NvidiaCompiler.require();
    NvidiaCompiler.compileAll("random", DeviceCase.devices(CASES));
  }

  @Test
  void kernelsEqualTheInterpreter() {
    OnCpu.require();
    CpuDevice cpu = CpuDevice.compile(DeviceCase.devices(CASES), folder);
    List<String> failures = new ArrayList<>();
    for (int n = 0; n < CASES.size(); n++) {
      for (CpuDevice.Order order : CpuDevice.Order.values()) {
        DeviceCase each = CASES.get(n);
        int number = n;
        String expected = outcome(each::expected);
        String actual = outcome(() -> each.run(cpu, number, order, true));
        if (!actual.equals(expected) && failures.size() < 5) {
          failures.add(
              "%s%n%s%nexpected %s%nbut was %s%n%s"
                  .formatted(DRAWN.get(n), order, expected, actual, each.device().kernels()));
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  private interface Computation {
    Map<String, Tensor> compute();
  }

  /** The outputs as text, which tells every number from every other, or the code of the failure. */
  private static String outcome(Computation computation) {
    try {
      var text = new StringBuilder();
      computation.compute().forEach((name, tensor) -> text.append(name).append(tensor));
      return text.toString();
    } catch (KernelException e) {
      return e.code().toString();
    } catch (CpuDevice.Fault e) {
      return e.toString();
    }
  }
}
