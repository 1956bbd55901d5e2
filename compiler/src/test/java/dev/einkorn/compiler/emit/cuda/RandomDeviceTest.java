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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generated CUDA C++ on the CPU against the interpreter, bit for bit, on random programs. */
class RandomDeviceTest {
  private static final int COUNT = Integer.getInteger("einkorn.cuda.count", 150);
  private static final long FIRST_SEED = Long.getLong("einkorn.cuda.seed", 1);

  @TempDir private static Path folder;

  @Test
  void kernelsEqualTheInterpreter() {
    OnCpu.require();
    List<RandomProgram> drawn = new ArrayList<>();
    List<DeviceCase> cases = new ArrayList<>();
    for (long seed = FIRST_SEED; cases.size() < COUNT; seed++) {
      RandomProgram program = ProgramGenerator.draw(seed, Profile.FULL);
      var each = DeviceCase.of(program.program(), RandomInputs.draw(program), Arithmetic.STRICT);
      // Others are refused before a kernel runs.
      if (AccessBounds.violation(program.program(), each.sizes()).isEmpty()) {
        drawn.add(program);
        cases.add(each);
      }
    }
    CpuDevice cpu = CpuDevice.compile(cases.stream().map(DeviceCase::device).toList(), folder);
    List<String> failures = new ArrayList<>();
    for (int n = 0; n < cases.size(); n++) {
      for (CpuDevice.Order order : CpuDevice.Order.values()) {
        DeviceCase each = cases.get(n);
        int number = n;
        String expected = outcome(each::expected);
        String actual = outcome(() -> each.run(cpu, number, order, true));
        if (!actual.equals(expected) && failures.size() < 5) {
          failures.add(
              "%s%n%s%nexpected %s%nbut was %s%n%s"
                  .formatted(drawn.get(n), order, expected, actual, each.device().kernels()));
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
