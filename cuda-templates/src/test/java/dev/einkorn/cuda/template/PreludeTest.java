package dev.einkorn.cuda.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What of the prelude a source takes in. */
class PreludeTest {
  private final Prelude prelude = Prelude.read();

  @Test
  void aPartComesWithWhatItNeedsAndNothingElse() {
    String text = prelude.text(Set.of("gather"));
    assertThat(text).contains("__device__ void fail(", "Index gather(");
    assertThat(text).doesNotContain("clamp", "//~", "sigmoid");
  }

  @Test
  void partsStandInTheOrderOfTheFileEachOnce() {
    String text = prelude.text(new LinkedHashSet<>(prelude.names()));
    assertThat(text.indexOf("void fail(")).isLessThan(text.indexOf("Index gather("));
    assertThat(text.split("void fail\\(", -1)).hasSize(2);
    assertThat(prelude.text(Set.of())).isEmpty();
  }

  @Test
  void anUnknownPartIsAnError() {
    assertThatThrownBy(() -> prelude.text(Set.of("teleport")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the prelude has no part teleport");
  }
}
