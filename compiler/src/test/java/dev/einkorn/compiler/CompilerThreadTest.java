package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CompilerThreadTest {
  private static int depth(int calls) {
    return calls == 0 ? 0 : 1 + depth(calls - 1);
  }

  @Test
  void hasRoomForDeepRecursion() {
    assertThat(CompilerThread.<Integer>call(() -> depth(50_000))).isEqualTo(50_000);
  }

  @Test
  void whatIsThrownReachesTheCallerAsItIs() {
    var fault = new IllegalStateException("no");
    assertThatThrownBy(
            () ->
                CompilerThread.call(
                    () -> {
                      throw fault;
                    }))
        .isSameAs(fault);
    var error = new AssertionError("no");
    assertThatThrownBy(
            () ->
                CompilerThread.call(
                    () -> {
                      throw error;
                    }))
        .isSameAs(error);
  }

  @Test
  void anInterruptWaitsForTheResult() {
    Thread.currentThread().interrupt();
    assertThat(CompilerThread.<Integer>call(() -> 7)).isEqualTo(7);
    assertThat(Thread.interrupted()).isTrue();
  }
}
