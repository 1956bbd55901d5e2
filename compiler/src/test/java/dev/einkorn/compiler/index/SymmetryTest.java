package dev.einkorn.compiler.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SymmetryTest {
  private static Optional<Symmetry> of(String program) {
    return Symmetry.of(ProgramText.check(program).assignments().getLast());
  }

  private static void isExact(String program, String first, String second) {
    assertThat(of(program))
        .contains(new Symmetry(new IndexVariable(first), new IndexVariable(second), true));
  }

  private static void regroups(String program, String first, String second) {
    assertThat(of(program))
        .contains(new Symmetry(new IndexVariable(first), new IndexVariable(second), false));
  }

  private static void hasNone(String program) {
    assertThat(of(program)).isEmpty();
  }

  @Test
  void productsOfTwoEqualFactorsAreExact() {
    isExact("G[i,j] = A[i,k] * A[j,k]", "i", "j");
    isExact("G[i,j] = A[k,i] * A[k,j]", "i", "j");
    isExact("G[j,i] = A[i,k] * A[j,k]", "j", "i");
    isExact("G[i,b,j] = A[b,i,k] * A[b,j,k]", "i", "j");
    isExact("G[i,j] = sum[k]((A[i,k] + B[i,k]) * (A[j,k] + B[j,k]))", "i", "j");
    isExact("G[i,j] = exp(-sum[k](A[i,k] * A[j,k]))", "i", "j");
  }

  @Test
  void differencesMayChangeSignWhereItIsLost() {
    isExact("D[i,j] = sum[k]((X[i,k] - X[j,k]) ^ 2)", "i", "j");
    isExact("D[i,j] = sum[k]((X[i,k] - X[j,k]) * (X[i,k] - X[j,k]))", "i", "j");
    isExact("D[i,j] = sum[k](abs(X[i,k] - X[j,k]))", "i", "j");
    isExact("D[i,j] = max[k](min(X[i,k], X[j,k]))", "i", "j");
    hasNone("D[i,j] = sum[k]((X[i,k] - X[j,k]) ^ 3)");
    hasNone("D[i,j] = sum[k](X[i,k] - X[j,k])");
  }

  @Test
  void aThirdFactorRoundsBeforeTheOthers() {
    regroups("G[i,j] = A[i,k] * w[k] * A[j,k]", "i", "j");
    regroups("G[i,j] = sum[k](A[i,k] * A[j,k]) + c[i] + c[j]", "i", "j");
    isExact("G[i,j] = sum[k](w[k] * (A[i,k] * A[j,k]))", "i", "j");
  }

  @Test
  void otherStatementsHaveNone() {
    hasNone("C[i,j] = A[i,k] * B[j,k]");
    hasNone("C[i,j] = A[i,k] * A[k,j]");
    hasNone("C[i,j] = A[i,j] + A[j,i]"); // Nothing is summed that could be saved.
    hasNone("(A: f32[4,k], B: f32[5,k]) -> (C)\nC[i,j] = A[i,k] * B[j,k]");
    hasNone("L[i,j] = sum[k](select(j <= i, A[i,k] * A[j,k], 0))");
    hasNone("s = A[i,k] * A[j,k]");
    hasNone("G[i,j] += A[i,k] * A[j,k]"); // What it is added to may be anything.
  }
}
