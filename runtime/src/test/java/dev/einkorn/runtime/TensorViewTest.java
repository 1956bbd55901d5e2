package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TensorViewTest {
  private final Tensor a = Tensor.of(IntStream.range(0, 24).toArray(), 2, 3, 4);
  private final Tensor line = Tensor.of(IntStream.range(0, 10).toArray(), 10);

  @Test
  void permuteReordersAxes() {
    Tensor b = a.permute(2, 0, 1);
    assertThat(b.shape()).containsExactly(4, 2, 3);
    assertThat(b.getInt(3, 1, 2)).isEqualTo(a.getInt(1, 2, 3));
    assertThat(b.intArray()).isSameAs(a.intArray());
    assertThat(b.isContiguous()).isFalse();
    for (int[] axes : new int[][] {{0, 1}, {0, 1, 1}, {0, 1, 3}, {0, -1, 1}, {0, 1, 2, 3}}) {
      assertThatThrownBy(() -> a.permute(axes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not a permutation of the axes 0 to 2 of shape [2,3,4]");
    }
  }

  @Test
  void sliceTakesPositionsUpToTheEnd() {
    assertThat(line.slice(0, 2, 5).toIntArray()).containsExactly(2, 3, 4);
    assertThat(line.slice(0, 1, 10, 3).toIntArray()).containsExactly(1, 4, 7);
    assertThat(line.slice(0, 1, 8, 3).toIntArray()).containsExactly(1, 4, 7);
    assertThat(line.slice(0, 1, 7, 3).toIntArray()).containsExactly(1, 4);
    assertThat(line.slice(0, 5, 5).elementCount()).isZero();
    assertThat(line.slice(0, 6, 5).elementCount()).isZero();
    assertThat(line.slice(0, 10, 10).elementCount()).isZero();
    assertThat(line.slice(0, 3, 10, Long.MAX_VALUE).toIntArray()).containsExactly(3);
  }

  @Test
  void sliceWithNegativeStepRunsBackward() {
    assertThat(line.slice(0, 9, -1, -4).toIntArray()).containsExactly(9, 5, 1);
    assertThat(line.slice(0, 8, 0, -4).toIntArray()).containsExactly(8, 4);
    assertThat(line.slice(0, 8, -1, -4).toIntArray()).containsExactly(8, 4, 0);
    assertThat(line.slice(0, 2, 5, -1).elementCount()).isZero();
    assertThat(line.slice(0, 4, -1, Long.MIN_VALUE).toIntArray()).containsExactly(4);
    assertThat(line.reverse(0).stride(0)).isEqualTo(-1);
    assertThat(line.reverse(0).reverse(0).contentEquals(line)).isTrue();
    assertThat(Tensor.zeros(ElementType.F32, 0).reverse(0).elementCount()).isZero();
  }

  @Test
  void sliceChecksItsArguments() {
    assertThatThrownBy(() -> line.slice(0, 0, 5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step of a slice of axis 0 is 0");
    assertThatThrownBy(() -> line.slice(0, 0, 11))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(
            "'to' of a slice of axis 0 is 11, legal are 0 to 10; the extent is 10 in shape [10]");
    assertThatThrownBy(() -> line.slice(0, -1, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> line.slice(0, 10, -1, -1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("'from' of a slice of axis 0 is 10, legal are -1 to 9");
    assertThatThrownBy(() -> line.slice(1, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no axis 1 in shape [10] of rank 1");
    assertThatThrownBy(() -> line.reverse(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void selectDropsTheAxis() {
    assertThat(a.select(1, 2).shape()).containsExactly(2, 4);
    assertThat(a.select(1, 2).toIntArray()).containsExactly(8, 9, 10, 11, 20, 21, 22, 23);
    assertThat(line.select(0, 7).getInt()).isEqualTo(7);
    assertThatThrownBy(() -> a.select(1, 3))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("position 3 is out of range on axis 1, whose extent is 3, in shape [2,3,4]");
  }

  @Test
  void diagonalAppendsTheSharedAxis() {
    Tensor d = a.diagonal(0, 2);
    assertThat(d.shape()).containsExactly(3, 2);
    assertThat(d.toIntArray()).containsExactly(0, 13, 4, 17, 8, 21);
    assertThat(a.diagonal(2, 0).toIntArray()).containsExactly(0, 13, 4, 17, 8, 21);
    Tensor square = Tensor.zeros(ElementType.F64, 3, 3);
    square.diagonal(0, 1).fill(1);
    assertThat(square.doubleArray()).containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1);
    assertThat(Tensor.zeros(ElementType.F32, 0, 3).diagonal(0, 1).shape()).containsExactly(0);
    assertThatThrownBy(() -> a.diagonal(1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two different axes");
    assertThatThrownBy(() -> a.diagonal(0, 3)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void broadcastRepeatsWithStrideZero() {
    Tensor b = Tensor.of(new int[] {1, 2}, 2, 1).broadcastTo(3, 2, 2);
    assertThat(b.toIntArray()).containsExactly(1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2);
    assertThat(b.stride(0)).isZero();
    assertThat(b.stride(2)).isZero();
    assertThat(Tensor.scalar(5).broadcastTo(2).toIntArray()).containsExactly(5, 5);
    assertThat(Tensor.scalar(5).broadcastTo(0, 3).elementCount()).isZero();
    assertThat(Tensor.zeros(ElementType.F32, 0).broadcastTo(2, 0).elementCount()).isZero();
    assertThatThrownBy(() -> line.broadcastTo(5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shape [10] cannot be broadcast to [5]");
    assertThatThrownBy(() -> a.broadcastTo(3, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Tensor.scalar(5).broadcastTo(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void axesOfExtentOneComeAndGo() {
    assertThat(a.insertAxis(0).shape()).containsExactly(1, 2, 3, 4);
    assertThat(a.insertAxis(3).shape()).containsExactly(2, 3, 4, 1);
    assertThat(a.insertAxis(1).squeeze(1).contentEquals(a)).isTrue();
    assertThat(Tensor.scalar(1).insertAxis(0).shape()).containsExactly(1);
    assertThatThrownBy(() -> a.insertAxis(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no axis can be inserted at 4 into shape [2,3,4]; legal are 0 to 3");
    assertThatThrownBy(() -> a.squeeze(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("axis 1 of shape [2,3,4] has extent 3");
  }

  @Test
  void reshapeKeepsRowMajorOrderWithoutCopying() {
    assertThat(a.reshape(6, 4).getInt(5, 3)).isEqualTo(23);
    assertThat(a.reshape(-1).shape()).containsExactly(24);
    assertThat(a.reshape(4, -1).shape()).containsExactly(4, 6);
    assertThat(a.reshape(4, -1).intArray()).isSameAs(a.intArray());
    assertThat(line.reverse(0).reshape(5, 2).toIntArray())
        .containsExactly(9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    assertThat(Tensor.zeros(ElementType.F32, 0, 3).reshape(5, 0).shape()).containsExactly(5, 0);
    assertThat(Tensor.scalar(1).reshape(-1).shape()).containsExactly(1);
    assertThat(a.permute(1, 2, 0).reshape(12, 2).getInt(11, 1)).isEqualTo(23);
  }

  @Test
  void reshapeSaysWhenACopyIsNeeded() {
    assertThatThrownBy(() -> a.transpose().reshape(24))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "shape [4,3,2] with strides [1,4,12] cannot be seen as [24] without moving elements;"
                + " call copy() first");
    assertThat(a.transpose().copy().reshape(24).getInt(1)).isEqualTo(12);
    assertThatThrownBy(() -> a.reshape(5, 5))
        .hasMessage("shape [2,3,4] has 24 elements, but shape [5,5] has 25");
    assertThatThrownBy(() -> a.reshape(-1, 5)).hasMessageContaining("no extent in the place of -1");
    assertThatThrownBy(() -> Tensor.zeros(ElementType.F32, 0).reshape(-1, 0))
        .hasMessageContaining("no extent in the place of -1");
    assertThatThrownBy(() -> a.reshape(-1, -1)).hasMessageContaining("must not be negative");
    assertThatThrownBy(() -> a.reshape(-2, 12)).hasMessageContaining("must not be negative");
  }

  @Test
  void contiguityIgnoresAxesOfExtentOne() {
    assertThat(a.insertAxis(1).isContiguous()).isTrue();
    assertThat(a.slice(0, 1, 2).isContiguous()).isTrue();
    assertThat(a.slice(1, 1, 2).isContiguous()).isFalse();
    assertThat(a.slice(1, 1, 1).isContiguous()).isTrue();
    assertThat(line.reverse(0).isContiguous()).isFalse();
    assertThat(line.slice(0, 3, 5).isContiguous()).isTrue();
  }

  @Test
  void writingToAViewWritesTheOriginal() {
    a.permute(2, 0, 1).slice(0, 3, -1, -2).set(-5, 0, 1, 2);
    assertThat(a.getInt(1, 2, 3)).isEqualTo(-5);
  }

  @Test
  void memoryIsSeenWithAnyStrides() {
    MemorySegment memory = MemorySegment.ofArray(new int[] {0, 1, 2, 3, 4, 5, 6});
    Tensor view =
        Tensor.strided(ElementType.I32, memory, new long[] {2, 1, 3}, new long[] {-3, 9, 0}, 5);
    assertThat(view.toIntArray()).containsExactly(5, 5, 5, 2, 2, 2);
    assertThat(view.stride(0)).isEqualTo(-3);
    assertThat(view.offset()).isEqualTo(5);
    Tensor empty = Tensor.strided(ElementType.I32, memory, new long[] {0}, new long[] {1}, 99);
    assertThat(empty.elementCount()).isZero();
  }

  @Test
  void stridesThatLeaveTheMemoryAreRefused() {
    MemorySegment memory = MemorySegment.ofArray(new int[7]);
    long[] shape = {3, 2};
    for (long[] strides :
        new long[][] {{3, 1}, {-1, 1}, {Long.MAX_VALUE, 1}, {1, Long.MIN_VALUE}}) {
      assertThatThrownBy(() -> Tensor.strided(ElementType.I32, memory, shape, strides, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("leaves the 7 elements there are");
    }
    assertThatThrownBy(() -> Tensor.strided(ElementType.I32, memory, shape, new long[] {1}, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shape [3,2] has 2 axes");
  }
}
