package dev.einkorn.compiler.jit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import org.junit.jupiter.api.Test;

class JaninoPreloadTest {
  @Test
  void theSampleIsAKernelThatRuns() {
    Tensor a = Tensor.of(new float[] {1, 2, 3}, 3);
    JaninoPreload.sample().run(new Tensor[] {a}, new long[] {3}, Worker.solo());
    assertThat(a.toFloatArray()).containsExactly(12, 2, 3);
  }

  @Test
  void startingTwiceIsAllowed() {
    JaninoPreload.start();
    JaninoPreload.start();
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().equals("einkorn-preload"))
        .allMatch(Thread::isDaemon)
        .hasSizeLessThanOrEqualTo(1);
  }
}
