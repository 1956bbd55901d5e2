package dev.einkorn.compiler.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Contraction orders that are given are kept, and refused where they do not fit. */
class PinnedOrderTest {
  private static final String CHAIN = "E[i,l] = A[i,j] * B[j,k] * C[k,l]";

  private static PlanRequest request(boolean regroups, String target, String tree) {
    return new PlanRequest(
            PlanRequest::typical,
            regroups,
            true,
            CostModel.TYPICAL,
            Long.MAX_VALUE,
            Duration.ofMinutes(1))
        .withOrders(Map.of(target, ContractionTree.parse(tree)));
  }

  /** A program whose inputs are matrices of doubles or, in lower case, vectors. */
  private static IndexProgram program(String text) {
    Map<String, InputType> types = new LinkedHashMap<>();
    for (String name : List.of("A", "B", "C", "D", "x", "y")) {
      if (text.contains(name + "[")) {
        int rank = Character.isUpperCase(name.charAt(0)) ? 2 : 1;
        types.put(
            name,
            new InputType(
                ElementType.F64,
                IntStream.range(0, rank).mapToObj(_ -> OptionalLong.empty()).toList()));
      }
    }
    return ProgramText.check(text, types);
  }

  private static List<String> statements(PlannedProgram planned) {
    return IndexPrinter.print(planned.plan().optimized()).lines().skip(1).toList();
  }

  private static PlannedProgram plan(String text, String target, String tree) {
    return Planner.plan(program(text), request(true, target, tree));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "((0 1) 2) | t1[i,k] = sum[j](A[i,j] * B[j,k]) | E[i,l] = sum[k](t1[i,k] * C[k,l])",
        "(0 (1 2)) | t1[j,l] = sum[k](B[j,k] * C[k,l]) | E[i,l] = sum[j](A[i,j] * t1[j,l])",
      })
  void aChainIsContractedInTheGivenOrder(String tree, String first, String second) {
    assertThat(statements(plan(CHAIN, "E", tree))).containsExactly(first, second);
  }

  @Test
  void allFactorsMayBeOneNest() {
    assertThat(statements(plan(CHAIN, "E", "(0 1 2)")))
        .singleElement()
        .asString()
        .startsWith("E[i,l] = sum[j,k](");
  }

  @Test
  void aFactorMayBeSummedByItself() {
    assertThat(statements(plan("s[i] = A[i,k] * x[j]", "s", "(0 (1))")))
        .containsExactly("t1 = sum[j](x[j])", "s[i] = sum[k](A[i,k] * t1)");
  }

  @Test
  void nothingIsDistributedOrFactored() {
    PlannedProgram planned = plan("s = (x[i] + y[j]) * A[i,j] * B[j,k]", "s", "((0 1) 2)");
    assertThat(statements(planned))
        .containsExactly("t1[j] = sum[i]((x[i] + y[j]) * A[i,j])", "s = sum[j,k](t1[j] * B[j,k])");
    assertThat(planned.decisions())
        .singleElement()
        .satisfies(
            decision -> {
              assertThat(decision.form()).isEqualTo("in the pinned order");
              assertThat(decision.paths())
                  .singleElement()
                  .satisfies(
                      path -> {
                        assertThat(path.origin()).isEqualTo("pinned");
                        assertThat(path.tree()).isEqualTo("(([x[i] + y[j]] A[i,j]) B[j,k])");
                        assertThat(path.largestBytes()).isEqualTo(256 * 8);
                        assertThat(path.peakBytes()).isEqualTo(256 * 8);
                      });
            });
  }

  @Test
  void whatThePinnedStatementReadsStaysAsWritten() {
    String text = "T[i,j] = A[i,j] * 2\nU[i,k] = T[i,j] * B[j,k]\nE[i,l] = U[i,k]*C[k,l]*D[l,i]";
    PlannedProgram planned = plan(text, "E", "(0 (1 2))");
    assertThat(statements(planned))
        .contains("E[i,l] = sum[k](C[k,l] * U[i,k] * D[l,i])")
        .noneMatch(statement -> statement.contains("T["));
    assertThat(planned.plan().optimized().outputs()).containsExactly("E");
  }

  @Test
  void otherStatementsAreSearchedUnlessNothingIsRegrouped() {
    String text = CHAIN + "\nF[i] = A[i,j] * B[j,k] * x[k]";
    assertThat(statements(plan(text, "E", "((0 1) 2)")))
        .hasSize(3)
        .last()
        .isEqualTo("F[i] = sum[k](x[k] * t1[i,k])");
    PlannedProgram written = Planner.plan(program(text), request(false, "E", "((0 1) 2)"));
    assertThat(statements(written))
        .hasSize(3)
        .last()
        .isEqualTo("F[i] = sum[j,k](A[i,j] * B[j,k] * x[k])");
  }

  @Test
  void everyOrderComputesTheSame() {
    String text = "E[i,l] = 2 * A[i,j] * (B[j,k] * sum[m](C[k,m])) * D[k,l]";
    IndexProgram program = program(text);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    double[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (String name : List.of("A", "B", "C", "D")) {
      inputs.put(name, Tensor.of(values, 3, 3));
    }
    Tensor expected = ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "E");
    for (String tree :
        List.of("(((0 1) 2) 3)", "(0 (1 (2 3)))", "((0 (2)) (1 3))", "(0 1 (2) 3)", "(3 2 1 0)")) {
      PlannedProgram planned = Planner.plan(program, request(true, "E", tree));
      Tensor found =
          ProgramText.named(ReferenceInterpreter.evaluate(planned.plan().optimized(), inputs), "E");
      assertThat(found.toString()).as(tree).isEqualTo(expected.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "F | ((0 1) 2) | E[i,l] = A[i,j]*B[j,k]*C[k,l] | no statement computes F, so the order"
            + " ((0 1) 2) has nothing to order; targets are E",
        "E | (0 1)     | E[i,l] = A[i,j]*B[j,k]*C[k,l] | the order (0 1) does not fit the"
            + " statement of E: expected the factors 0 to 2, each once, found 2 of them",
        "E | (0 1)     | E[i,j] = A[i,j] + B[i,j] | the order (0 1) does not fit the statement of"
            + " E: expected one product of two factors or more, found a sum of 2 terms",
        "E | (0 1)     | E[i] = A[i,j] | the order (0 1) does not fit the statement of E: expected"
            + " one product of two factors or more, found sum[j](A[i,j])",
        "E | ((0) 1)   | E[i] = A[i,j]*B[j,i] | the order ((0) 1) does not fit the statement of E:"
            + " operand 0 has no label to be summed by itself",
      })
  void whatDoesNotFitIsRefused(String target, String tree, String text, String message) {
    assertThatThrownBy(() -> plan(text, target, tree))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(message);
  }

  @Test
  void anOrderIsForOneStatement() {
    assertThatThrownBy(() -> plan("E[i] = x[i]*A[i,j]\nE[i] += y[i]*x[i]", "E", "(0 1)"))
        .isInstanceOf(ScheduleException.class)
        .hasMessage("the order (0 1) is for one statement, but 2 compute E");
  }
}
