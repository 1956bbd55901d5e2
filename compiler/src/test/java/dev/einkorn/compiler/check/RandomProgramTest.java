package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.ErrorCode;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random programs, most of them wrong: they are refused with an error or pass the verifier, and
 * what is printed of those is a program that means the same.
 */
class RandomProgramTest {
  private static final int PROGRAMS = 4_000;
  private static final List<String> INDICES = List.of("i", "j", "k");
  private static final List<String> TYPES = List.of("f32", "f64", "i32", "i64", "bool");
  private static final List<String> OPERATORS =
      List.of("+", "-", "*", "*", "*", "/", "//", "%", "^", "<", "==", "and", "or");

  private static final List<String> REDUCTIONS =
      List.of("sum", "max", "mean", "any", "prod", "argmax", "argmin", "logsumexp");
  private static final List<String> CONDITIONS =
      List.of("%s < 2", "%s <= %s", "%s < extent(A, 0)", "%s < extent(D, 1) - 1", "B[%s] > 0");

  private final Random random = new Random(20);

  /** Whether ranks, extents and inputs are right, so that a program has a chance. */
  private boolean tame;

  @Test
  void everyProgramIsRefusedOrVerified() {
    int accepted = 0;
    Set<ErrorCode> seen = EnumSet.noneOf(ErrorCode.class);
    for (int n = 0; n < PROGRAMS; n++) {
      tame = n % 2 == 0;
      String program =
          tame
              ? "C[i] = " + expression(3) + (random.nextInt(4) == 0 ? where() : "")
              : header() + program();
      String types = types(program);
      try {
        String printed = IndexPrinter.print(Checked.program(types, program));
        accepted++;
        assertThat(IndexPrinter.print(Checked.program("", printed))).isEqualTo(printed);
      } catch (CompileException refusal) {
        refusal.diagnostics().forEach(each -> seen.add(each.code()));
      } catch (RuntimeException | AssertionError e) {
        fail("program " + n + " with " + types + ":\n" + program, e);
      }
    }
    assertThat(accepted).isGreaterThan(PROGRAMS / 20);
    assertThat(seen)
        .contains(
            ErrorCode.AMBIGUOUS_SUM,
            ErrorCode.ASSIGNED_TWICE,
            ErrorCode.CYCLIC_READ,
            ErrorCode.EXTENT_MISMATCH,
            ErrorCode.INDEX_OUT_OF_RANGE,
            ErrorCode.INDEX_SHADOWED,
            ErrorCode.INVALID_ELLIPSIS,
            ErrorCode.INVALID_WHERE,
            ErrorCode.MISSING_INPUT,
            ErrorCode.NAME_CLASH,
            ErrorCode.RANK_MISMATCH,
            ErrorCode.READ_BEFORE_ASSIGNMENT,
            ErrorCode.TYPE_MISMATCH,
            ErrorCode.UNBOUND_INDEX,
            ErrorCode.UNDETERMINED_EXTENT,
            ErrorCode.UNKNOWN_NAME,
            ErrorCode.UNKNOWN_OUTPUT);
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  private String some(int most, Supplier<String> part) {
    return IntStream.range(0, random.nextInt(most + 1))
        .mapToObj(_ -> part.get())
        .collect(Collectors.joining(","));
  }

  private String types(String program) {
    if (tame) {
      return List.of("A: %s[3,3]", "B: %s[3]", "D: %s[3,3]", "x: %s").stream()
          .filter(each -> program.matches(".*\\b" + each.charAt(0) + "\\b.*"))
          .map(each -> each.formatted(pick(TYPES)))
          .collect(Collectors.joining(", "));
    }
    return List.of("A", "B", "x", "C").stream()
        .filter(_ -> random.nextInt(4) > 0)
        .map(
            name ->
                name
                    + ": "
                    + pick(TYPES)
                    + (name.equals("x")
                        ? ""
                        : "[" + some(2, () -> pick(List.of("3", "3", "3", "?", "4"))) + "]"))
        .collect(Collectors.joining(", "));
  }

  private String header() {
    if (random.nextInt(8) > 0) {
      return "";
    }
    return "(A: f32[n,3], B: f64["
        + some(2, () -> pick(List.of("n", "m", "3")))
        + "]) -> ("
        + pick(List.of("C", "D", "C, D", "C: f64[n]"))
        + ")\n";
  }

  private String program() {
    return IntStream.rangeClosed(0, random.nextInt(3))
        .mapToObj(
            _ ->
                pick(List.of("C", "D", "E"))
                    + "["
                    + some(2, () -> pick(INDICES))
                    + "] "
                    + pick(List.of("=", "=", "=", "+=", "max="))
                    + " "
                    + expression(4)
                    + (random.nextInt(4) == 0 ? where() : ""))
        .collect(Collectors.joining("\n"));
  }

  private String expression(int depth) {
    if (depth == 0 || random.nextInt(4) == 0) {
      return switch (random.nextInt(12)) {
        case 0 -> pick(List.of("2", "0.5", "-1", "inf", "true", "5000000000"));
        case 1 -> pick(INDICES);
        case 2 -> "x";
        default -> access();
      };
    }
    return switch (random.nextInt(12)) {
      case 0 -> "-(" + expression(depth - 1) + ")";
      case 1 -> "not (" + expression(depth - 1) + ")";
      case 2 ->
          pick(List.of("exp", "abs", "floor", "f64", "i32")) + "(" + expression(depth - 1) + ")";
      case 3 -> "max(" + expression(depth - 1) + ", " + expression(depth - 1) + ")";
      case 4 ->
          "select("
              + expression(depth - 1)
              + " < 1, "
              + expression(depth - 1)
              + ", "
              + expression(depth - 1)
              + ")";
      case 5, 6 ->
          pick(REDUCTIONS)
              + "["
              + pick(INDICES)
              + "]("
              + expression(depth - 1)
              + (random.nextInt(4) == 0 ? where() : "")
              + ")";
      default ->
          "(" + expression(depth - 1) + ") " + pick(OPERATORS) + " (" + expression(depth - 1) + ")";
    };
  }

  private String where() {
    return " where " + pick(CONDITIONS).replace("%s", pick(INDICES));
  }

  private String access() {
    if (random.nextInt(3) == 0) {
      return pick(
          List.of(
              "A[i+k,0]",
              "D[2*k,j]",
              "B[i+j]",
              "B[i-1]",
              "zero(A[i-1,2*j])",
              "clamp(B[k+1])",
              "mirror(D[i+j-2,0])",
              "wrap(B[-i])",
              "B[2-i]",
              "B[i64(B[k])]",
              "A[i,i32(A[0,j]) + 1]",
              "zero(B[i])",
              "extent(A, 1)",
              "A[...,i]",
              "D[...]"));
    }
    if (tame) {
      return pick(List.of("A[i,j]", "A[i,k]", "B[i]", "B[j]", "B[k]", "D[j,i]", "D[0,i]", "x"));
    }
    return pick(List.of("A", "B", "A", "B", "C", "D"))
        + "["
        + some(2, () -> random.nextInt(12) == 0 ? "1" : pick(INDICES))
        + "]";
  }
}
