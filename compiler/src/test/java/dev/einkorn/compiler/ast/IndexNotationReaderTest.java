package dev.einkorn.compiler.ast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexNotationReaderTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a + b * c                 | (+ a (* b c))
          a - b - c                 | (- (- a b) c)
          a / b // c % d * e        | (* (% (// (/ a b) c) d) e)
          (a + b) * c               | (* (+ a b) c)
          -x^2                      | (negate (^ x 2))
          (-x)^2                    | (^ (negate x) 2)
          2^-1                      | (^ 2 (negate 1))
          2^3^4                     | (^ 2 (^ 3 4))
          2^-x^+y                   | (^ 2 (negate (^ x (plus y))))
          -a * -b                   | (* (negate a) (negate b))
          - - a - -b                | (- (negate (negate a)) (negate b))
          not a == b and c          | (and (not (== a b)) c)
          a or b and c or d         | (or (or a (and b c)) d)
          a + 1 <= b * 2            | (<= (+ a 1) (* b 2))
          (a < b) == c              | (== (< a b) c)
          ((a))                     | a
          A[i, 2*x+r-1, ...]        | A[i, (- (+ (* 2 x) r) 1), ...]
          T[idx[k], j]              | T[idx[k], j]
          s[]                       | s[]
          max(a, b)                 | (max a b)
          max[k](a)                 | (max[k] a)
          max[k]                    | max[k]
          max                       | max
          f()                       | (f)
          sum[j,k](e where j<=i, k) | (sum[j, k] e where (<= j i) k)
          sum[j](e where a and b)   | (sum[j] e where a b)
          sum[j](e where a or b)    | (sum[j] e where (or a b))
          select(j <= i, x, -inf)   | (select (<= j i) x (negate INFINITY))
          1 + 1.5 + .5 + 2. + 1e3   | (+ (+ (+ (+ 1 1.5r) .5r) 2.r) 1e3r)
          pi * nan                  | (* PI NOT_A_NUMBER)
          true and false            | (and TRUE FALSE)
          android + note + infinity | (+ (+ android note) infinity)
          """)
  void buildsTheTreeThatThePrecedenceAsksFor(String text, String shape) {
    assertThat(Reading.shape(Reading.expression(text))).isEqualTo(shape);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          s = 1        | s      | ASSIGN
          s[] = 1      | s      | ASSIGN
          s += 1       | s      | ADD
          s *= 1       | s      | MULTIPLY
          s max= 1     | s      | MAX
          s min= 1     | s      | MIN
          s min = 1    | s      | MIN
          E[i] max= 1  | E[i]   | MAX
          M[i,i] = 1   | M[i,i] | ASSIGN
          max max= max | max    | MAX
          max = 1      | max    | ASSIGN
          """)
  void readsTargetsAndAssignmentOperators(String text, String target, AssignmentOperator operator) {
    Statement statement = Reading.statement(text);
    assertThat(AstPrinter.print(statement.target())).isEqualTo(target);
    assertThat(statement.operator()).isEqualTo(operator);
  }

  @Test
  void readsHeaders() {
    Program program = Reading.program("(A: f32[n,4], x: f64, y) -> (E, F: f32[n])\nE = x");
    Header header = program.header().orElseThrow();
    assertThat(header.inputs()).extracting(Declaration::name).containsExactly("A", "x", "y");
    TypeAnnotation type = header.inputs().getFirst().type().orElseThrow();
    assertThat(type.elementType()).isEqualTo("f32");
    assertThat(type.extents())
        .containsExactly(
            new DeclaredExtent.Named("n", new Span(8, 9)),
            new DeclaredExtent.Fixed(BigInteger.valueOf(4), new Span(10, 11)));
    assertThat(header.inputs().get(1).type().orElseThrow().extents()).isEmpty();
    assertThat(header.inputs().get(2).type()).isEmpty();
    assertThat(header.outputs().orElseThrow())
        .extracting(Declaration::name)
        .containsExactly("E", "F");
    assertThat(header.span()).isEqualTo(new Span(0, 42));
  }

  @Test
  void aHeaderMayLeaveTheOutputsOut() {
    assertThat(Reading.program("(A: f32); s = A").header().orElseThrow().outputs()).isEmpty();
  }

  @Test
  void aProgramMayBeEmpty() {
    Program program = Reading.program(" # nothing\n;\n");
    assertThat(program).isEqualTo(new Program(Optional.empty(), List.of(), new Span(0, 13)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a = 1\\nb = 2           | 2
          a = 1\\r\\nb = 2        | 2
          a = 1\\rb = 2           | 2
          a = 1; b = 2;           | 2
          a = 1 +\\n\\n 2         | 1
          a = (1\\n+ 2)           | 1
          a =\\n1                 | 1
          a = f(1,\\n2)           | 1
          a = b\\nwhere c         | 1
          a = not\\nb             | 1
          a = 1 # + \\n b = 2     | 2
          a = 1 + # one\\n 2      | 1
          """)
  void newlinesEndStatementsUnlessSomethingIsOpen(String text, int statements) {
    String program = text.replace("\\n", "\n").replace("\\r", "\r");
    assertThat(Reading.program(program).statements()).hasSize(statements);
  }

  @Test
  void numbersKeepTheirDigits() {
    var large = (Expression.NumberLiteral) Reading.expression("123456789012345678901234567890");
    assertThat(large.integer()).isTrue();
    assertThat(large.integerValue()).isEqualTo(new BigInteger("123456789012345678901234567890"));
    var real = (Expression.NumberLiteral) Reading.expression("1.5e-3");
    assertThat(real.integer()).isFalse();
    assertThat(real.doubleValue()).isEqualTo(0.0015);
    assertThat(((Expression.NumberLiteral) Reading.expression("1e999")).doubleValue()).isInfinite();
  }

  @Test
  void aBrokenStatementDoesNotHideTheOthers() {
    String text = "a = \nb = 2\nc = (1\nd = 4; e = [; f = 6\n";
    assertThat(Reading.errors(text).lines().filter(each -> each.startsWith("error"))).hasSize(3);
    var diagnostics = new Diagnostics();
    Program program = IndexNotationReader.parse(SourceText.of(text), diagnostics);
    assertThat(AstPrinter.print(program)).isEqualTo("b = 2\nd = 4\nf = 6");
  }
}
