package dev.einkorn.compiler.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.emit.cuda.CpuDevice;
import dev.einkorn.compiler.emit.cuda.DeviceCase;
import dev.einkorn.compiler.emit.cuda.NvidiaCompiler;
import dev.einkorn.compiler.emit.cuda.OnCpu;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All examples of this package as CUDA C++, on the CPU, against the interpreter. */
class ExamplesOnDeviceTest {
  private static final List<Class<?>> EXAMPLES =
      List.of(
          ConvolutionsTest.class,
          GraphsTest.class,
          ImageFiltersTest.class,
          IntegersTest.class,
          LearningTest.class,
          MatricesTest.class,
          NormalizationAndAttentionTest.class,
          PhysicsTest.class,
          SignalFiltersTest.class,
          StatisticsTest.class,
          TensorNetworksTest.class);

  @TempDir private static Path folder;

  /** Every example that a test asks for, without running it. */
  private static List<Example> examples() throws ReflectiveOperationException {
    List<Example> found = new ArrayList<>();
    for (Class<?> type : EXAMPLES) {
      for (Method method :
          Arrays.stream(type.getDeclaredMethods()).sorted(ExamplesOnDeviceTest::byName).toList()) {
        if (method.isAnnotationPresent(Test.class)) {
          var constructor = type.getDeclaredConstructor();
          constructor.setAccessible(true);
          method.setAccessible(true);
          Object test = constructor.newInstance();
          Example.collect(found, () -> method.invoke(test));
        }
      }
    }
    return found;
  }

  private static int byName(Method one, Method other) {
    return one.getName().compareTo(other.getName());
  }

  private static DeviceCase compile(Example example) {
    Map<String, InputType> types = new LinkedHashMap<>();
    example
        .inputs()
        .forEach(
            (name, tensor) ->
                types.put(
                    name,
                    new InputType(
                        tensor.elementType(),
                        Arrays.stream(tensor.shape()).mapToObj(OptionalLong::of).toList())));
    IndexProgram program = ProgramText.check(example.program(), types);
    return DeviceCase.of(program, example.inputs(), Arithmetic.DETERMINISTIC);
  }

  private static List<DeviceCase> cases() throws ReflectiveOperationException {
    List<DeviceCase> cases = examples().stream().map(ExamplesOnDeviceTest::compile).toList();
    assertThat(cases).hasSizeGreaterThan(150);
    return cases;
  }

  @Test
  void examplesCompileForGpus() throws ReflectiveOperationException {
    NvidiaCompiler.require();
    NvidiaCompiler.compileAll("examples", DeviceCase.devices(cases()));
  }

  @Test
  void examplesAgreeWithTheInterpreter() throws ReflectiveOperationException {
    OnCpu.require();
    List<DeviceCase> cases = cases();
    CpuDevice cpu = CpuDevice.compile(DeviceCase.devices(cases), folder);
    List<String> failures = new ArrayList<>();
    for (int n = 0; n < cases.size(); n++) {
      DeviceCase each = cases.get(n);
      Map<String, Tensor> expected = each.expected();
      Map<String, Tensor> actual = each.run(cpu, n, CpuDevice.Order.FORWARD, true);
      expected.forEach(
          (name, tensor) -> {
            Tensor other = ProgramText.named(actual, name);
            if (!isClose(tensor, other)) {
              failures.add(
                  "%s: expected %s%nbut was %s%n%s"
                      .formatted(name, tensor, other, each.device().text()));
            }
          });
    }
    assertThat(failures).isEmpty();
  }

  /** Within what rounding of sums and of functions explains; integers and conditions equal. */
  private static boolean isClose(Tensor expected, Tensor actual) {
    if (!expected.elementType().isFloating()) {
      return expected.contentEquals(actual);
    }
    double unit = expected.elementType() == ElementType.F32 ? 0x1p-23 : 0x1p-52;
    double[] e = expected.cast(ElementType.F64).toDoubleArray();
    double[] a = actual.cast(ElementType.F64).toDoubleArray();
    double scale = 1;
    for (double value : e) {
      scale = Double.isFinite(value) ? Math.max(scale, Math.abs(value)) : scale;
    }
    for (int n = 0; n < e.length; n++) {
      if (Double.compare(e[n], a[n]) != 0 && !(Math.abs(e[n] - a[n]) <= 1000 * unit * scale)) {
        return false;
      }
    }
    return true;
  }
}
