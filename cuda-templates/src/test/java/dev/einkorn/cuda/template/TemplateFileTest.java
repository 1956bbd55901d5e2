package dev.einkorn.cuda.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each template has exactly the variables of its record. */
class TemplateFileTest {
  private static final Pattern VARIABLE =
      Pattern.compile("\\$(?:if\\()?(\\w+)(?:\\))?(?:; separator=[^$]*)?\\$");
  private static final Set<String> WORDS = Set.of("if", "else", "endif");

  static List<Class<? extends KernelTemplate>> templates() {
    return Arrays.stream(KernelTemplate.class.getPermittedSubclasses())
        .<Class<? extends KernelTemplate>>map(type -> type.asSubclass(KernelTemplate.class))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("templates")
  void everyComponentIsAVariableAndTheReverse(Class<? extends KernelTemplate> type) {
    Set<String> used = new TreeSet<>();
    Matcher matcher = VARIABLE.matcher(TemplateFile.of(type).text());
    while (matcher.find()) {
      used.add(matcher.group(1));
    }
    used.removeAll(WORDS);
    Set<String> components = new TreeSet<>();
    for (RecordComponent component : type.getRecordComponents()) {
      components.add(component.getName());
    }
    assertThat(used).isEqualTo(components);
  }

  @Test
  void aVariableThatTheRecordLacksIsAnError() {
    var template = new TemplateFile("test.cu", "$name$ $unknown$");
    assertThatThrownBy(() -> template.render(elements()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("test.cu")
        .hasMessageContaining("unknown");
  }

  @Test
  void listsStandBelowEachOtherAtTheirIndent() {
    assertThat(elements().render())
        .startsWith("// c = 1\n")
        .contains("compute_c(float* c,\n    const int n) {\n")
        .contains("  const int i = 0;\n\n  c[i] = 1.0f;\n}\n");
  }

  private static ElementsKernel elements() {
    return new ElementsKernel(
        "c = 1",
        "compute_c",
        "c",
        32,
        List.of("float* c", "const int n"),
        List.of("const int i = 0;"),
        List.of("c[i] = 1.0f;"));
  }
}
