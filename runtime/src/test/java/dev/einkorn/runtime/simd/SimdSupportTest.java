package dev.einkorn.runtime.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.runtime.ElementType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimdSupportTest {
  private static final String C2 = "mixed mode, sharing";

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void takesTheWidthThatTheMachinePrefers(int bits) {
    assertThat(SimdSupport.decide(null, bits, true, C2))
        .isEqualTo(new SimdSupport(true, bits, "on, " + bits + " bits"));
    assertThat(SimdSupport.decide("auto", bits, true, C2).bits()).isEqualTo(bits);
  }

  @Test
  void withoutTheModuleItNamesTheFlag() {
    SimdSupport support = SimdSupport.decide(null, 0, false, C2);
    assertThat(support.available()).isFalse();
    assertThat(support.bits()).isZero();
    assertThat(support.reason()).contains("--add-modules jdk.incubator.vector");
    assertThat(SimdSupport.decide("256", 0, false, C2)).isEqualTo(support);
  }

  @Test
  void thePropertySwitchesItOff() {
    assertThat(SimdSupport.decide("off", 512, true, C2))
        .isEqualTo(new SimdSupport(false, 0, "off, by -Deinkorn.simd=off"));
  }

  @Test
  void thePropertyChoosesTheWidth() {
    assertThat(SimdSupport.decide("128", 512, true, C2).bits()).isEqualTo(128);
    assertThat(SimdSupport.decide("512", 256, true, C2).reason())
        .isEqualTo("on, 512 bits by -Deinkorn.simd=512; slow, since this machine prefers 256");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "on", "64", "1024", "OFF", "256 "})
  void anyOtherPropertyIsAnError(String property) {
    assertThatThrownBy(() -> SimdSupport.decide(property, 512, true, C2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "system property einkorn.simd is '%s'; it must be auto, off, 128, 256 or 512"
                .formatted(property));
  }

  @ParameterizedTest
  @ValueSource(strings = {"interpreted mode", "mixed mode, emulated-client, sharing"})
  void withoutAnOptimizingCompilerItIsOffUnlessForced(String vmInfo) {
    assertThat(SimdSupport.decide(null, 256, true, vmInfo).available()).isFalse();
    assertThat(SimdSupport.decide("256", 256, true, vmInfo).available()).isTrue();
  }

  @Test
  void aMachineWithoutVectorsHasNone() {
    assertThat(SimdSupport.decide(null, 64, true, C2).reason()).contains("64 bits");
  }

  @ParameterizedTest
  @CsvSource({"F32,16", "F64,8", "I32,16", "I64,8", "BOOL,1"})
  void countsTheLanes(ElementType type, int lanes) {
    assertThat(SimdSupport.decide(null, 512, true, C2).lanes(type)).isEqualTo(lanes);
    assertThat(SimdSupport.decide("off", 512, true, C2).lanes(type)).isEqualTo(1);
  }

  @Test
  void testsRunWithTheModule() {
    assertThat(SimdSupport.detect().reason()).doesNotContain("--add-modules");
  }

  @Test
  void aWidthThatNoVectorHasIsRefused() {
    assertThatThrownBy(() -> new SimdSupport(true, 96, "test"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SimdSupport(false, 128, "test"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
