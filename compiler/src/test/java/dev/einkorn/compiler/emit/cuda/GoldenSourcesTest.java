package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.MatrixPrecision;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.golden.GoldenFiles;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** CUDA sources as approved text, for the founding questions and for each template. */
final class GoldenSourcesTest {
  private static final GoldenFiles FILES = new GoldenFiles("cuda");
  private static final String TILE = "fuse(i, j); promote(C); contract(); ";

  /**
   * A source.
   *
   * @param schedule of the output; empty for the one that is chosen
   */
  record Golden(String program, String schedule, Mode mode, MatrixPrecision precision) {
    Golden(String program, String schedule, Mode mode) {
      this(program, schedule, mode, MatrixPrecision.F32);
    }

    Golden(String program) {
      this(program, "", Mode.DETERMINISTIC);
    }

    String source() {
      Einkorn.Builder einkorn =
          Einkorn.builder().backend(Backend.CUDA).mode(mode).matrixPrecision(precision);
      if (!schedule.isEmpty()) {
        einkorn.schedule(program.substring(0, program.indexOf('[')), schedule);
      }
      return einkorn.build().prepare(program).plan(ElementType.F32).cudaSource();
    }
  }

  static final Map<String, Golden> CASES = new LinkedHashMap<>();

  static {
    CASES.put("question_a", new Golden("c[k] = A[i,k] * B[i,k]"));
    CASES.put(
        "question_b",
        new Golden(
            """
            C[i,j,k]  = B[i] * A[j,k]
            C2[i,j,k] = Y[j] * Z[i,k]
            E[k]      = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])
            """));
    CASES.put("question_c", new Golden("E[n,k,d] = A[n,h,d] * B[k,h,d]"));
    CASES.put(
        "contraction",
        new Golden(
            "C[i,j] = A[i,k] * B[k,j]",
            TILE + "shared(i: 8 of 128, j: 8 of 128, k: 1 of 16)",
            Mode.DETERMINISTIC));
    CASES.put(
        "contraction_split",
        new Golden(
            "C[i,j] = A[i,k] * B[j,k]",
            TILE + "shared(i: 4 of 64, j: 4 of 64, k: 1 of 16); bind(k: block 8)",
            Mode.DETERMINISTIC));
    CASES.put(
        "contraction_tf32",
        new Golden(
            "C[i,j] = A[i,k] * B[k,j]",
            TILE + "matrix(tf32, i: 64 of 128, j: 64 of 256, k: 1 of 16)",
            Mode.DETERMINISTIC,
            MatrixPrecision.TF32));
    CASES.put(
        "contraction_bf16",
        new Golden("C[i,j] = A[k,i] * B[j,k]", "", Mode.DETERMINISTIC, MatrixPrecision.BF16));
    CASES.put("permuted_contraction", new Golden("C[a,i,b,j] = A[i,k,l,a] * B[l,j,b,k]"));
    CASES.put("row_sums", new Golden("r[i] = A[i,k]"));
    CASES.put("whole_sum", new Golden("s[] = A[i,k] * A[i,k]"));
    CASES.put(
        "softmax",
        new Golden("P[i,j] = exp(S[i,j] - max[l](S[i,l])) / sum[k](exp(S[i,k] - max[l](S[i,l])))"));
    CASES.put("elementwise", new Golden("C[i,j] = relu(A[i,j] * w[j] + b[i])"));
    CASES.put(
        "stencil",
        new Golden(
            "O[x,y] = sum[r,s](clamp(I[x+r-1,y+s-1]) * K[r,s]) where x < extent(I, 0), y <"
                + " extent(I, 1)"));
    CASES.put("transposition", new Golden("T[k,i,j] = A[i,j,k]"));
    CASES.put("gather", new Golden("(idx: i32[k], T: f32[n,j]) -> (O)\nO[k,j] = T[idx[k], j]"));
    CASES.put("strict", new Golden("y[i] = exp(x[i]) + sum[j](A[i,j] * x[j])", "", Mode.STRICT));
  }

  static List<String> cases() {
    return List.copyOf(CASES.keySet());
  }

  static Golden named(String name) {
    Golden golden = CASES.get(name);
    if (golden == null) {
      throw new AssertionError("no case " + name);
    }
    return golden;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theSourceIsAsApproved(String name) {
    FILES.check(name + ".cu", named(name).source());
  }

  @Test
  void everyFileIsOfACase() {
    List<String> files = new ArrayList<>(FILES.names(""));
    assertThat(files)
        .containsExactlyInAnyOrderElementsOf(cases().stream().map(n -> n + ".cu").toList());
  }
}
