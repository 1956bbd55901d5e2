package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.standin.StandInDriver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTensorTest {
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

  private static Tensor counting(ElementType type, long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.I64, shape);
    Tensor flat = tensor.reshape(-1);
    for (long i = 0; i < flat.elementCount(); i++) {
      flat.setLong(type == ElementType.BOOL ? i % 3 % 2 : i, i);
    }
    return tensor.cast(type);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void keepsEveryTypeAndShape(ElementType type) {
    for (long[] shape : new long[][] {{}, {1}, {7}, {3, 4}, {2, 1, 5}, {0}, {3, 0, 2}}) {
      Tensor host = counting(type, shape);
      try (DeviceTensor copy = device.upload(host)) {
        assertThat(copy.elementType()).isEqualTo(type);
        assertThat(copy.shape()).isEqualTo(shape);
        assertThat(copy.isContiguous()).isTrue();
        assertThat(copy.download().contentEquals(host)).isTrue();
      }
    }
  }

  @Test
  void randomViewsOfTheHostArriveAndComeBack() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Tensor host = randomView(counting(ElementType.F32, 4, 3, 5), random);
      try (DeviceTensor copy = device.upload(host)) {
        assertThat(copy.download().contentEquals(host)).as("seed %s", seed).isTrue();
        long[] larger = LongStream.of(host.shape()).map(extent -> 2 * extent + 4).toArray();
        Tensor target = Tensor.zeros(ElementType.F32, larger);
        for (int axis = 0; axis < host.rank(); axis++) {
          target = target.slice(axis, 2, 2 + 2 * host.extent(axis), 2);
          if (random.nextBoolean()) {
            target = target.reverse(axis);
          }
        }
        copy.download(target);
        assertThat(target.contentEquals(host.copy())).as("seed %s, target", seed).isTrue();
      }
    }
  }

  @Test
  void randomViewsOnTheDeviceAreThoseOfTheHost() {
    for (int seed = 0; seed < 300; seed++) {
      Tensor host = counting(ElementType.I32, 4, 3, 5);
      try (DeviceTensor copy = device.upload(host)) {
        Tensor expected = host;
        DeviceTensor found = copy;
        Random random = new Random(seed);
        for (int step = 0; step < 3; step++) {
          int choice = random.nextInt(4);
          DeviceTensor before = found;
          if (choice == 0) {
            expected = expected.transpose();
            found = found.transpose();
          } else if (choice == 1 && expected.rank() > 0) {
            int axis = random.nextInt(expected.rank());
            long extent = expected.extent(axis);
            expected = expected.slice(axis, extent - 1, -1, -2);
            found = found.slice(axis, extent - 1, -1, -2);
          } else if (choice == 2 && expected.rank() > 0) {
            int axis = random.nextInt(expected.rank());
            expected = expected.select(axis, 0);
            found = found.select(axis, 0);
          } else {
            expected = expected.insertAxis(0);
            found = found.insertAxis(0);
            long[] shape = expected.shape();
            shape[0] = 2;
            expected = expected.broadcastTo(shape);
            before.close();
            before = found;
            found = found.broadcastTo(shape);
          }
          before.close();
        }
        assertThat(found.download().contentEquals(expected)).as("seed %s", seed).isTrue();
        found.close();
      }
    }
    assertThat(device.memory().usedBytes()).isZero();
  }

  private static Tensor randomView(Tensor tensor, Random random) {
    Tensor view = tensor;
    for (int step = 0; step < 4; step++) {
      int axis = view.rank() == 0 ? 0 : random.nextInt(view.rank());
      view =
          switch (random.nextInt(view.rank() == 0 ? 1 : 6)) {
            case 0 -> view.insertAxis(axis);
            case 1 -> view.transpose();
            case 2 -> view.slice(axis, 0, view.extent(axis), 2);
            case 3 -> view.reverse(axis);
            case 4 -> view.rank() > 1 ? view.select(axis, view.extent(axis) - 1) : view;
            default -> {
              long[] shape = view.insertAxis(0).shape();
              shape[0] = 3;
              yield view.rank() < 4 ? view.broadcastTo(shape) : view;
            }
          };
    }
    return view;
  }

  @Test
  void theCopyKeepsTheOrderOfAxesAndDropsGaps() {
    Tensor host = counting(ElementType.F64, 6, 4).transpose().slice(1, 0, 6, 2).reverse(0);
    try (DeviceTensor copy = device.upload(host.insertAxis(0).broadcastTo(5, 4, 3))) {
      assertThat(copy.shape()).containsExactly(5, 4, 3);
      assertThat(strides(copy)).containsExactly(0, -1, 4);
      assertThat(device.memory().usedBytes()).isEqualTo(512);
    }
  }

  private static long[] strides(DeviceTensor tensor) {
    return IntStream.range(0, tensor.rank()).mapToLong(tensor::stride).toArray();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void largeTensorsGoInPiecesThatDoNotOvertakeEachOther(boolean transposed) {
    // Ten pieces and a rest, through three buffers.
    long rows = 10 * Transfers.PIECE_BYTES / 4 / 1000 + 17;
    Tensor host = counting(ElementType.I32, rows, 1000);
    Tensor source = transposed ? host.transpose() : host;
    try (DeviceTensor copy = device.upload(source)) {
      source.fill(-1);
      Tensor back = copy.download();
      assertThat(driver.calls("cuMemcpyHtoDAsync_v2")).isEqualTo(11);
      assertThat(driver.live("pinned")).isEqualTo(6);
      Tensor original = counting(ElementType.I32, rows, 1000);
      assertThat(back.contentEquals(transposed ? original.transpose() : original)).isTrue();
    }
  }

  @Test
  void oneLongRowIsCutToo() {
    long length = Transfers.PIECE_BYTES / 8 + 3;
    Tensor host = counting(ElementType.I64, 1, 2, length);
    try (DeviceTensor copy = device.upload(host)) {
      assertThat(copy.download().contentEquals(host)).isTrue();
      assertThat(driver.calls("cuMemcpyHtoDAsync_v2")).isEqualTo(4);
    }
  }

  @Test
  void copiesInTheBackgroundAreWaitedForByTheirUsers() throws Exception {
    Tensor host = counting(ElementType.F32, 3_000_000);
    DeviceTensor copy = device.uploadInBackground(host);
    Tensor target = Tensor.zeros(ElementType.F32, 3_000_000);
    Future<Tensor> back = copy.downloadInBackground(target);
    copy.upload(Tensor.zeros(ElementType.F32, 3_000_000));
    assertThat(back.get()).isSameAs(target);
    assertThat(target.contentEquals(host)).isTrue();
    assertThat(copy.download().getFloat(2_999_999)).isZero();
    copy.close();
  }

  @Test
  void aTensorMayBeClosedWhileItIsCopied() throws Exception {
    Tensor host = counting(ElementType.F32, 2_000_000);
    Tensor target = Tensor.zeros(ElementType.F32, 2_000_000);
    Future<Tensor> back;
    try (DeviceTensor copy = device.uploadInBackground(host)) {
      back = copy.downloadInBackground(target);
    }
    assertThat(back.get().contentEquals(host)).isTrue();
    for (int i = 0; i < 100 && device.memory().usedBytes() > 0; i++) {
      Thread.sleep(5); // The copy gives its share back after its result is there.
    }
    assertThat(device.memory().usedBytes()).isZero();
  }

  @Test
  void aFailureInTheBackgroundShowsAtTheNextUse() {
    driver.fail("cuMemcpyHtoDAsync_v2", 1, 1);
    DeviceTensor copy = device.uploadInBackground(Tensor.scalar(1f));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(copy::download)
          .isInstanceOf(CudaException.class)
          .hasMessageStartingWith("cuMemcpyHtoDAsync_v2: CUDA_ERROR_INVALID_VALUE (1)");
    }
    Future<Tensor> back = copy.downloadInBackground(Tensor.scalar(0f));
    assertThatThrownBy(back::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(CudaException.class);
    copy.close();
  }

  @Test
  void theDeviceMayBeClosedWhileCopiesWait() {
    DeviceTensor[] copies = new DeviceTensor[20];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = device.uploadInBackground(counting(ElementType.F32, 500_000));
    }
    device.close();
    for (DeviceTensor copy : copies) {
      assertThat(catchThrowable(copy::download)).isInstanceOf(IllegalStateException.class);
      copy.close();
    }
  }

  @Test
  void truthValuesFromOtherMemoryBecomeZeroOrOne() {
    MemorySegment bytes = Arena.ofAuto().allocate(4);
    bytes.set(ValueLayout.JAVA_BYTE, 1, (byte) 7);
    bytes.set(ValueLayout.JAVA_BYTE, 3, (byte) -1);
    try (DeviceTensor copy = device.upload(Tensor.of(ElementType.BOOL, bytes, 4))) {
      Tensor target = Tensor.ofBooleans(new byte[4], 4);
      copy.download(target);
      assertThat(target.byteArray()).containsExactly(0, 1, 0, 1);
    }
  }

  @Test
  void uploadReplacesTheElements() {
    try (DeviceTensor x = device.zeros(ElementType.I32, 2, 3);
        DeviceTensor transposed = x.transpose();
        DeviceTensor gaps = x.slice(1, 0, 3, 2)) {
      transposed.upload(counting(ElementType.I32, 3, 2));
      assertThat(x.download().toIntArray()).containsExactly(0, 2, 4, 1, 3, 5);
      assertThatThrownBy(() -> gaps.upload(counting(ElementType.I32, 2, 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("without gaps and repeated axes");
      assertThatThrownBy(() -> x.upload(counting(ElementType.I32, 3, 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("i32[3, 2] on the host, but i32[2, 3] on the device");
      Tensor shared = Tensor.zeros(ElementType.I32, 3).broadcastTo(2, 3);
      assertThatThrownBy(() -> x.download(shared)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void geometryNeedsNoDevice() {
    DeviceTensor x = device.zeros(ElementType.F32, 4, 5);
    long address = x.address();
    DeviceTensor view = x.select(0, 2).slice(0, 4, -1, -2);
    assertThat(view.address()).isEqualTo(address + 4 * (2 * 5 + 4));
    assertThat(view).hasToString("f32[3] with strides [-2]");
  }
}
