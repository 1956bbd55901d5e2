package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessorTest {
  @TempDir Path folder;

  @Test
  void theFirstProcessorOfTheFileCounts() throws IOException {
    Processor zen4 = read("AuthenticAMD", "25", "17");
    assertThat(zen4).isEqualTo(new Processor("AuthenticAMD", 25, 17));
    assertThat(zen4.hasHalfRate()).isTrue();
    assertThat(read("AuthenticAMD", "26", "2").hasHalfRate()).isFalse();
    assertThat(read("GenuineIntel", "6", "143").hasHalfRate()).isFalse();
  }

  @Test
  void whatIsMissingOrGarbledIsUnknown() throws IOException {
    var unknown = new Processor("", 0, 0);
    assertThat(Processor.read(folder.resolve("none"))).isEqualTo(unknown);
    assertThat(read("", "many", "-")).isEqualTo(unknown);
    assertThat(unknown.hasHalfRate()).isFalse();
    byte[] noise = {(byte) 0xff, 0, ':', (byte) 0xfe, '\n'};
    assertThat(Processor.read(Files.write(folder.resolve("noise"), noise))).isEqualTo(unknown);
  }

  private Processor read(String vendor, String family, String model) throws IOException {
    String text =
        """
        processor\t: 0
        vendor_id\t: %s
        cpu family\t: %s
        model\t\t: %s
        model name\t: a: name

        processor\t: 1
        vendor_id\t: Other
        cpu family\t: 1
        """
            .formatted(vendor, family, model);
    return Processor.read(Files.writeString(folder.resolve("cpuinfo"), text));
  }
}
