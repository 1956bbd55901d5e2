package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.standin.StandInDriver;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CudaDeviceTest {
  private static final Cubin SCALE = StandInDriver.module("scale 8 4 4", "idle");

  private StandInDriver driver;

  @BeforeEach
  void load() {
    driver = StandInDriver.begin();
    driver.kernel("scale", CudaDeviceTest::scale);
  }

  @AfterEach
  void everythingIsReleased() {
    driver.end();
  }

  private static int scale(MemorySegment launch, MemorySegment parameters) {
    int count = StandInDriver.integer(parameters, 1);
    if (StandInDriver.count(launch, 0) * StandInDriver.count(launch, 3) < count) {
      return 1;
    }
    MemorySegment x = StandInDriver.pointer(parameters, 0, 4L * count);
    float factor = Float.intBitsToFloat(StandInDriver.integer(parameters, 2));
    for (int i = 0; i < count; i++) {
      x.setAtIndex(JAVA_FLOAT, i, factor * x.getAtIndex(JAVA_FLOAT, i));
    }
    return 0;
  }

  @Test
  void saysWhichDevicesThereAre() {
    CudaDriver found = CudaDriver.load(driver.libraries()).orElseThrow();
    assertThat(found.version()).isEqualTo("13.0");
    assertThat(found.devices()).hasSize(1);
    DeviceProperties device = found.devices().getFirst();
    assertThat(device.architecture()).isEqualTo(Architecture.SM_90);
    assertThat(device.sharedBytesPerBlock()).isEqualTo(232448);
    assertThat(device)
        .hasToString(
            "stand-in 0, sm_90, 1,024 MiB, 132 multiprocessors, 227 KiB shared per block,"
                + " L2 50 MiB");
    assertThatThrownBy(() -> found.open(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no GPU 1; visible are 1");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void launchesAKernelBetweenUploadAndDownload(boolean late) {
    driver.runLate(late);
    try (CudaDevice device = driver.open();
        CudaModule module = device.load(SCALE);
        DeviceTensor x = device.upload(Tensor.of(new float[] {1, 2, 3}, 3))) {
      CudaFunction scale = module.function("scale");
      for (int i = 0; i < 3; i++) {
        scale.launch(
            device.stream(), Launch.of(1, 32), new KernelArguments().tensor(x).i32(3).f32(0.5f));
      }
      assertThat(x.download().toFloatArray()).containsExactly(0.125f, 0.25f, 0.375f);
    }
  }

  @Test
  void ordersWorkOfDifferentStreamsByTheTensorsTheyShare() {
    try (CudaDevice device = driver.open()) {
      CudaFunction scale = device.load(SCALE).function("scale");
      DeviceTensor x = device.upload(Tensor.of(new float[] {1, -1}, 2));
      CudaStream[] streams = {device.stream(), device.newStream(), device.newStream()};
      driver.kernel(
          "scale",
          (_, parameters) -> {
            MemorySegment values = StandInDriver.pointer(parameters, 0, 8);
            int number = (int) Float.intBitsToFloat(StandInDriver.integer(parameters, 2));
            // Not commutative, so that the order shows.
            values.set(JAVA_FLOAT, 0, 2 * values.get(JAVA_FLOAT, 0) + number);
            return 0;
          });
      float expected = 1;
      for (int i = 0; i < 12; i++) {
        scale.launch(
            streams[i * 5 % 3], Launch.of(1, 1), new KernelArguments().tensor(x).i32(2).f32(i));
        expected = 2 * expected + i;
      }
      assertThat(x.download().toFloatArray()).containsExactly(expected, -1);
    }
  }

  @Test
  void measuresTimeBetweenTwoPoints() {
    try (CudaDevice device = driver.open();
        CudaEvent start = device.stream().record();
        CudaEvent end = device.stream().record()) {
      assertThat(end.millisecondsSince(start)).isNotNegative();
    }
  }

  @Test
  void checksALaunchBeforeTheDriverDoes() {
    try (CudaDevice device = driver.open()) {
      CudaFunction scale = device.load(SCALE).function("scale");
      DeviceTensor x = device.zeros(ElementType.F32, 3);
      assertThatThrownBy(
              () ->
                  scale.launch(
                      device.stream(), Launch.of(1, 32), new KernelArguments().tensor(x).i64(3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("scale has parameters of [8, 4, 4] bytes, but the arguments have [8, 8]");
      assertThatThrownBy(
              () ->
                  scale.launch(
                      device.stream(),
                      Launch.of(1, 32).withDynamicShared(232449),
                      new KernelArguments().tensor(x).i32(3).f32(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a block of this device has at most 232448 bytes");
      assertThatThrownBy(() -> Launch.of(1, 1025))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no device launches <<<(1,1,1), (1025,1,1), 0>>>");
      assertThat(driver.calls("cuLaunchKernel")).isZero();
    }
  }

  @Test
  void asksForMuchSharedMemoryOnce() {
    try (CudaDevice device = driver.open()) {
      CudaFunction idle = device.load(SCALE).function("idle");
      for (int i = 0; i < 3; i++) {
        idle.launch(
            device.stream(), Launch.of(1, 32).withDynamicShared(100_000), new KernelArguments());
      }
      device.synchronize();
      assertThat(driver.calls("cuFuncSetAttribute")).isOne();
      assertThat(idle.activeBlocksPerMultiprocessor(256, 100_000)).isEqualTo(2);
      assertThat(idle.activeBlocksPerMultiprocessor(256, 0)).isEqualTo(8);
    }
  }

  @Test
  void refusesAnImageOfNoKindWithTheDriversLog() {
    try (CudaDevice device = driver.open()) {
      Cubin damaged = new Cubin(new byte[64], Architecture.SM_80, "");
      CudaException e = catchThrowableOfType(CudaException.class, () -> device.load(damaged));
      assertThat(e.code()).isEqualTo(200);
      assertThat(e.isContextLost()).isFalse();
      assertThat(e)
          .hasMessageStartingWith(
              "cuModuleLoadDataEx: CUDA_ERROR_INVALID_IMAGE (200), loading 64 bytes for sm_80 on"
                  + " sm_90 stand-in: this is no image\nHint: ");
    }
  }

  @Test
  void namesAKernelThatIsNotThere() {
    try (CudaDevice device = driver.open();
        CudaModule module = device.load(SCALE)) {
      assertThatThrownBy(() -> module.function("scael"))
          .isInstanceOf(CudaException.class)
          .hasMessageStartingWith(
              "cuModuleGetFunction: CUDA_ERROR_NOT_FOUND (500), kernel scael\nHint: ");
    }
  }

  @Test
  void refusesALaunchTheDriverRefusesAndGoesOn() {
    try (CudaDevice device = driver.open()) {
      CudaFunction idle = device.load(SCALE).function("idle");
      driver.fail("cuLaunchKernel", 1, 701);
      assertThatThrownBy(
              () -> idle.launch(device.stream(), Launch.of(7, 32), new KernelArguments()))
          .isInstanceOf(CudaException.class)
          .hasMessageStartingWith(
              "cuLaunchKernel: CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701),"
                  + " idle<<<(7,1,1), (32,1,1), 0>>>");
      idle.launch(device.stream(), Launch.of(7, 32), new KernelArguments());
      device.synchronize();
    }
  }

  @ParameterizedTest
  @CsvSource({"700, CUDA_ERROR_ILLEGAL_ADDRESS", "719, CUDA_ERROR_LAUNCH_FAILED"})
  void reportsALostDeviceOnceAndIsDeadAfterwards(int code, String name) {
    CudaDevice device = driver.open();
    CudaModule module = device.load(SCALE);
    CudaFunction idle = module.function("idle");
    DeviceTensor x = device.upload(Tensor.of(new float[1000], 1000));
    driver.fail("run:idle", 2, code);
    idle.launch(device.stream(), Launch.of(1, 32), new KernelArguments());
    idle.launch(device.stream(), Launch.of(2, 32), new KernelArguments());
    CudaException first = catchThrowableOfType(CudaException.class, device::synchronize);
    assertThat(first.isContextLost()).isTrue();
    assertThat(first.resultName()).isEqualTo(name);
    assertThat(first)
        .hasMessageStartingWith(
            "cuCtxSynchronize: %s (%s), launched last: idle".formatted(name, code))
        .hasMessageContaining("idle<<<(2,1,1), (32,1,1), 0>>>\nThe device is lost")
        .hasMessageContaining("Hint: ");

    long calls = driver.calls("cuCtxSetCurrent");
    for (Runnable use :
        new Runnable[] {
          x::download,
          () -> device.zeros(ElementType.I32, 4),
          () -> device.upload(Tensor.scalar(1f)),
          () -> idle.launch(device.stream(), Launch.of(1, 1), new KernelArguments()),
          device::newStream,
          device.stream()::record,
          () -> device.load(SCALE)
        }) {
      CudaException later = catchThrowableOfType(CudaException.class, use::run);
      assertThat(later.isContextLost()).isTrue();
      assertThat(later).hasCause(first).hasMessageContaining("was not called: the device was lost");
    }
    assertThat(driver.calls("cuCtxSetCurrent")).as("calls after the loss").isEqualTo(calls);

    x.close();
    module.close();
    device.close();
    device.close();
    try (CudaDevice again = driver.open()) {
      again.synchronize();
    }
  }

  @Test
  void aFailureThatNobodyWaitedForShowsWhenTheDeviceIsClosed() {
    CudaDevice device = driver.open();
    CudaFunction idle = device.load(SCALE).function("idle");
    driver.fail("run:idle", 1, 719);
    idle.launch(device.stream(), Launch.of(1, 32), new KernelArguments());
    assertThatThrownBy(device::close)
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("closing the device; launched last: idle");
    device.close();
  }

  @Test
  void blockingShowsAFailureAtItsLaunch() {
    System.setProperty("einkorn.cuda.blocking", "true");
    try (CudaDevice device = driver.open()) {
      CudaFunction idle = device.load(SCALE).function("idle");
      driver.fail("run:idle", 1, 719);
      assertThatThrownBy(
              () -> idle.launch(device.stream(), Launch.of(1, 32), new KernelArguments()))
          .isInstanceOf(CudaException.class)
          .hasMessageStartingWith("cuStreamSynchronize: CUDA_ERROR_LAUNCH_FAILED (719)");
    } finally {
      System.clearProperty("einkorn.cuda.blocking");
    }
  }

  @Test
  void everythingIsClosedWithTheDevice() {
    CudaDevice device = driver.open();
    CudaModule module = device.load(SCALE);
    CudaFunction idle = module.function("idle");
    CudaStream stream = device.newStream();
    CudaEvent event = stream.record();
    DeviceTensor x = device.upload(Tensor.of(new float[] {1}, 1));
    DeviceTensor view = x.insertAxis(0);
    device.close();
    driver.end();
    driver = StandInDriver.begin();
    for (Runnable use :
        new Runnable[] {
          x::download,
          view::download,
          stream::synchronize,
          event::synchronize,
          device::synchronize,
          device::memory,
          () -> device.allocate(ElementType.F32, 1),
          () -> device.uploadInBackground(Tensor.scalar(1f)),
          () -> module.function("idle"),
          () -> idle.launch(stream, Launch.of(1, 1), new KernelArguments())
        }) {
      assertThatThrownBy(use::run).isInstanceOf(IllegalStateException.class);
    }
    view.close();
    x.close();
    event.close();
    stream.close();
    module.close();
  }

  @Test
  void aClosedPartFailsAndTheRestWorks() {
    try (CudaDevice device = driver.open()) {
      CudaModule module = device.load(SCALE);
      CudaFunction idle = module.function("idle");
      CudaStream stream = device.newStream();
      DeviceTensor x = device.zeros(ElementType.F64, 2);
      stream.close();
      stream.close();
      assertThatThrownBy(stream::synchronize)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this stream is closed");
      assertThatThrownBy(() -> idle.launch(stream, Launch.of(1, 1), new KernelArguments()))
          .hasMessage("this stream is closed");
      module.close();
      assertThatThrownBy(() -> idle.launch(device.stream(), Launch.of(1, 1), new KernelArguments()))
          .hasMessage("this module is closed");
      DeviceTensor view = x.select(0, 1);
      x.close();
      assertThatThrownBy(x::download).hasMessage("this tensor is closed");
      assertThatThrownBy(() -> x.select(0, 0)).hasMessage("this tensor is closed");
      assertThat(view.download().getDouble()).isZero();
      view.close();
      assertThat(device.memory().usedBytes()).isZero();
    }
  }

  @Test
  void forgottenThingsAreReleasedByTheCollector() throws InterruptedException {
    try (CudaDevice device = driver.open()) {
      long streams = driver.live("stream");
      for (int i = 0; i < 8; i++) {
        device.newStream().record();
        device.zeros(ElementType.F32, 1000);
      }
      for (int i = 0; i < 100 && device.memory().usedBytes() > 0; i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertThat(device.memory().usedBytes()).isZero();
      assertThat(driver.live("stream")).isEqualTo(streams);
    }
  }

  @Test
  void aForgottenDeviceIsReleasedByTheCollector() throws InterruptedException {
    forget();
    for (int i = 0; i < 100 && driver.live("context") > 0; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(driver.live("context")).isZero();
  }

  private void forget() {
    CudaDevice device = driver.open();
    DeviceTensor x = device.upload(Tensor.of(new float[] {1, 2}, 2));
    assertThat(x.transpose().download().toFloatArray()).containsExactly(1, 2);
  }

  @Test
  void anyThreadMayUseIt() throws InterruptedException {
    driver.runLate(false);
    try (CudaDevice device = driver.open()) {
      CudaFunction scale = device.load(SCALE).function("scale");
      float[] results = new float[8];
      Thread[] threads =
          IntStream.range(0, results.length)
              .mapToObj(
                  i ->
                      (i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform())
                          .start(
                              () -> {
                                for (int round = 0; round < 50; round++) {
                                  DeviceTensor x = device.upload(Tensor.of(new float[] {i, 2}, 2));
                                  scale.launch(
                                      device.stream(),
                                      Launch.of(1, 2),
                                      new KernelArguments().tensor(x).i32(2).f32(3));
                                  results[i] += x.download().getFloat(0);
                                  x.close();
                                }
                              }))
              .toArray(Thread[]::new);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(results).containsExactly(0, 150, 300, 450, 600, 750, 900, 1050);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuStreamCreate", "cuEventCreate"})
  void aDeviceThatCannotBeOpenedLeavesNothing(String function) {
    for (int nth = 1; nth <= 3; nth++) {
      driver.fail(function, nth, 2);
      assertThatThrownBy(() -> driver.open())
          .isInstanceOf(CudaException.class)
          .hasMessageStartingWith(function + ": CUDA_ERROR_OUT_OF_MEMORY (2)");
    }
    assertThat(driver.live("context")).isZero();
  }

  @Test
  void saysThatNoDeviceIsVisible() {
    driver.fail("cuInit", 1, 100);
    CudaLibraries libraries = driver.libraries();
    assertThatThrownBy(() -> CudaDriver.load(libraries))
        .isInstanceOf(CudaException.class)
        .hasMessageStartingWith("cuInit: CUDA_ERROR_NO_DEVICE (100)\nHint: no GPU is visible");
  }
}
