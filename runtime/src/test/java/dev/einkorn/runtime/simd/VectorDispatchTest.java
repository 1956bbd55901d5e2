package dev.einkorn.runtime.simd;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

class VectorDispatchTest {
  @Test
  void everyOperationHasAllLengthsOnThisMachine() {
    assumeTrue(SimdSupport.detect().available(), "no vectors");
    assertThatCode(() -> VectorDispatch.settle(Float.BYTES)).doesNotThrowAnyException();
    assertThatCode(() -> VectorDispatch.settle(Double.BYTES)).doesNotThrowAnyException();
    assertThatCode(() -> SimdSupport.prepare(Set.of(4, 8))).doesNotThrowAnyException();
  }
}
