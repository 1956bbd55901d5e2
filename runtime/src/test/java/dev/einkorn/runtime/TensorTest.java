package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TensorTest {
  @Test
  void wrapsArraysWithoutCopying() {
    float[] data = {1, 2, 3, 4, 5, 6};
    Tensor a = Tensor.of(data, 2, 3);
    data[4] = 50;
    assertThat(a.getFloat(1, 1)).isEqualTo(50);
    assertThat(a.floatArray()).isSameAs(data);
    assertThat(a.elementType()).isEqualTo(ElementType.F32);
    assertThat(a.rank()).isEqualTo(2);
    assertThat(a.shape()).containsExactly(2, 3);
    assertThat(a.extent(1)).isEqualTo(3);
    assertThat(a.stride(0)).isEqualTo(3);
    assertThat(a.offset()).isZero();
    assertThat(a.elementCount()).isEqualTo(6);
    assertThat(a.isContiguous()).isTrue();
    assertThat(a.isSegment()).isFalse();
  }

  @Test
  void everyStorageGivesItsArrayAndNoOther() {
    double[] doubles = {1};
    int[] ints = {1};
    long[] longs = {1};
    byte[] bytes = {1};
    assertThat(Tensor.of(doubles, 1).doubleArray()).isSameAs(doubles);
    assertThat(Tensor.of(ints, 1).intArray()).isSameAs(ints);
    assertThat(Tensor.of(longs, 1).longArray()).isSameAs(longs);
    assertThat(Tensor.ofBooleans(bytes, 1).byteArray()).isSameAs(bytes);
    Tensor segment = Tensor.of(ElementType.F32, MemorySegment.ofArray(new float[1]), 1);
    assertThat(segment.isSegment()).isTrue();
    assertThat(segment.segment().byteSize()).isEqualTo(4);
    assertThatThrownBy(segment::floatArray)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("f32[1] lies in a memory segment of type f32, not in a float[]");
    Tensor array = Tensor.of(ints, 1);
    assertThatThrownBy(array::floatArray).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(array::doubleArray).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(array::longArray).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(array::byteArray).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(segment::intArray).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(array::segment)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("i32[1] lies in a heap array of type i32, not in a MemorySegment");
  }

  @Test
  void refusesDataThatDoesNotFillTheShape() {
    assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [2,3] has 6 elements, but 5 were given");
    assertThatThrownBy(() -> Tensor.of(new int[5], 5, -1))
        .hasMessage("extent of axis 1 is negative in shape [5,-1]");
    assertThatThrownBy(() -> Tensor.of(ElementType.F64, MemorySegment.ofArray(new byte[17]), 2))
        .hasMessage("f64[2] takes 16 bytes, but the segment has 17");
    assertThatThrownBy(() -> Tensor.ofBooleans(new byte[] {1, 2}, 2))
        .hasMessage("a truth value is the byte 0 or 1, found 2 at 1");
  }

  @Test
  void refusesElementCountsBeyondLong() {
    assertThatThrownBy(() -> Tensor.zeros(ElementType.F32, 1L << 32, 1L << 31))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [4294967296,2147483648] has more elements than a long can count");
    assertThatThrownBy(() -> Tensor.zeros(ElementType.F32, 1L << 62))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more bytes than a long can count");
    assertThatThrownBy(() -> Tensor.scalar(1f).broadcastTo(1L << 40, 1L << 40))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Tensor.zeros(ElementType.F32, 1L << 40, 0, 1L << 40).elementCount()).isZero();
  }

  @Test
  void aBroadcastTensorMayBeLargerThanAnyArray() {
    Tensor huge = Tensor.of(new int[] {3, 4}, 2, 1).broadcastTo(2, 1L << 40);
    assertThat(huge.elementCount()).isEqualTo(1L << 41);
    assertThat(huge.getInt(1, (1L << 40) - 1)).isEqualTo(4);
    assertThat(huge.toString()).contains("[3, 3, 3, ..., 3, 3, 3]");
    assertThatThrownBy(huge::toIntArray).hasMessageContaining("too long for an array");
  }

  @Test
  void scalarsHaveRankZero() {
    assertThat(Tensor.scalar(1.5f).getFloat()).isEqualTo(1.5f);
    assertThat(Tensor.scalar(1.5).getDouble()).isEqualTo(1.5);
    assertThat(Tensor.scalar(7).getInt()).isEqualTo(7);
    assertThat(Tensor.scalar(1L << 60).getLong()).isEqualTo(1L << 60);
    assertThat(Tensor.scalar(true).getBoolean()).isTrue();
    Tensor s = Tensor.scalar(2.5);
    assertThat(s.rank()).isZero();
    assertThat(s.elementCount()).isEqualTo(1);
    assertThat(s.isContiguous()).isTrue();
    assertThat(s.isWritableView()).isTrue();
    assertThat(s.toDoubleArray()).containsExactly(2.5);
    assertThat(s.transpose().reshape(1, 1).reshape().contentEquals(s)).isTrue();
    s.fill(3);
    assertThat(s.getDouble()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void zerosAreZero(ElementType type) {
    Tensor zeros = Tensor.zeros(type, 2, 3);
    for (long i = 0; i < 2; i++) {
      for (long j = 0; j < 3; j++) {
        assertThat(zeros.getDouble(i, j)).isZero();
      }
    }
    assertThat(Tensor.zeros(type, 4, 0).elementCount()).isZero();
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void everyTypeReadsAndWritesInArraysAndSegments(ElementType type) {
    MemorySegment odd = Arena.ofAuto().allocate(1 + 3L * type.byteSize()).asSlice(1);
    for (Tensor t : new Tensor[] {Tensor.zeros(type, 3), Tensor.of(type, odd, 3)}) {
      t.set(1, 0);
      t.setLong(1, 1);
      t.setBoolean(true, 2);
      for (long i = 0; i < 3; i++) {
        assertThat(t.getDouble(i)).isEqualTo(1);
        assertThat(t.getFloat(i)).isEqualTo(1);
        assertThat(t.getInt(i)).isEqualTo(1);
        assertThat(t.getLong(i)).isEqualTo(1);
        assertThat(t.getBoolean(i)).isTrue();
      }
      t.fill(0);
      assertThat(t.getBoolean(1)).isFalse();
      t.fillLong(1);
      assertThat(t.getBoolean(2)).isTrue();
      assertThat(t.contentEquals(t.copy())).isTrue();
    }
  }

  @Test
  void elementsConvertAsJavaCastsDo() {
    Tensor d = Tensor.of(new double[] {1e10, Double.NaN, -2.9, 1e300}, 4);
    assertThat(d.getInt(0)).isEqualTo(Integer.MAX_VALUE);
    assertThat(d.getLong(0)).isEqualTo(10_000_000_000L);
    assertThat(d.getInt(1)).isZero();
    assertThat(d.getInt(2)).isEqualTo(-2);
    assertThat(d.getLong(3)).isEqualTo(Long.MAX_VALUE);
    assertThat(d.getBoolean(1)).isTrue();
    Tensor l = Tensor.of(new long[] {(1L << 32) + 5, Long.MAX_VALUE}, 2);
    assertThat(l.getInt(0)).isEqualTo(5);
    assertThat(l.getFloat(1)).isEqualTo(0x1p63f);
    l.setLong(Long.MIN_VALUE + 1, 0);
    assertThat(l.getLong(0)).isEqualTo(Long.MIN_VALUE + 1);
  }

  @Test
  void castConvertsAsJavaDoes() {
    Tensor d = Tensor.of(new double[] {1e10, Double.NaN, -2.9, 0.1}, 4);
    assertThat(d.cast(ElementType.I32).toIntArray()).containsExactly(Integer.MAX_VALUE, 0, -2, 0);
    assertThat(d.cast(ElementType.I64).toLongArray()).containsExactly(10_000_000_000L, 0, -2, 0);
    assertThat(d.cast(ElementType.F32).toFloatArray())
        .containsExactly(1e10f, Float.NaN, -2.9f, 0.1f);
    assertThat(d.cast(ElementType.BOOL).toBooleanArray()).containsExactly(true, true, true, true);
    Tensor l = Tensor.of(new long[] {(1L << 32) + 5, 0}, 2);
    assertThat(l.cast(ElementType.I32).toIntArray()).containsExactly(5, 0);
    assertThat(l.cast(ElementType.BOOL).toBooleanArray()).containsExactly(true, false);
    // Rounded once: through a double this would become 2^60.
    Tensor tie = Tensor.of(new long[] {(1L << 60) + (1L << 36) + 1}, 1);
    assertThat(tie.cast(ElementType.F32).getFloat(0)).isEqualTo(0x1.000002p60f);
    assertThat(
            Tensor.ofBooleans(new boolean[] {true, false}, 2).cast(ElementType.F64).toDoubleArray())
        .containsExactly(1, 0);
    assertThat(d.cast(ElementType.F64).doubleArray()).isNotSameAs(d.doubleArray());
  }

  @Test
  void bulkReadingIsRowMajorAndOnlyWidens() {
    Tensor f = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose();
    assertThat(f.toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(f.toDoubleArray()).containsExactly(1, 4, 2, 5, 3, 6);
    assertThatThrownBy(f::toIntArray)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("f32[3,2] has no lossless array of i32; call cast(ElementType.I32) first");
    assertThatThrownBy(f::toLongArray).hasMessageContaining("cast");
    assertThatThrownBy(f::toBooleanArray).hasMessageContaining("cast");
    Tensor i = Tensor.of(new int[] {1, 2}, 2).reverse(0);
    assertThat(i.toIntArray()).containsExactly(2, 1);
    assertThat(i.toLongArray()).containsExactly(2, 1);
    assertThatThrownBy(i::toDoubleArray).hasMessageContaining("cast(ElementType.F64)");
    assertThat(Tensor.ofBooleans(new byte[] {1, 0}, 2).toBooleanArray())
        .containsExactly(true, false);
    float[] raw = {1};
    assertThat(Tensor.of(raw, 1).toFloatArray()).isNotSameAs(raw);
  }

  @Test
  void positionsAreChecked() {
    Tensor a = Tensor.of(new float[6], 2, 3);
    assertThatThrownBy(() -> a.getFloat(1, 3))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("position 3 is out of range on axis 1, whose extent is 3, in shape [2,3]");
    assertThatThrownBy(() -> a.set(1, -1, 0))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("position -1 is out of range on axis 0");
    assertThatThrownBy(() -> a.getDouble(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("position [1] has 1 coordinates, but the tensor of shape [2,3] has rank 2");
    assertThatThrownBy(() -> Tensor.zeros(ElementType.F32, 0).getDouble(0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void readOnlySegmentsRefuseWrites() {
    Tensor t = Tensor.of(ElementType.I32, MemorySegment.ofArray(new int[2]).asReadOnly(), 2);
    assertThat(t.isWritableView()).isFalse();
    assertThatThrownBy(() -> t.set(1, 0)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> t.setLong(1, 0)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> t.fill(1)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> t.fillLong(1)).hasMessageContaining("copy()");
    assertThatThrownBy(() -> t.copyFrom(t.copy()))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(t.copy().isWritableView()).isTrue();
  }

  @Test
  void copyFromIsStridedAndSafeUnderOverlap() {
    float[] data = {1, 2, 3, 4, 5};
    Tensor a = Tensor.of(data, 5);
    a.copyFrom(a.reverse(0));
    assertThat(data).containsExactly(5, 4, 3, 2, 1);
    a.slice(0, 1, 5).copyFrom(a.slice(0, 0, 4));
    assertThat(data).containsExactly(5, 5, 4, 3, 2);
    Tensor square = Tensor.of(new long[] {1, 2, 3, 4}, 2, 2);
    square.copyFrom(square.transpose());
    assertThat(square.longArray()).containsExactly(1, 3, 2, 4);
    square.slice(0, 0, 0).copyFrom(Tensor.zeros(ElementType.I64, 0, 2));
    assertThat(square.longArray()).containsExactly(1, 3, 2, 4);
  }

  @Test
  void copyFromRefusesOtherShapesTypesAndSharedElements() {
    Tensor a = Tensor.zeros(ElementType.F32, 2, 3);
    assertThatThrownBy(() -> a.copyFrom(Tensor.zeros(ElementType.F32, 3, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cannot copy f32[3,2] into f32[2,3]");
    assertThatThrownBy(() -> a.copyFrom(Tensor.zeros(ElementType.F64, 2, 3)))
        .hasMessage("cannot copy f64[2,3] into f32[2,3]");
    Tensor shared = Tensor.zeros(ElementType.F32, 1, 3).broadcastTo(2, 3);
    assertThatThrownBy(() -> shared.copyFrom(a)).hasMessageContaining("share an element");
  }

  @Test
  void copiesOfBooleanSegmentsHoldOnlyZeroAndOne() {
    Tensor t = Tensor.of(ElementType.BOOL, MemorySegment.ofArray(new byte[] {0, 5, -1}), 3);
    assertThat(t.toBooleanArray()).containsExactly(false, true, true);
    assertThat(t.copy().byteArray()).containsExactly(0, 1, 1);
    Tensor target = Tensor.zeros(ElementType.BOOL, 3);
    target.copyFrom(t);
    assertThat(target.byteArray()).containsExactly(0, 1, 1);
  }

  @Test
  void copyKeepsNanPayloads() {
    int payload = 0x7f812345;
    MemorySegment bits = MemorySegment.ofArray(new int[] {payload, 0});
    Tensor copy = Tensor.of(ElementType.F32, bits, 2).reverse(0).copy();
    int found = MemorySegment.ofArray(copy.floatArray()).get(ValueLayout.JAVA_INT_UNALIGNED, 4);
    assertThat(found).isEqualTo(payload);
  }

  @Test
  void overlapComparesAddressedRanges() {
    float[] data = new float[10];
    Tensor a = Tensor.of(data, 10);
    assertThat(a.slice(0, 0, 5).overlaps(a.slice(0, 5, 10))).isFalse();
    assertThat(a.slice(0, 0, 6).overlaps(a.slice(0, 5, 10))).isTrue();
    assertThat(a.slice(0, 5, -1, -1).overlaps(a.slice(0, 6, 10))).isFalse();
    assertThat(a.slice(0, 9, 4, -1).overlaps(a.slice(0, 0, 5))).isFalse();
    assertThat(a.slice(0, 0, 10, 2).overlaps(a.slice(0, 1, 10, 2))).isTrue();
    assertThat(a.slice(0, 3, 3).overlaps(a)).isFalse();
    assertThat(a.overlaps(a.slice(0, 3, 3))).isFalse();
    assertThat(a.overlaps(Tensor.of(new float[10], 10))).isFalse();
    assertThat(a.overlaps(Tensor.of(data.clone(), 10))).isFalse();
    Tensor bytes = Tensor.of(ElementType.I32, MemorySegment.ofArray(data), 5, 2);
    assertThat(bytes.overlaps(a)).isTrue();
    assertThat(bytes.select(0, 0).overlaps(a.slice(0, 2, 10))).isFalse();
    MemorySegment memory = Arena.ofAuto().allocate(80);
    Tensor low = Tensor.of(ElementType.F64, memory.asSlice(0, 48), 6);
    Tensor high = Tensor.of(ElementType.F32, memory.asSlice(40, 40), 10);
    assertThat(low.overlaps(high)).isTrue();
    assertThat(low.slice(0, 0, 5).overlaps(high)).isFalse();
    assertThat(low.overlaps(a)).isFalse();
  }

  @Test
  void writableViewsHaveNoSharedElements() {
    Tensor a = Tensor.zeros(ElementType.I32, 4, 5);
    assertThat(a.isWritableView()).isTrue();
    assertThat(a.transpose().reverse(0).isWritableView()).isTrue();
    assertThat(a.slice(1, 0, 5, 2).isWritableView()).isTrue();
    assertThat(a.diagonal(0, 1).isWritableView()).isTrue();
    assertThat(a.insertAxis(0).isWritableView()).isTrue();
    assertThat(a.insertAxis(0).broadcastTo(2, 4, 5).isWritableView()).isFalse();
    assertThat(a.select(0, 0).broadcastTo(4, 5).isWritableView()).isFalse();
    assertThat(a.slice(0, 0, 0).insertAxis(0).broadcastTo(3, 0, 5).isWritableView()).isTrue();
  }

  @Test
  void contentEqualsComparesBitsExceptForNan() {
    Tensor a = Tensor.of(new double[] {Double.NaN, 0.0}, 2);
    Tensor otherNan = Tensor.of(new double[] {Double.longBitsToDouble(0x7ff8000000000123L), 0}, 2);
    assertThat(a.contentEquals(otherNan)).isTrue();
    assertThat(a.contentEquals(Tensor.of(new double[] {Double.NaN, -0.0}, 2))).isFalse();
    assertThat(a.contentEquals(a.reshape(1, 2))).isFalse();
    assertThat(a.contentEquals(a.cast(ElementType.F32))).isFalse();
    assertThat(a.reverse(0).contentEquals(Tensor.of(new double[] {0, Double.NaN}, 2))).isTrue();
    Tensor l = Tensor.of(new long[] {Long.MAX_VALUE}, 1);
    assertThat(l.contentEquals(Tensor.of(new long[] {Long.MAX_VALUE - 1}, 1))).isFalse();
    assertThat(Tensor.zeros(ElementType.F32, 0).contentEquals(Tensor.zeros(ElementType.F32, 0)))
        .isTrue();
    assertThat(a).isNotEqualTo(a.copy());
  }

  @Test
  void printsLikeNumpy() {
    assertThat(Tensor.scalar(1.5f)).hasToString("f32[] 1.5");
    assertThat(Tensor.of(new int[] {1, 2, 3}, 3)).hasToString("i32[3] [1, 2, 3]");
    assertThat(Tensor.ofBooleans(new boolean[] {true, false}, 2))
        .hasToString("bool[2] [true, false]");
    assertThat(Tensor.of(new long[8], 2, 2, 2))
        .hasToString(
            """
            i64[2,2,2]
            [[[0, 0],
              [0, 0]],

             [[0, 0],
              [0, 0]]]\
            """);
    assertThat(Tensor.of(new double[] {0, 1, 2, 3, 4, 5, 6}, 7))
        .hasToString("f64[7] [0.0, 1.0, 2.0, ..., 4.0, 5.0, 6.0]");
    assertThat(Tensor.zeros(ElementType.I32, 8, 1))
        .hasToString(
            """
            i32[8,1]
            [[0],
             [0],
             [0],
             ...,
             [0],
             [0],
             [0]]\
            """);
    assertThat(Tensor.zeros(ElementType.F32, 2, 0)).hasToString("f32[2,0]\n[[],\n []]");
    assertThat(Tensor.zeros(ElementType.F32, 0)).hasToString("f32[0] []");
  }

  @Test
  void theExampleOfThePackagePrintsAsItSays() {
    Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertThat(a.transpose().reverse(0))
        .hasToString(
            """
            f32[3,2]
            [[3.0, 6.0],
             [2.0, 5.0],
             [1.0, 4.0]]\
            """);
  }

  @Test
  void printingManyAxesStaysShort() {
    long[] shape = new long[30];
    Arrays.fill(shape, 5);
    assertThat(Tensor.scalar(1).broadcastTo(Arrays.copyOf(shape, 20)).toString())
        .hasSizeLessThan(10_000)
        .contains("...");
  }
}
