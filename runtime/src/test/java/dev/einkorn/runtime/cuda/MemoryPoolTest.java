package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.standin.StandInDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
  private static final long MIB = 1 << 20;

  private StandInDriver driver;
  private CudaDevice device;

  @BeforeEach
  void open() {
    driver = StandInDriver.begin();
    device = driver.open();
  }

  @AfterEach
  void close() {
    device.close();
    driver.end();
  }

  @Test
  void roundsByAnEighthAtMost() {
    assertThat(MemoryPool.round(0)).isEqualTo(512);
    assertThat(MemoryPool.round(513)).isEqualTo(1024);
    assertThat(MemoryPool.round(8192)).isEqualTo(8192);
    assertThat(MemoryPool.round(8193)).isEqualTo(9216);
    for (long bytes = 4096; bytes < 1L << 40; bytes = bytes * 9 / 7 + 1) {
      assertThat(MemoryPool.round(bytes))
          .isBetween(bytes, bytes + bytes / 8 + 1)
          .isEqualTo(MemoryPool.round(MemoryPool.round(bytes)));
    }
  }

  @Test
  void blocksAreUsedAgain() {
    long first;
    try (DeviceTensor x = device.allocate(ElementType.F32, 1000)) {
      first = x.address();
    }
    try (DeviceTensor x = device.allocate(ElementType.F64, 490)) {
      assertThat(x.address()).isEqualTo(first);
    }
    assertThat(driver.calls("cuMemAlloc_v2")).isOne();
    assertThat(device.memory().usedBytes()).isZero();
    assertThat(device.memory().heldBytes()).isEqualTo(4096);
    assertThat(device.memory().peakBytes()).isEqualTo(4096);
    device.trim();
    assertThat(device.memory().heldBytes()).isZero();
    assertThat(driver.live("memory")).isZero();
  }

  @Test
  void aBlockUsedAgainIsNotOverwrittenByItsFormerUser() {
    try (CudaStream other = device.newStream();
        CudaModule module = device.load(StandInDriver.module("fill 8"))) {
      driver.kernel(
          "fill",
          (_, parameters) -> {
            StandInDriver.pointer(parameters, 0, 4096).fill((byte) 9);
            return 0;
          });
      DeviceTensor former = device.zeros(ElementType.I32, 1024);
      module.function("fill").launch(other, Launch.of(1, 1), new KernelArguments().tensor(former));
      former.close();
      // The launch has not run yet: all work is as late as it may be.
      try (DeviceTensor next = device.upload(Tensor.zeros(ElementType.I32, 1024))) {
        assertThat(next.download().contentEquals(Tensor.zeros(ElementType.I32, 1024))).isTrue();
      }
    }
  }

  @Test
  void keptBlocksMakeRoomForOthers() {
    driver.memory(10 * MIB);
    device.allocate(ElementType.F32, 2 * MIB).close();
    try (DeviceTensor large = device.zeros(ElementType.F32, 9 * MIB / 4)) {
      assertThat(large.elementCount()).isEqualTo(9 * MIB / 4);
      assertThat(device.memory().heldBytes()).isEqualTo(9 * MIB);
    }
  }

  @Test
  void forgottenTensorsMakeRoomForOthers() {
    driver.memory(10 * MIB);
    for (int i = 0; i < 20; i++) {
      device.allocate(ElementType.F32, 2 * MIB);
    }
    assertThat(device.memory().peakBytes()).isEqualTo(8 * MIB);
  }

  @Test
  void whatDoesNotFitIsRefusedWithFigures() {
    driver.memory(10 * MIB);
    try (DeviceTensor kept = device.allocate(ElementType.F32, MIB)) {
      CudaException e =
          catchThrowableOfType(CudaException.class, () -> device.allocate(ElementType.F64, 2, MIB));
      assertThat(e.isOutOfMemory()).isTrue();
      assertThat(e.isContextLost()).isFalse();
      assertThat(e)
          .hasMessageStartingWith(
              "cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY (2), 16777216 bytes for f64[2, 1048576];"
                  + " of 10485760 bytes 6291456 are free, 4194304 are used by this program's"
                  + " tensors\nHint: close tensors");
      assertThat(kept.elementCount()).isEqualTo(MIB);
      device.allocate(ElementType.F32, MIB).close();
    }
  }
}
