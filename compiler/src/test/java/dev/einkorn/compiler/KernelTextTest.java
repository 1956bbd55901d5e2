package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.processor.Built;
import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same program, sizes and options give the same kernels at build time and at run time. */
class KernelTextTest {
  private static final String QUESTION_B =
      "C[i,j,k] = B[i]*A[j,k]; C2[i,j,k] = Y[j]*Z[i,k];"
          + " E[k] = (C[i,j,k]+C2[i,j,k])*(C[i,k,j]+C2[i,k,j])";

  private static Tensor tensor(long... shape) {
    return Tensor.zeros(ElementType.F32, shape);
  }

  static Stream<Arguments> programs() {
    Map<String, Tensor> question = new LinkedHashMap<>();
    question.put("B", tensor(200));
    question.put("A", tensor(256, 256));
    question.put("Y", tensor(256));
    question.put("Z", tensor(200, 256));
    return Stream.of(
        Arguments.of(
            "c[k] = A[i,k] * B[i,k]",
            "i=300,k=500",
            "Tensor A, Tensor B",
            Map.of("A", tensor(300, 500), "B", tensor(300, 500))),
        Arguments.of(QUESTION_B, "i=200,j=256", "Tensor B, Tensor A, Tensor Y, Tensor Z", question),
        Arguments.of(
            "E[n,k,d] = A[n,h,d] * B[k,h,d]",
            "n=64,k=48,h=32,d=128",
            "Tensor A, Tensor B",
            Map.of("A", tensor(64, 32, 128), "B", tensor(48, 32, 128))),
        Arguments.of(
            "C[i,j] = A[i,k] * B[k,j]",
            "i=300,j=200,k=100",
            "Tensor A, Tensor B",
            Map.of("A", tensor(300, 100), "B", tensor(100, 200))),
        Arguments.of(
            "P[i,j] = exp(S[i,j]) / sum[l](exp(S[i,l]))",
            "i=64,j=1000",
            "Tensor S",
            Map.of("S", tensor(64, 1000))),
        Arguments.of(
            "z[i,j] = exp(S[i,j]); P[i,j] = z[i,j] / sum[l](z[i,l])",
            "i=2000,j=1000",
            "Tensor S",
            Map.of("S", tensor(2000, 1000))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void areTheSame(String program, String extents, String parameters, Map<String, Tensor> inputs) {
    String source =
        Built.generated(
            List.of("--add-modules", "jdk.incubator.vector"),
            """
            @TensorKernel("%s")
            @Extents("%s")
            Tensor work(%s);
            """
                .formatted(program, extents, parameters));
    for (int bits : new int[] {512, 256, 0}) {
      for (int threads : new int[] {1, 2, 8}) {
        Target target = new Target(bits, threads, 32 << 10, 1 << 20, 16 << 20);
        Einkorn einkorn = Einkorn.builder().target(target).build();
        String atRunTime = einkorn.prepare(program).plan(inputs).javaSource();
        String usual = "WorkContiguous" + (bits == 0 ? "" : bits);
        String own = usual + "For" + threads;
        String className = source.contains("class " + own + " ") ? own : usual;
        // Long lists of parameters are broken elsewhere in a nested class, two columns to the
        // right.
        assertThat(words(nested(source, className))).isEqualTo(words(body(atRunTime)));
      }
    }
  }

  private static String words(String text) {
    assertThat(text).startsWith("Kernel {").contains("void run(");
    return text.replaceAll("\\s+", " ");
  }

  /** A nested class from its header on. */
  private static String nested(String source, String name) {
    List<String> lines = source.lines().toList();
    int begin = lines.indexOf("  private static final class " + name + " implements Kernel {");
    assertThat(begin).as("class %s in%n%s", name, source).isPositive();
    int end = begin + 1;
    while (!lines.get(end).equals("  }")) {
      end++;
    }
    return lines.subList(begin + 1, end).stream()
        .map(line -> line.isEmpty() ? line : line.substring(2))
        .collect(Collectors.joining("\n", "Kernel {\n", "\n"));
  }

  /** The one class of a source, from its header on. */
  private static String body(String source) {
    String text = source.substring(source.indexOf(" implements Kernel {") + 12);
    return text.substring(0, text.lastIndexOf('}'));
  }
}
