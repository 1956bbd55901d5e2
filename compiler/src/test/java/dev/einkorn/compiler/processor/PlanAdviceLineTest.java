package dev.einkorn.compiler.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.kernel.PlanAdvice;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Generated methods say in the log if a call has sizes that their plan is much worse for. */
class PlanAdviceLineTest {
  private static final String CHAIN = "D[i,l] = A[i,j] * B[j,k] * C[k,l]";

  /** Keeps what is logged. */
  private static final class Kept extends Handler {
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord logged) {
      records.add(logged);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private final Logger logger = Logger.getLogger(PlanAdvice.LOGGER);
  private final Kept kept = new Kept();

  @BeforeEach
  void listen() {
    logger.addHandler(kept);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void leave() {
    logger.removeHandler(kept);
    logger.setUseParentHandlers(true);
  }

  /** D of ones, with these sizes. */
  private static Tensor chain(Built built, long i, long j, long k, long l) {
    return (Tensor) built.call("chain", ones(i, j), ones(j, k), ones(k, l));
  }

  private static Tensor ones(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    tensor.fill(1);
    return tensor;
  }

  private static Built built(String extents) {
    return Built.of(
        List.of(),
        "@TensorKernel(\"%s\") @Extents(\"%s\") Tensor chain(Tensor A, Tensor B, Tensor C);\n"
            .formatted(CHAIN, extents));
  }

  @Test
  void oneLineIsWrittenAtTheFirstCallThatAnotherOrderServesMuchBetter() {
    Built built = built("i=1,j=200,k=200,l=200");
    assertThat(chain(built, 2, 200, 200, 200).getDouble(1, 7)).isEqualTo(40_000);
    assertThat(kept.records).isEmpty();
    assertThat(chain(built, 200, 200, 200, 1).getDouble(7, 0)).isEqualTo(40_000);
    assertThat(chain(built, 201, 200, 200, 1).getDouble(7, 0)).isEqualTo(40_000);
    assertThat(kept.records)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getLevel()).isEqualTo(Level.WARNING);
              assertThat(line.getMessage())
                  .isEqualTo(
                      "Work.chain was planned for i=1, j=200, k=200, l=200; for sizes"
                          + " [200, 200, 200, 1] another order takes 101 times fewer operations."
                          + " Give typical sizes by @Extents.");
            });
  }

  @Test
  void nothingIsWrittenForTheSizesOfThePlan() {
    Built built = built("i=200,j=200,k=200,l=1");
    assertThat(chain(built, 200, 200, 200, 1).getDouble(7, 0)).isEqualTo(40_000);
    assertThat(kept.records).isEmpty();
  }
}
