package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.Function;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the examples of {@code grammar/README.md}: fenced blocks of the language {@code einkorn} (a
 * program) or {@code einsum} (strings, one a line), each below a comment with its inputs: {@code
 * <!-- A: f32[3,4], x: f32[4] -->}.
 */
class GrammarReadmeTest {
  private static final Path GRAMMAR = Path.of("..", "grammar");
  private static final Pattern BLOCK =
      Pattern.compile("<!-- (.*) -->\n```(einkorn|einsum)\n((?s:.*?))\n```\n");
  private static final Pattern INPUT = Pattern.compile("([\\p{L}_]+): (\\w+)(?:\\[([\\d,]*)])?");
  private static final Pattern TOKEN = Pattern.compile("'([^']+)'");

  private final Einkorn compiled = Einkorn.builder().mode(Mode.STRICT).build();
  private final Einkorn interpreted = Einkorn.builder().backend(Backend.REFERENCE).build();

  private record Block(String inputs, boolean isEinsum, String text) {}

  @TestFactory
  Stream<DynamicTest> examples_run_as_interpreted() throws IOException {
    return blocks().stream()
        .map(
            block ->
                DynamicTest.dynamicTest(
                    block.text.lines().findFirst().orElse(""), () -> run(block)));
  }

  private void run(Block block) {
    Map<String, Tensor> inputs = inputs(block.inputs);
    List<String> programs = block.isEinsum ? block.text.lines().toList() : List.of(block.text);
    for (String program : programs) {
      Map<String, Tensor> actual = call(compiled, block, program, inputs);
      Map<String, Tensor> expected = call(interpreted, block, program, inputs);

      assertThat(actual).as(program).isNotEmpty().containsOnlyKeys(expected.keySet());
      expected.forEach(
          (name, tensor) ->
              assertThat(actual)
                  .as("%s: %s is %s", program, name, tensor)
                  .hasEntrySatisfying(
                      name, value -> assertThat(value).matches(tensor::contentEquals)));
    }
  }

  private static Map<String, Tensor> call(
      Einkorn einkorn, Block block, String program, Map<String, Tensor> inputs) {
    CompiledProgram prepared =
        block.isEinsum ? einkorn.prepareEinsum(program) : einkorn.prepare(program);
    return prepared.call(inputs);
  }

  @Test
  void every_fenced_block_is_an_example() throws IOException {
    long fences = page().lines().filter(line -> line.startsWith("```")).count();

    assertThat(blocks()).hasSize((int) fences / 2).hasSizeGreaterThan(10);
  }

  @Test
  void every_token_occurs() throws IOException {
    for (String grammar : List.of("IndexNotation", "Einsum")) {
      String examples = examples(grammar.equals("Einsum"));
      Path file = GRAMMAR.resolve("src/main/antlr4/dev/einkorn/grammar/" + grammar + ".g4");
      List<String> tokens =
          Files.readString(file)
              .lines()
              .filter(line -> line.matches("[A-Z_]+ : '.*"))
              .filter(line -> !line.startsWith("NEWLINE"))
              .flatMap(line -> TOKEN.matcher(line).results().map(match -> match.group(1)))
              .filter(token -> !token.equals("#"))
              .toList();

      assertThat(tokens).hasSizeGreaterThan(4);
      assertThat(tokens).as(grammar).allSatisfy(token -> assertThat(examples).contains(token));
    }
  }

  @Test
  void every_name_with_a_meaning_occurs() throws IOException {
    String examples = examples(false);
    List<String> calls = new ArrayList<>(List.of("pow", "select", "extent"));
    calls.addAll(List.of("zero", "clamp", "wrap", "mirror", "f32", "f64", "i32", "i64"));
    Arrays.stream(Function.values()).map(Function::symbol).forEach(calls::add);
    String reductions = "sum max min prod mean any all argmax argmin logsumexp";

    assertThat(calls)
        .allSatisfy(name -> assertThat(examples).containsPattern("\\b" + name + "\\("));
    assertThat(reductions.split(" "))
        .allSatisfy(name -> assertThat(examples).containsPattern("\\b" + name + "\\["));
  }

  @Test
  void every_form_occurs() throws IOException {
    String examples = examples(false);
    Map<String, String> forms = new LinkedHashMap<>();
    forms.put("a header with outputs", "(?m)^\\(\\w+: f32\\[.*\\) -> \\(");
    forms.put("a declared extent as a number", ": \\w+\\[\\w+,\\d+\\]");
    forms.put("an untyped input", ", \\w+\\) ->");
    forms.put("a typed output", "-> \\(.*: \\w+\\[");
    forms.put("a scalar target", "(?m)^\\w+ = ");
    forms.put("a scalar target with brackets", "(?m)^\\w+\\[\\] = ");
    forms.put("a diagonal target", "\\w\\[(\\w+),\\1\\] = ");
    forms.put("two statements on a line", "; \\w+(\\[.*\\])? = ");
    forms.put("a statement over two lines", "[-+*/]\n");
    forms.put("a comment", "# \\w");
    forms.put("max=", "max=");
    forms.put("min=", "min=");
    forms.put("a constant position", "\\[0,");
    forms.put("a stride", "\\[\\d\\*x\\+");
    forms.put("a negative step", "\\[\\d-x\\]");
    forms.put("several reduction variables", "sum\\[\\w,\\w\\]");
    forms.put("a condition of a reduction", "\\w\\]\\([^()]* where ");
    forms.put("a condition of a statement", "(?m) = [^(\n]* where ");
    forms.put("a gather", "\\[w\\[t\\]");
    forms.put("a gather by a scalar", "\\[n\\[\\]");
    forms.put("a nested gather", "\\[p\\[p\\[k\\]\\]");
    forms.put("a real number without digits before the point", " \\.5");
    forms.put("a real number without digits after the point", "\\d\\.\\*");
    forms.put("an exponent", "\\de-\\d");
    forms.put("a sign after an operator", "- -\\w");
    forms.put("a Unicode name", "[äöüß]");

    forms.forEach((form, pattern) -> assertThat(examples).as(form).containsPattern(pattern));
  }

  private static String page() throws IOException {
    return Files.readString(GRAMMAR.resolve("README.md"));
  }

  private static List<Block> blocks() throws IOException {
    return BLOCK
        .matcher(page())
        .results()
        .map(match -> new Block(match.group(1), match.group(2).equals("einsum"), match.group(3)))
        .toList();
  }

  private static String examples(boolean einsum) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Block block : blocks()) {
      if (block.isEinsum == einsum) {
        text.append(block.text).append('\n');
      }
    }
    return text.toString();
  }

  /** Small whole numbers; those of integer tensors are 0, 1 or 2, positions in longer axes. */
  private static Map<String, Tensor> inputs(String description) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    var random = new SplittableRandom(1);
    for (MatchResult match : INPUT.matcher(description).results().toList()) {
      String axes = match.group(3) == null ? "" : match.group(3);
      long[] shape =
          Pattern.compile(",")
              .splitAsStream(axes)
              .filter(axis -> !axis.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray();
      ElementType type = ElementType.valueOf(match.group(2).toUpperCase(Locale.ROOT));
      long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      Tensor flat = Tensor.zeros(type, count);
      for (long n = 0; n < count; n++) {
        switch (type) {
          case F32, F64 -> flat.set(random.nextInt(-3, 5), n);
          case I32, I64 -> flat.setLong(random.nextInt(3), n);
          case BOOL -> flat.setBoolean(random.nextBoolean(), n);
        }
      }
      inputs.put(match.group(1), flat.reshape(shape));
    }
    assertThat(inputs).as(description).hasSize(description.split(": ", -1).length - 1);
    return inputs;
  }
}
