package dev.einkorn.runtime.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlanAdviceTest {
  @Test
  void oneLineIsWrittenIfAnotherOrderIsMuchBetter() {
    var advice = new PlanAdvice("Work.chain", "n=256, k=64");
    assertThat(advice.compare(1e9, 0.9e9, new long[] {300, 64})).isFalse();
    assertThat(advice.compare(1e3, 1, new long[] {3, 1})).isFalse();
    assertThat(advice.compare(1e9, 1e7, new long[] {9, 900})).isTrue();
    assertThat(advice.compare(1e9, 1e7, new long[] {9, 900})).isFalse();
  }
}
