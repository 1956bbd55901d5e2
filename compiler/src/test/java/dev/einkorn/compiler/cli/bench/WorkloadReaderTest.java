package dev.einkorn.compiler.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.runtime.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadReaderTest {
  private static final String GEMM =
      """
      {"name": "gemm_f32_2", "einsum": "mk,kn->mn", "sizes": {"m": 2, "n": 3, "k": 4},
       "dtype": "f32", "layout": {"B": ["n", "k"]}}\
      """;

  @Test
  void readsAnEinsumWithALayout() {
    Workload workload = read("[" + GEMM + "]").getFirst();
    assertThat(workload.group()).isEqualTo("gemm_f32");
    assertThat(workload.type()).isEqualTo(ElementType.F32);
    assertThat(workload.operands())
        .containsExactly(
            new Workload.Operand("A", List.of("m", "k"), List.of(0, 1)),
            new Workload.Operand("B", List.of("k", "n"), List.of(1, 0)));
    assertThat(workload.computation())
        .isEqualTo(new Workload.Computation.Einsum("mk,kn->mn", List.of("m", "n")));
  }

  @Test
  void readsAProgramWhoseInputsNameTheirIndices() {
    Workload workload =
        read("""
        [{"name": "conv", "group": "stencils", "program": "O[x] = sum[r](I[x+r] * K[r])",
          "inputs": {"I": ["w"], "K": ["r"]}, "sizes": {"w": 9, "r": 3}, "dtype": "f64"}]\
        """)
            .getFirst();
    assertThat(workload.group()).isEqualTo("stencils");
    assertThat(workload.operands().getFirst().indices()).containsExactly("w");
    assertThat(workload.shape(workload.operands().getFirst())).containsExactly(9);
  }

  @Test
  void readsEveryFileOfTheSamples() throws IOException {
    Path folder = Path.of("..", "samples", "benchmarks", "workloads");
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(4);
    for (Path file : files) {
      assertThat(WorkloadReader.read(file)).as(file.toString()).isNotEmpty();
    }
  }

  @Test
  void saysWhereJsonIsBroken() {
    assertThatThrownBy(() -> read("[\n  {\"name\": }\n]"))
        .isInstanceOf(BenchException.class)
        .hasMessageStartingWith("file.json: no JSON: ")
        .hasMessageContaining("line 2 column 12");
    assertThatThrownBy(() -> read("[] []")).isInstanceOf(BenchException.class);
    assertThatThrownBy(() -> read("")).isInstanceOf(BenchException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"dtype\": \"f32\"    | \"dtype\": \"f16\"     | 'dtype' must be f32 or f64, found f16",
        "\"m\": 2              | \"m\": 0               | 'sizes': index m must be an integer from",
        "\"m\": 2              | \"m\": 2.5             | 'sizes': index m must be an integer from",
        "\"m\": 2              | \"q\": 2               | 'sizes' lacks index m",
        "mk,kn->mn             | mk,kn                  | 'einsum' needs an explicit output",
        "mk,kn->mn             | mk,k1->mn              | a label is one letter, found '1'",
        "mk,kn->mn             | mk,kn->mm              | a label is twice in the output",
        "mk,kn->mn             | mk,kn->mz              | the output's label z is in no operand",
        "[\"n\", \"k\"]        | [\"n\", \"n\"]         | B has the indices [k, n], which [n, n]",
        "\"B\": [              | \"C\": [               | there is no operand C among [A, B]",
        "\"einsum\":           | \"eimsum\":            | there is no field 'eimsum'",
        "\"einsum\":           | \"program\":           | 'inputs' is missing",
        "\"sizes\": {          | \"inputs\": {          | 'sizes' is missing",
      })
  void saysWhichFieldOfWhichWorkloadIsWrong(String right, String wrong, String message) {
    String text = "[" + GEMM.replace(right.strip(), wrong.strip()) + "]";
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(BenchException.class)
        .hasMessageStartingWith("file.json: workload 1 'gemm_f32_2': ")
        .hasMessageContaining(message);
  }

  @Test
  void refusesAnotherShapeOfFileAndEqualNames() {
    assertThatThrownBy(() -> read("{}")).hasMessage("file.json: expected an array of workloads");
    assertThatThrownBy(() -> read("[3]")).hasMessage("file.json: workload 1: expected an object");
    assertThatThrownBy(() -> read("[" + GEMM + "," + GEMM + "]"))
        .hasMessage("file.json: workload 2 'gemm_f32_2': the name is used twice");
  }

  private static List<Workload> read(String text) {
    return WorkloadReader.parse("file.json", text);
  }
}
