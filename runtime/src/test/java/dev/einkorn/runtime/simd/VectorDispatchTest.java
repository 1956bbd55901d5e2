package dev.einkorn.runtime.simd;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

class VectorDispatchTest {
  @Test
  void everyOperationHasAllLengthsOnThisMachine() {
    assumeTrue(SimdSupport.detect().available(), "no vectors");
    assertThatCode(VectorDispatch::settle).doesNotThrowAnyException();
    assertThatCode(SimdSupport::prepare).doesNotThrowAnyException();
  }
}
