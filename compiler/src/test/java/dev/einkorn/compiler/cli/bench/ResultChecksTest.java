package dev.einkorn.compiler.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.runtime.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ResultChecksTest {
  private static final Einkorn REFERENCE = Einkorn.builder().backend(Backend.REFERENCE).build();

  @Test
  void drawsTheSameOperandsEveryTimeAndStoresThemAsTheLayoutSays() {
    Workload plain = workload("mk,kn->mn", "");
    Workload stored = workload("mk,kn->mn", ", \"layout\": {\"A\": [\"k\", \"m\"]}");
    Tensor first = Problem.draw(plain).inputs().sequencedValues().getFirst();
    assertThat(first.contentEquals(Problem.draw(plain).inputs().sequencedValues().getFirst()))
        .isTrue();
    Tensor transposed = Problem.draw(stored).inputs().sequencedValues().getFirst();
    assertThat(transposed.shape()).containsExactly(37, 50);
    assertThat(transposed.stride(0)).isEqualTo(1);
    assertThat(transposed.stride(1)).isEqualTo(37);
  }

  @Test
  void acceptsWhatTheInterpreterComputes() {
    for (String einsum : List.of("mk,kn->mn", "mk,mk->k", "mk,kn,mn->", "mm,mk->k", "mk->km")) {
      assertThat(check(einsum, output -> {}).passes()).as(einsum).isTrue();
    }
  }

  @Test
  void refusesOneElementThatLacksOneTerm() {
    Verdict verdict =
        check("mk,kn->mn", output -> output.set(output.getDouble(36, 28) + 0.5, 36, 28));
    assertThat(verdict.passes()).isFalse();
    assertThat(verdict.text()).startsWith("the element at [36, 28] is ").contains("definition");
  }

  @Test
  void refusesElementsThatAreNotWritten() {
    Verdict verdict = check("mk,kn->mn", output -> output.set(Double.NaN, 3, 4));
    assertThat(verdict.text()).isEqualTo("1 elements are not written or not finite");
  }

  @Test
  void refusesProgramsThatAreOffByMoreThanTheirRoundings() {
    for (String type : List.of("f32", "f64")) {
      Problem problem = Problem.draw(softmax(type));
      var check = new ProgramCheck(problem, REFERENCE, "the interpreter");
      Map<String, Tensor> outputs = Subject.of(Einkorn.builder().build()).prepare(problem).call();
      assertThat(check.verify(outputs)).isEqualTo(Verdict.right("the interpreter"));
      Tensor output = outputs.values().iterator().next();
      output.set(output.getDouble(2, 3) * 1.01, 2, 3);
      assertThat(check.verify(outputs).passes()).isFalse();
    }
  }

  @Test
  void allowsMovesNoErrorAtAll() {
    Workload move =
        WorkloadReader.parse(
                "file.json",
                """
                [{"name": "move", "program": "T[j,i] = A[i,j]", "inputs": {"A": ["i", "j"]},
                  "sizes": {"i": 3, "j": 4}, "dtype": "f32"}]\
                """)
            .getFirst();
    Problem problem = Problem.draw(move);
    var check = new ProgramCheck(problem, REFERENCE, "the interpreter");
    Map<String, Tensor> outputs = Subject.of(REFERENCE).prepare(problem).call();
    assertThat(check.verify(outputs).passes()).isTrue();
    Tensor output = outputs.values().iterator().next();
    output.set(Math.nextUp(output.getFloat(1, 1)), 1, 1);
    assertThat(check.verify(outputs).passes()).isFalse();
  }

  @Test
  void reducesAProgramToWhatIsAffordable() {
    Workload large = softmax("f32").resized(size -> 4000);
    Workload small = Reduction.fit(large, 40, 5000);
    assertThat(small.sizes().values()).allMatch(size -> size >= 4 && size <= 40);
    assertThat(Reduction.operations(small)).isLessThanOrEqualTo(5000);
    assertThat(Reduction.fit(small, 40, 5000)).isSameAs(small);
  }

  private static Workload softmax(String type) {
    return WorkloadReader.parse(
            "file.json",
            """
            [{"name": "softmax", "program":
              "m[r] = max[c](X[r,c]); z[r,c] = exp(X[r,c]-m[r]); s[r] = sum[c](z[r,c]); P[r,c] = z[r,c]/s[r]",
              "inputs": {"X": ["r", "c"]}, "sizes": {"r": 5, "c": 11}, "dtype": "%s"}]\
            """
                .formatted(type))
        .getFirst();
  }

  private static Verdict check(String einsum, Consumer<Tensor> change) {
    Workload workload = workload(einsum, "");
    Problem problem = Problem.draw(workload);
    var output = ((Workload.Computation.Einsum) workload.computation()).output();
    Map<String, Tensor> outputs = Subject.of(REFERENCE).prepare(problem).call();
    outputs.values().forEach(change);
    return new EinsumCheck(problem, output).verify(outputs);
  }

  private static Workload workload(String einsum, String more) {
    return WorkloadReader.parse(
            "file.json",
            """
            [{"name": "w", "einsum": "%s", "sizes": {"m": 37, "n": 29, "k": 50}, "dtype": "f32"%s}]\
            """
                .formatted(einsum, more))
        .getFirst();
  }
}
