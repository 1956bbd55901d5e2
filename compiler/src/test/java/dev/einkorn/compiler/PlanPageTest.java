package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The page is well-formed, complete and on its own. */
class PlanPageTest {
  private static final String CHAIN = "E[i,l] = A[i,j] * B[j,k] * C[k,l]";

  private static Tensor matrix(int rows, int columns) {
    return Tensor.of(new double[rows * columns], rows, columns);
  }

  private static Map<String, Tensor> chain() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", matrix(40, 50));
    inputs.put("B", matrix(50, 60));
    inputs.put("C", matrix(60, 3));
    return inputs;
  }

  private static String page(String program, Map<String, Tensor> inputs) {
    return Einkorn.compile(program).plan(inputs).toHtml();
  }

  /** The page as XML, which it is but for its first line. */
  private static Document read(String page) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(page.replaceFirst("<!DOCTYPE html>\n", ""))));
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new AssertionError(page, e);
    }
  }

  private static String text(String page) {
    return read(page).getDocumentElement().getTextContent();
  }

  private static int count(String page, String element) {
    NodeList nodes = read(page).getElementsByTagName(element);
    return nodes.getLength();
  }

  @Test
  void showsBothProgramsPathsTimesAndBytes() {
    assertThat(text(page(CHAIN, chain())))
        .contains("Plan of E")
        .contains("E[i,l] = sum[j,k](A[i,j] * B[j,k] * C[k,l])")
        .contains("t1[j,l] = sum[k](B[j,k] * C[k,l])")
        .contains("(A[i,j] (B[j,k] C[k,l])): optimal")
        .contains("Sizes: i = 40, j = 50, k = 60, l = 3")
        .contains("Predicted time on one thread: ")
        .contains("f64[50,3], 1.2 KiB");
  }

  @Test
  void eachStepHasItsLoopsAndItsJava() {
    String page = page(CHAIN, chain());
    assertThat(count(page, "details")).isEqualTo(4);
    assertThat(text(page)).contains("Step 1").contains("Step 2").contains("compute_t1(Tensor[]");
  }

  @Test
  void drawsEachTensorOnceAndEachReadingAsACurve() {
    Document page = read(page(CHAIN, chain()));
    assertThat(page.getElementsByTagName("rect").getLength()).isEqualTo(5);
    assertThat(page.getElementsByTagName("path").getLength()).isEqualTo(4 + 1);
  }

  @Test
  void marksWhatIsShared() {
    String program = "E[i] = A[i,j]*B[j,k]*C[k,l]\nF[i] = A[i,j]*B[j,k]*C[k,l] + A[i,j]*B[j,k]";
    Map<String, Tensor> inputs = chain();
    Plan plan = Einkorn.compile(program).plan(inputs);
    boolean shares =
        plan.planned().decisions().stream().anyMatch(decision -> !decision.shared().isEmpty());
    assertThat(shares).isTrue();
    assertThat(plan.toHtml())
        .contains("temporary shared")
        .contains(", shared")
        .contains("class=\"inner\"");
  }

  @Test
  void isOnItsOwn() {
    String page = page(CHAIN, chain());
    assertThat(page)
        .startsWith("<!DOCTYPE html>\n<html lang=\"en\">")
        .contains("default-src &#39;none&#39;")
        .contains("@media print")
        .contains("prefers-color-scheme: dark")
        .doesNotContain("<script", "<link", "<img", "@import", "src=", "href=");
    assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("://");
  }

  @Test
  void comparisonsOfTheProgramAreNoMarkup() {
    String page =
        page(
            "γ[ж] = sum[k](select(A[ж,k] < B[ж,k] and 1 > 0, A[ж,k], 0))",
            Map.of("A", matrix(2, 3), "B", matrix(2, 3)));
    assertThat(text(page)).contains("A[ж,k] < B[ж,k]").contains("Plan of γ");
  }

  @Test
  void namesAreEscapedInDrawings() {
    String name = "<script>alert(1)</script>";
    String svg =
        PlanDrawing.svg(
            List.of(
                new PlanDrawing.Box(name, PlanDrawing.Kind.INPUT, "f32[\"<i>\"]", "&", false),
                new PlanDrawing.Box("y", PlanDrawing.Kind.OUTPUT, "f32", "step 1", false)),
            List.of(new PlanDrawing.Flow(name, "y", "y = " + name)));
    assertThat(svg).doesNotContain("<script").contains("&lt;script&gt;");
    assertThat(text(svg)).contains(name).contains("f32[\"<i>\"]");
  }

  @Test
  void withoutInputsThereAreNoBytesAndNoTimes() {
    String text = text(Einkorn.compile(CHAIN).plan(dev.einkorn.runtime.ElementType.F32).toHtml());
    assertThat(text)
        .contains("sizes are not known, and what is predicted is for extents of 256")
        .contains("f32[i,j]")
        .doesNotContain("Predicted time on one thread", "Reads");
  }

  @Test
  void aMeasuredTimeStandsBesideThePredictedOne() {
    Plan plan = Einkorn.compile(CHAIN).plan(chain()).withMeasurement(new Measurement(1_500_000, 7));
    assertThat(plan.toHtml())
        .contains("Measured time of a call with 1 worker: 1.5 ms (median of 7");
    assertThat(plan.explain()).contains("predicted time on one thread: ").contains(": 1.5 ms");
    assertThat(plan.toJson()).contains("\"measuredNanos\": 1500000, \"measuredCalls\": 7");
  }

  @Test
  void anAccumulatedOutputIsOneBox() {
    String page =
        page(
            "y[i] += A[i,k]*x[k]",
            Map.of(
                "A",
                matrix(2, 3),
                "x",
                Tensor.of(new double[3], 3),
                "y",
                Tensor.of(new double[2], 2)));
    assertThat(count(page, "rect")).isEqualTo(3);
  }

  @Test
  void largePlansAreNotDrawn() {
    var program = new StringBuilder();
    for (int n = 0; n <= PlanDrawing.MOST_BOXES; n++) {
      program.append("y%s[i] = x[i] + %s\n".formatted(n, n));
    }
    String text = text(page(program.toString(), Map.of("x", Tensor.of(new double[2], 2))));
    assertThat(text).contains("Not drawn: there are 252 tensors.").contains("Step 251");
  }
}
