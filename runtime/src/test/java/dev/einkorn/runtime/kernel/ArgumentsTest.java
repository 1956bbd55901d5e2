package dev.einkorn.runtime.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void whatFitsIsAccepted() {
    Tensor tensor = Tensor.zeros(ElementType.F32, 2, 3);
    assertThatCode(
            () -> {
              Arguments.input("A", tensor, ElementType.F32, 2);
              Arguments.output("A", tensor, ElementType.F32, 2, 3);
              Arguments.sameExtent("i", 2, "axis 0 of A", 2, "axis 0 of B");
              Arguments.fixedExtent("A", 0, 2, 2);
              Arguments.elementCount("A", 6, 2, 3);
              Arguments.inside("A[i]", "A", 0, 0, 1, 2, 2);
              Arguments.inside("A[9]", "A", 0, 9, 9, 2, 0);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void theExtentThatALengthLeavesIsFound() {
    assertThat(Arguments.extentOf("A", 12, 4)).isEqualTo(3);
    assertThatThrownBy(() -> Arguments.extentOf("A", 12, 5))
        .hasMessage(
            "EXTENT_MISMATCH: A has 12 elements, which is no multiple of 5, the product of its"
                + " other extents");
    assertThatThrownBy(() -> Arguments.extentOf("A", 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void contradictionsNameBothSides() {
    assertThatThrownBy(() -> Arguments.fixedExtent("A", 1, 3, 4))
        .hasMessage(
            "EXTENT_MISMATCH: axis 1 of A has extent 3 in the program, but 4 in the tensor passed");
    assertThatThrownBy(() -> Arguments.inside("I[x - 1]", "I", 0, -1, 4, 5, 5))
        .isInstanceOf(KernelException.class)
        .hasMessage("position -1 is outside of axis 0 of I, of extent 5, in I[x - 1]");
    assertThatThrownBy(() -> Arguments.elements(1L << 40, 1L << 40))
        .hasMessageContaining("more elements than a long can count");
  }

  @Test
  void aBudgetLimitsTheWorkers() {
    assertThat(Arguments.workersWithin(1000, 400, 200)).isEqualTo(4);
    assertThat(Arguments.workersWithin(1000, 400, 0)).isEqualTo(Integer.MAX_VALUE);
    assertThatThrownBy(() -> Arguments.workersWithin(100, 400, 200))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "MEMORY_BUDGET: the budget of this kernel is 100 bytes, but a call of these sizes takes"
                + " 400");
  }
}
