package dev.einkorn.compiler.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.optimize.path.ContractionPath;
import dev.einkorn.compiler.source.CompileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The choices of a search lead to its plan again, and to no other. */
class PlanRecordTest {
  private static final int COUNT = 80;

  private static final String CHAIN =
      """
      (A: f64[i,j], B: f64[j,k], C: f64[j,k], x: f64[k]) -> (y)
      T[i,k] = A[i,j] * (B[j,k] + C[j,k])
      y[i] = T[i,k] * x[k]
      """;

  private static PlanRequest request(long intermediateBytes, boolean expands, int power) {
    return new PlanRequest(
        extent -> extent instanceof Extent.Fixed(long value) ? value : 1L << power,
        true,
        expands,
        CostModel.TYPICAL,
        intermediateBytes,
        Duration.ofSeconds(10));
  }

  private static PlanRecord record(IndexProgram program, PlanRequest request) {
    var search = new PlanSearch(program, request);
    return search.record(search.find()).orElseThrow();
  }

  @Test
  void recordsOfRandomProgramsLeadToTheSamePlans() {
    int rewritten = 0;
    for (long seed = 1; seed <= COUNT; seed++) {
      IndexProgram program;
      try {
        program = PolynomialPrograms.draw(seed).program();
      } catch (CompileException e) {
        continue; // An index without an axis to range over, for instance.
      }
      var random = new Random(seed);
      PlanRequest request =
          request(
              random.nextInt(4) == 0 ? 4096 : Long.MAX_VALUE,
              random.nextBoolean(),
              random.nextInt(10));
      var search = new PlanSearch(program, request);
      PlannedProgram found = search.find();
      Optional<PlanRecord> record = search.record(found);
      assertThat(record).as("seed " + seed).isPresent();
      PlanRecord read = PlanRecord.parse(record.get().text());
      assertThat(read).as("seed " + seed).isEqualTo(record.get());
      PlannedProgram followed = new PlanSearch(program, request).follow(read);
      assertThat(followed.plan()).as("seed " + seed).isEqualTo(found.plan());
      assertThat(followed.stepNanos()).isEqualTo(found.stepNanos());
      assertThat(followed.decisions()).isEqualTo(found.decisions());
      assertThat(followed.search().recalled()).contains(found.planning());
      rewritten += found.decisions().isEmpty() ? 0 : 1;
    }
    assertThat(rewritten).isGreaterThan(COUNT / 8);
  }

  @Test
  void aFoldOfSeveralStatementsIsRecorded() {
    IndexProgram program =
        ProgramText.check(
            "P[i,k] = sum[j](A[i,j] * B[j,k]) + C[i,k]; Q[i,k] = A[i,j] * B[j,k] * C[i,k]");
    PlanRequest request = request(Long.MAX_VALUE, false, 8);
    PlanRecord record = record(program, request);
    assertThat(record.shared()).hasSize(1);
    PlanRecord read = PlanRecord.parse(record.text());
    assertThat(read).isEqualTo(record);

    PlannedProgram followed = new PlanSearch(program, request).follow(read);

    assertThat(followed.plan()).isEqualTo(new PlanSearch(program, request).find().plan());
    assertThat(followed.decisions().getFirst().form()).isEqualTo("computed once for P and Q");
    PlanRecord wrong = PlanRecord.parse(record.text().replace("share SUM", "share MAX"));
    assertThatThrownBy(() -> new PlanSearch(program, request).follow(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no value to share");
  }

  @Test
  void otherChoicesAreRefused() {
    IndexProgram program = ProgramText.check(CHAIN);
    PlanRequest request = request(Long.MAX_VALUE, false, 8);
    PlanRecord record = record(program, request);
    assertThat(record.inlined()).containsExactly("T");
    List<String> wrong =
        List.of(
            record.text().replace("inline T\n", ""),
            record.text().replace("inline T\n", "inline y\n"),
            record.text().replace("inline T\n", "inline T\ninline T\n"),
            record.text().replace("form 0", "form 7"),
            record.text().replace("form 0", "form 0 999"),
            record.text().replace("form 0", "form 0 -1"),
            record.text().replace("nanos 0x1", "nanos 0x9"),
            record.text() + "form 0\n",
            record.text().replaceAll("(?m)^order.*\n", ""),
            record.text().replaceAll("(?m)^(order \\w+) .*$", "$1 (0 1 2 3)"),
            record.text().replaceAll("(?m)^(order \\w+) .*$", "$1 (0)"),
            record.text().replaceAll("(?m)^(order \\w+) .*$", "$1 (((0 1"),
            record.text().replaceAll("(?m)^program .*$", "program 00"));
    for (String text : wrong) {
      assertThat(text).isNotEqualTo(record.text());
      assertThatThrownBy(() -> new PlanSearch(program, request).follow(PlanRecord.parse(text)))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aRecordOfOtherSizesIsRefused() {
    IndexProgram program = ProgramText.check(CHAIN);
    PlanRecord record = record(program, request(Long.MAX_VALUE, false, 8));
    assertThatThrownBy(
            () -> new PlanSearch(program, request(Long.MAX_VALUE, false, 7)).follow(record))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another plan");
  }

  @Test
  void textsThatAreNoRecordsAreRefused() {
    for (String text :
        List.of(
            "nothing",
            "order optimal",
            "order elsewhere (0 1)",
            "form ",
            "form a",
            "form 99999999999",
            "rejected 0x1p3 1 before",
            "form 0\nrejected x 1 name",
            "search never complete",
            "nanos many")) {
      assertThatThrownBy(() -> PlanRecord.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void pinnedOrdersAreNotRecorded() {
    IndexProgram program =
        ProgramText.check(
            "(A: f64[i,j], B: f64[j,k], x: f64[k]) -> (y)\ny[i] = A[i,j]*B[j,k]*x[k]");
    PlanRequest request =
        request(Long.MAX_VALUE, false, 8)
            .withOrders(
                java.util.Map.of(
                    "y", dev.einkorn.compiler.optimize.path.ContractionTree.parse("((0 1) 2)")));
    var search = new PlanSearch(program, request);
    PlannedProgram found = search.find();
    assertThat(search.record(found)).isEmpty();
    assertThat(found.decisions().getFirst().paths().getFirst().origin())
        .isEqualTo(Decision.Path.name(ContractionPath.Origin.PINNED));
  }
}
