package dev.einkorn.compiler.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the annotations choose: budgets, schedules, orders, typical extents. */
class BuildOptionsTest {
  private static Tensor ones(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    tensor.fill(1);
    return tensor;
  }

  @Test
  void aBudgetIsKeptOrRefused() {
    Built built =
        Built.of(
            List.of(),
            """
            @TensorKernel(
                value = "t[i,j] = A[i,k] * B[k,j]; c[i,j] = t[i,j] / max[l](t[i,l])",
                memoryBudget = 4096)
            @Extents("i=16,j=16,k=16")
            Tensor scaled(Tensor A, Tensor B);
            """);
    Tensor small = (Tensor) built.call("scaled", ones(16, 16), ones(16, 16));
    assertThat(small.getDouble(3, 4)).isEqualTo(1);
    assertThatThrownBy(() -> built.call("scaled", ones(90, 90), ones(90, 90)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("MEMORY_BUDGET: the budget of this kernel is 4096 bytes");
  }

  @Test
  void pinnedSchedulesAndOrdersAreTaken() {
    String source =
        Built.generated(
            List.of(),
            """
            @TensorKernel(
                value = "E[n,k] = A[n,h] * B[k,h]",
                schedule = "E: reorder(k, n, h); hoist()")
            Tensor scheduled(Tensor A, Tensor B);

            @TensorKernel(value = "c[i] = A[i,k] * B[k,l] * d[l]", order = "c=((0 1) 2)")
            Tensor ordered(Tensor A, Tensor B, Tensor d);
            """);
    assertThat(source)
        .contains("E: reorder(k, n, h); hoist()")
        .contains("order: ((A[i,k] B[k,l]) d[l])")
        .contains("form of c: in the pinned order");
  }

  @Test
  void kernelsAreSharedOutForTheProcessorsOfTheMachine() {
    String members =
        """
        @TensorKernel("c[k] = A[i,k] * B[i,k]") @Extents("i=2000,k=2000")
        Tensor dots(Tensor A, Tensor B);
        """;
    List<String> vectors = List.of("--add-modules", "jdk.incubator.vector");
    String all = Built.generated(vectors, members);
    assertThat(all)
        .contains(
            "case 0: // every tensor has stride 1 along its last axis, on one processor",
            "case 1: // every tensor has stride 1 along its last axis, on at most 2 processors",
            "return TeamSize.isWithin(1)\n",
            "TeamSize.isWithin(2)")
        .contains("class DotsContiguous512For1 implements Kernel {")
        .contains("class DotsContiguous512For2 implements Kernel {")
        .contains("block(k: 1024)")
        .contains("class DotsContiguous512 implements Kernel {")
        .contains("block(k: 256)");
    assertThat(
            Built.generated(
                List.of(vectors.get(0), vectors.get(1), "-Aeinkorn.threads=4"), members))
        .contains("block(k: 512)")
        .doesNotContain("TeamSize.isWithin");
    Built built = Built.of(members);
    Tensor dots = (Tensor) built.call("dots", ones(300, 700), ones(300, 700));
    assertThat(dots.getDouble(699)).isEqualTo(300);
  }

  @Test
  void strictRoundingKeepsTheWrittenOrder() {
    String members =
        """
        @TensorKernel(value = "c[i] = A[i,k] * B[k,l] * d[l]"%s)
        Tensor work(Tensor A, Tensor B, Tensor d);
        """;
    assertThat(Built.generated(List.of(), members.formatted(", rounding = Rounding.STRICT")))
        .contains("loop nests: 1\n");
    assertThat(Built.generated(List.of(), members.formatted(""))).contains("loop nests: 2\n");
  }

  @Test
  void extentsOfTheInterfaceHoldWhereTheyFit() {
    String source =
        Built.generated(
            Built.compile(
                List.of(),
                com.google.testing.compile.JavaFileObjects.forSourceString(
                    "com.acme.Work",
                    Built.text(
                        "@TensorKernels @Extents(\"n=7,m=9\")\npublic interface Work",
                        """
                        @TensorKernel("c[n] = A[n]") Tensor f(Tensor A);
                        @TensorKernel("c[m] = A[m] * B[n]") @Extents("n=3")
                        Tensor g(Tensor A, @Shape("n") float[] B);
                        """))),
            "WorkKernels");
    assertThat(source)
        .contains("<p>The plan, chosen for n=7:")
        .contains("<p>The plan, chosen for m=9, n=3:");
  }

  @Test
  void aPlanThatDependsOnSizesIsComparedAtEachCall() {
    String members =
        """
        @TensorKernel("D[i,l] = A[i,j] * B[j,k] * C[k,l]")
        Tensor chain(Tensor A, Tensor B, Tensor C);
        """;
    assertThat(Built.generated(List.of(), members))
        .contains("new PlanAdvice(\"Work.chain\", \"i=256, j=256, k=256, l=256\")")
        .contains("this.chainPlan.compare(");
    assertThat(Built.generated(List.of(), members.replace("D[i,l]", "D[i,j,k,l]")))
        .doesNotContain("PlanAdvice");
  }

  @Test
  void theJarNamesTheProcessorAsIsolating() throws IOException {
    try (var in =
        TensorKernelProcessor.class.getResourceAsStream(
            "/META-INF/gradle/incremental.annotation.processors")) {
      assertThat(in).isNotNull();
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(TensorKernelProcessor.class.getName() + ",isolating\n");
    }
  }
}
