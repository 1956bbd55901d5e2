package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that numpy itself has written; see generate.py beside them. */
final class NumpyFilesTest {
  @ParameterizedTest
  @CsvSource({"f4,F32", "f8,F64", "i4,I32", "i8,I64"})
  void everyTypeInEveryOrder(String dtype, ElementType type) throws IOException {
    Tensor expected = Tensor.of(new long[] {0, 1, -2, 3, 1000000, -7}, 2, 3).cast(type);
    for (String order : new String[] {"little", "big", "little_fortran", "big_fortran"}) {
      Path file = file(dtype + "_" + order + ".npy");
      assertThat(Npy.read(file).contentEquals(expected)).as("read %s", file).isTrue();
      Tensor mapped = Npy.map(file);
      assertThat(mapped.contentEquals(expected)).as("map %s", file).isTrue();
      assertThat(mapped.isSegment()).as("map %s", file).isEqualTo(order.startsWith("little"));
    }
  }

  @Test
  void fortranOrderIsAViewAndNotReordered() throws IOException {
    Tensor a = Npy.read(file("fortran_rank_3.npy"));
    assertThat(a.shape()).containsExactly(2, 3, 4);
    assertThat(a.stride(0)).isEqualTo(1);
    assertThat(a.stride(1)).isEqualTo(2);
    assertThat(a.stride(2)).isEqualTo(6);
    assertThat(a.toIntArray()).containsExactly(IntStream.range(0, 24).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"b1.npy", "b1_fortran.npy"})
  void truthValues(String name) throws IOException {
    for (Tensor t : new Tensor[] {Npy.read(file(name)), Npy.map(file(name))}) {
      assertThat(t.shape()).containsExactly(2, 3);
      assertThat(t.toBooleanArray()).containsExactly(true, false, true, false, false, true);
      assertThat(t.isSegment()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyVersion(int version) throws IOException {
    Tensor a = Npy.read(file("version_" + version + ".npy"));
    assertThat(a.shape()).containsExactly(2, 3, 4);
    assertThat(a.toDoubleArray())
        .containsExactly(IntStream.range(0, 24).asDoubleStream().toArray());
  }

  @Test
  void rankZeroAndOneAndEmpty() throws IOException {
    for (Tensor s : new Tensor[] {Npy.read(file("rank_0.npy")), Npy.map(file("rank_0.npy"))}) {
      assertThat(s.rank()).isZero();
      assertThat(s.getDouble()).isEqualTo(2.5);
    }
    assertThat(Npy.read(file("rank_1.npy")).toLongArray()).containsExactly(4, 5, 6);
    for (String name : new String[] {"empty.npy", "empty_fortran.npy"}) {
      assertThat(Npy.read(file(name)).shape()).containsExactly(3, 0, 2);
      assertThat(Npy.map(file(name)).shape()).containsExactly(3, 0, 2);
    }
  }

  @Test
  void specialValuesKeepTheirBits() throws IOException {
    Tensor special = Npy.read(file("special.npy"));
    double inf = Double.POSITIVE_INFINITY;
    Tensor expected =
        Tensor.of(new double[] {Double.NaN, inf, -inf, -0.0, Double.MIN_VALUE, 1.5}, 6);
    assertThat(special.contentEquals(expected)).isTrue();
    assertThat(Npy.read(file("limits.npy")).toLongArray())
        .containsExactly(Long.MIN_VALUE, Long.MAX_VALUE, 0, -1);
  }

  @ParameterizedTest
  @CsvSource({"u2,<u2", "f2,<f2", "c8,<c8", "text,<U2"})
  void otherTypesAreNamed(String name, String dtype) {
    assertThatThrownBy(() -> Npy.read(file("unsupported_" + name + ".npy")))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("unsupported_" + name + ".npy: npy header")
        .hasMessageContaining(
            "dtype %s is not supported; supported are f4, f8, i4, i8 and b1; convert with"
                .formatted(dtype));
  }

  @Test
  void structuredTypesAndPicklesAreRefused() {
    for (String name : new String[] {"structured.npy", "structured_version_3.npy"}) {
      assertThatThrownBy(() -> Npy.read(file(name)))
          .isInstanceOf(NpyException.class)
          .hasMessageContaining("structured dtypes are not supported");
    }
    assertThatThrownBy(() -> Npy.read(file("objects.npy")))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("dtype O holds pickled Python objects; pickles are never executed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"stored.npz", "deflated.npz"})
  void archives(String name) throws IOException {
    Map<String, Tensor> tensors = Npz.read(file(name));
    assertThat(tensors.keySet()).containsExactly("B", "A", "s");
    List<Tensor> values = List.copyOf(tensors.values());
    assertThat(values.get(0).toBooleanArray()).containsExactly(true, false);
    assertThat(values.get(1).toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(values.get(2).getLong()).isEqualTo(7);
  }

  @Test
  void anArchiveReadAsOneFileIsPointedOut() {
    assertThatThrownBy(() -> Npy.read(file("stored.npz")))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("not an npy file")
        .hasMessageContaining("zip archive: see Npz");
  }

  private static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(NumpyFilesTest.class.getResource("/npy/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
