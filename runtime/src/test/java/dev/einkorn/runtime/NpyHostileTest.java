package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that lie about themselves: each is refused with a reason, none makes us take memory. */
final class NpyHostileTest {
  private static final String FLOATS = "'descr': '<f4', 'fortran_order': False, ";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{DESCR 'shape': (2, 3)} rest|expected nothing after the dictionary, found 'rest'",
        "{DESCR 'shape': (2, 3)}}|expected nothing after the dictionary, found '}'",
        "{DESCR 'shape': (2, 3)|expected ',', found the end of the header",
        "{DESCR 'shape': (2, -3)}|expected a whole number from 0 as an extent, found '-3'",
        "{DESCR 'shape': (2, 3.0)}|expected a whole number from 0 as an extent, found '3.0'",
        "{DESCR 'shape': (2, 1e3)}|found '1e3'",
        "{DESCR 'shape': (2, 0x3)}|found '0x3'",
        "{DESCR 'shape': (2, 03)}|found '03'",
        "{DESCR 'shape': (2, True)}|found 'True'",
        "{DESCR 'shape': (2, '3')}|found ''3''",
        "{DESCR 'shape': (2, ٣)}|found '",
        "{DESCR 'shape': (2, )|expected ',', found the end",
        "{DESCR 'shape': (,)}|found ''",
        "{DESCR 'shape': (2,,3)}|found ''",
        "{DESCR 'shape': (2 3)}|expected ',' or ')', found '3)}'",
        "{DESCR 'shape': (6)}|expected a tuple, which of one extent has a trailing comma",
        "{DESCR 'shape': 6}|expected '(', found '6}'",
        "{DESCR 'shape': [2, 3]}|expected '(', found '[2, 3]}'",
        "{DESCR 'shape': (99999999999999999999,)}|is beyond the largest long",
        "{DESCR 'shape': (9223372036854775808,)}|is beyond the largest long",
        "{DESCR 'shape': (4294967296, 4294967296)}|more elements than a long can count",
        "{DESCR 'shape': (9223372036854775807,)}|more bytes than a long can count",
        "{DESCR 'shape': (1152921504606846976,)}|found",
        "{DESCR}|expected the keys 'descr', 'fortran_order' and 'shape', found only",
        "{'shape': (2, 3)}|expected the keys",
        "{}|expected the keys",
        "{DESCR 'shape': (2, 3), 'shape': (2, 3)}|key 'shape' occurs twice",
        "{DESCR 'shape': (2, 3), 'extra': 1}|found 'extra'",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}|expected True or False, found '0",
        "{'descr': <f4, 'fortran_order': True, 'shape': (2, 3)}|expected a dtype in quotes",
        "{'descr': '', 'fortran_order': True, 'shape': (2, 3)}|dtype  is not supported",
        "{'descr': '<f4, 'fortran_order': True, 'shape': (2, 3)}|dtype <f4,  is not supported",
        "{'descr': '>O', 'fortran_order': True, 'shape': (2, 3)}|pickles are never executed",
        "{descr: '<f4'}|expected a key in quotes, found 'descr",
        "__import__('os').system('true')|expected '{', found '__import__",
        "{DESCR 'shape': (2, 3) + (1,)}|expected ',', found '+ (1,)}'",
      })
  void badHeadersAreRefused(String header, String message) throws IOException {
    String text = header.replace("{DESCR", "{" + FLOATS.strip());
    byte[] file = file(1, text, 24);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageStartingWith("in.npy: ")
        .hasMessageContaining(message);
    assertThatThrownBy(() -> Npy.read(onDisk(file)))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("in.npy: ");
    assertThatThrownBy(() -> Npy.map(onDisk(file))).isInstanceOf(NpyException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}",
        "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 3,),}",
        "  { 'descr' : '<f4' ,'fortran_order':False,'shape':( 2 ,3 ) , } ",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L)}",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (2, 3)}",
      })
  void equivalentHeadersAreRead(String header) throws IOException {
    for (int version = 1; version <= 3; version++) {
      assertThat(read(file(version, header, 24)).contentEquals(Tensor.zeros(ElementType.F32, 2, 3)))
          .isTrue();
    }
  }

  @Test
  void truthValuesOtherThanOneBecomeOne() throws IOException {
    byte[] file = file(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", 3);
    file[file.length - 1] = 77;
    assertThat(read(file).byteArray()).containsExactly(0, 0, 1);
    assertThat(Npy.map(onDisk(file)).byteArray()).containsExactly(0, 0, 1);
  }

  @Test
  void missingDataIsCounted() throws IOException {
    byte[] file = file(1, "{" + FLOATS + "'shape': (2, 3)}", 20);
    String message = "in.npy: expected 24 bytes of data for f32[2,3], found 20";
    assertThatThrownBy(() -> read(file)).isInstanceOf(NpyException.class).hasMessage(message);
    assertThatThrownBy(() -> Npy.read(onDisk(file)))
        .isInstanceOf(NpyException.class)
        .hasMessageEndingWith(message);
    assertThatThrownBy(() -> Npy.map(onDisk(file))).hasMessageEndingWith(message);
  }

  @Test
  void dataLeftOverIsCounted() throws IOException {
    byte[] file = file(1, "{" + FLOATS + "'shape': (2, 3)}", 25);
    assertThatThrownBy(() -> Npy.read(onDisk(file)))
        .isInstanceOf(NpyException.class)
        .hasMessageEndingWith("in.npy: expected 24 bytes of data for f32[2,3], found 25");
    assertThat(read(file).elementCount()).isEqualTo(6);
  }

  @Test
  void aLieAboutTheSizeTakesNoMemory() throws IOException {
    long limit = Runtime.getRuntime().maxMemory();
    // All of the heap but a little: storage of that size cannot be had.
    long extent = limit / 4 - 1000;
    byte[] file = file(2, "{" + FLOATS + "'shape': (" + extent + ",)}", 5_000_000);
    String message = "expected %s bytes of data for f32[%s], found 5000000";
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining(message.formatted(4 * extent, extent));
    assertThatThrownBy(() -> Npy.read(onDisk(file)))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining(message.formatted(4 * extent, extent));
    byte[] huge = file(2, "{" + FLOATS + "'shape': (" + (1L << 60) + ",)}", 64);
    assertThatThrownBy(() -> read(huge))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("needs 4611686018427387904 bytes of memory");
    assertThatThrownBy(() -> Npy.map(onDisk(huge)))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("expected 4611686018427387904 bytes of data");
  }

  @Test
  void headersThatClaimTooMuchAreRefused() throws IOException {
    byte[] file = file(2, "{" + FLOATS + "'shape': (2, 3)}", 24);
    file[8] = (byte) 0xff;
    file[9] = (byte) 0xff;
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageMatching("in.npy: expected 65535 bytes for the header, found \\d+");
    file[11] = (byte) 0xff;
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining(
            "expected a header of at most 65536 bytes, found one that claims 4278");
    byte[] none = file(1, "", 24);
    assertThatThrownBy(() -> read(none)).hasMessageContaining("expected '{'");
  }

  @Test
  void messagesStayShortAndPrintable() throws IOException {
    String junk = "\u0007".repeat(5000);
    for (String header :
        new String[] {
          "{'" + junk + "': 1}",
          "{'descr': '" + junk + "'}",
          "{'descr': 'O" + junk + "'}",
          "{'shape': (" + junk + ",)}",
          "{'shape': (" + "9".repeat(5000) + ",)}",
          junk
        }) {
      assertThatThrownBy(() -> read(file(1, header, 0)))
          .isInstanceOf(NpyException.class)
          .satisfies(
              e ->
                  assertThat(String.valueOf(e.getMessage()))
                      .hasSizeLessThan(300)
                      .doesNotContain("\u0007"));
    }
  }

  @Test
  void otherFilesAndVersionsAreNamed() throws IOException {
    assertThatThrownBy(() -> read("hello, world".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining(
            "expected the bytes 93 4e 55 4d 50 59 first, found 68 65 6c 6c 6f 2c");
    byte[] file = file(4, "{" + FLOATS + "'shape': (2, 3)}", 24);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("expected npy version 1.0, 2.0 or 3.0, found 4.0");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] file = file(1, "{" + FLOATS + "'shape': (2, 3)}", 24);
    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> read(cut)).as("%s bytes", length).isInstanceOf(NpyException.class);
    }
    assertThat(read(file).elementCount()).isEqualTo(6);
  }

  @Test
  void randomDamageNeverCausesAnythingButNpyException() throws IOException {
    byte[] file = file(1, "{" + FLOATS + "'shape': (2, 3)}", 24);
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = file.clone();
      for (int j = random.nextInt(3); j >= 0; j--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        read(damaged);
      } catch (NpyException e) {
        assertThat(e).hasMessageStartingWith("in.npy: ");
        refused++;
      }
    }
    assertThat(refused).isBetween(5_000, 20_000);
  }

  @Test
  void aStreamThatTricklesIsReadToTheEnd() throws IOException {
    byte[] file = file(3, "{" + FLOATS + "'shape': (300, 1000)}", 1_200_000);
    InputStream trickle =
        new ByteArrayInputStream(file) {
          @Override
          public synchronized int read(byte[] buffer, int offset, int length) {
            return super.read(buffer, offset, Math.min(length, 1000));
          }
        };
    assertThat(Npy.read(trickle, "trickle").elementCount()).isEqualTo(300_000);
  }

  private static byte[] file(int version, String header, int dataLength) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream();
    out.write("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
    out.write(version);
    out.write(0);
    for (int i = 0; i < (version == 1 ? 2 : 4); i++) {
      out.write(text.length >> (8 * i));
    }
    out.write(text);
    out.write(new byte[dataLength]);
    return out.toByteArray();
  }

  private Path onDisk(byte[] file) throws IOException {
    return Files.write(directory.resolve("in.npy"), file);
  }

  private static Tensor read(byte[] file) throws IOException {
    return Npy.read(new ByteArrayInputStream(file), "in.npy");
  }
}
