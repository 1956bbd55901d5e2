package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelResourcesTest {
  @Test
  void readsEachKernelOfALog() {
    String log =
        """
        sgemm.cu(3): warning #177-D: variable "x" was declared but never referenced
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'sgemm' for 'sm_90'
        ptxas info    : Function properties for sgemm
        ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
        ptxas info    : Used 47 registers, used 1 barriers, 8448 bytes smem
        ptxas info    : Compile time = 3.099 ms
        ptxas info    : Compiling entry function 'spills' for 'sm_90'
        ptxas info    : Function properties for spills
            88 bytes stack frame, 64 bytes spill stores, 72 bytes spill loads
        ptxas info    : Used 255 registers
        """;
    assertThat(KernelResources.parse(log))
        .containsExactly(
            new KernelResources("sgemm", 47, 8448, 0, 0, 0, 1),
            new KernelResources("spills", 255, 0, 88, 64, 72, 0));
    assertThat(KernelResources.parse(log).getFirst().spills()).isFalse();
    assertThat(KernelResources.parse(log).getLast().spills()).isTrue();
    assertThat(KernelResources.parse("")).isEmpty();
  }
}
