package dev.einkorn.compiler.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlTest {
  @Test
  void markupInTextIsText() {
    assertThat(Html.text("<script>alert(\"x\" + 'y') && 1</script>"))
        .isEqualTo("&lt;script&gt;alert(&quot;x&quot; + &#39;y&#39;) &amp;&amp; 1&lt;/script&gt;");
  }

  @Test
  void lettersOfAllLanguagesStay() {
    assertThat(Html.text("Größe λ 次元 \uD835\uDD38\n\tA")).isEqualTo("Größe λ 次元 \uD835\uDD38\n\tA");
  }

  @Test
  void whatNoPageMayContainIsReplaced() {
    assertThat(Html.text("a\0b\u001B[c\uD800d\u202Ee")).isEqualTo("a\uFFFDb\uFFFD[c\uFFFDd\uFFFDe");
  }

  @Test
  void valuesOfAttributesAreEscaped() {
    assertThat(Html.element("a", "b", "title", "\" onclick=\"x"))
        .isEqualTo("<a title=\"&quot; onclick=&quot;x\">b</a>");
    assertThat(Html.empty("path", "d", "<")).isEqualTo("<path d=\"&lt;\"/>");
  }

  @Test
  void codeRowsAndListsHoldTexts() {
    assertThat(Html.code("a < b\n")).isEqualTo("<pre><code>a &lt; b</code></pre>");
    assertThat(Html.row("td", List.of("<b>", "c")))
        .isEqualTo("<tr><td>&lt;b&gt;</td><td>c</td></tr>");
    assertThat(Html.list(List.of("&"))).isEqualTo("<ul><li>&amp;</li></ul>");
  }
}
