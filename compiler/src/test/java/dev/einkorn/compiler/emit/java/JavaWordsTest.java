package dev.einkorn.compiler.emit.java;

import static dev.einkorn.runtime.ElementType.BOOL;
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.F64;
import static dev.einkorn.runtime.ElementType.I32;
import static dev.einkorn.runtime.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JavaWordsTest {
  static Stream<Arguments> constants() {
    return Stream.of(
        Arguments.of(1.5, F32, "1.5f"),
        Arguments.of(-0.0, F32, "-0.0f"),
        Arguments.of((double) 1e-5f, F32, "1.0E-5f"),
        Arguments.of((double) Float.MAX_VALUE, F32, "3.4028235E38f"),
        Arguments.of((double) Float.MIN_VALUE, F32, "1.4E-45f"),
        Arguments.of(0.1, F64, "0.1"),
        Arguments.of(Double.MIN_VALUE, F64, "4.9E-324"),
        Arguments.of(Double.NaN, F32, "Float.NaN"),
        Arguments.of(Double.NaN, F64, "Double.NaN"),
        Arguments.of(Double.POSITIVE_INFINITY, F32, "Float.POSITIVE_INFINITY"),
        Arguments.of(Double.NEGATIVE_INFINITY, F64, "Double.NEGATIVE_INFINITY"),
        Arguments.of(-1L, I32, "-1"),
        Arguments.of((long) Integer.MAX_VALUE, I32, "2147483647"),
        Arguments.of((long) Integer.MIN_VALUE, I32, "Integer.MIN_VALUE"),
        Arguments.of(7L, I64, "7L"),
        Arguments.of(Long.MAX_VALUE, I64, "9223372036854775807L"),
        Arguments.of(Long.MIN_VALUE, I64, "Long.MIN_VALUE"),
        Arguments.of(true, BOOL, "true"));
  }

  @ParameterizedTest
  @MethodSource("constants")
  void writesConstants(Object value, ElementType type, String text) {
    assertThat(JavaWords.constant(value, type)).isEqualTo(text);
  }

  @Test
  void reservesEveryKeyword() {
    List<String> words =
        List.of(
            "abstract",
            "assert",
            "boolean",
            "break",
            "byte",
            "case",
            "catch",
            "char",
            "class",
            "const",
            "continue",
            "default",
            "do",
            "double",
            "else",
            "enum",
            "extends",
            "final",
            "finally",
            "float",
            "for",
            "goto",
            "if",
            "implements",
            "import",
            "instanceof",
            "int",
            "interface",
            "long",
            "native",
            "new",
            "package",
            "private",
            "protected",
            "public",
            "return",
            "short",
            "static",
            "strictfp",
            "super",
            "switch",
            "synchronized",
            "this",
            "throw",
            "throws",
            "transient",
            "try",
            "void",
            "volatile",
            "while",
            "_",
            "true",
            "false",
            "null");
    for (String word : words) {
      assertThat(SourceVersion.isKeyword(word)).as(word).isTrue();
      assertThat(JavaWords.RESERVED).contains(word);
    }
  }

  /** A tensor of the name of an imported type would hide it. */
  @Test
  void typesThatKernelsMentionAreReserved() {
    for (Object type : StepWriter.IMPORTED.values()) {
      String name = type instanceof Class<?> known ? known.getSimpleName() : lastName(type);
      assertThat(JavaWords.RESERVED).contains(name);
    }
  }

  private static String lastName(Object type) {
    String name = type.toString();
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
