package dev.einkorn.compiler.optimize.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rewrite in printed notation; both sides are also interpreted. */
class ShareValueTest {
  private static final ShareValue SHARE = new ShareValue();

  private static IndexProgram shared(IndexProgram program) {
    IndexProgram current = program;
    List<String> left = SHARE.candidates(current, true);
    while (!left.isEmpty()) {
      current = SHARE.apply(current, left.getFirst()).orElseThrow().program();
      assertThat(IndexVerifier.verify(current)).isEmpty();
      left = SHARE.candidates(current, true);
    }
    return current;
  }

  private static void agree(IndexProgram written, IndexProgram rewritten) {
    for (long seed = 1; seed <= 5; seed++) {
      Map<String, Tensor> inputs = ProgramText.drawInputs(written, seed);
      Map<String, Tensor> expected = ReferenceInterpreter.evaluate(written, inputs);
      Map<String, Tensor> actual = ReferenceInterpreter.evaluate(rewritten, inputs);
      expected.forEach(
          (name, tensor) ->
              assertThat(values(ProgramText.named(actual, name)))
                  .as("%s of%n%s", name, IndexPrinter.print(rewritten))
                  .isEqualTo(values(tensor)));
    }
  }

  /** The elements; a zero has no sign, since a product with zero may have either. */
  private static double[] values(Tensor tensor) {
    double[] values = tensor.cast(ElementType.F64).toDoubleArray();
    for (int n = 0; n < values.length; n++) {
      values[n] += 0.0;
    }
    return values;
  }

  private static void rewrites(String before, String after) {
    IndexProgram written = ProgramText.check(before);
    IndexProgram rewritten = shared(written);
    String printed = IndexPrinter.print(rewritten);
    assertThat(printed.substring(printed.indexOf('\n') + 1)).isEqualTo(after);
    agree(written, rewritten);
  }

  private static void leaves(String program) {
    assertThat(SHARE.candidates(ProgramText.check(program), true)).isEmpty();
  }

  @Test
  void storesASumThatTwoStatementsHold() {
    rewrites(
        "P[i,k] = sum[j](A[i,j] * B[j,k]) + C[i,k]; Q[m,n] = sum[h](B[h,n] * A[m,h]) * C[m,n]",
        """
        t1[i,k] = sum[j](A[i,j] * B[j,k])
        P[i,k] = t1[i,k] + C[i,k]
        Q[m,n] = t1[m,n] * C[m,n]
        """);
  }

  @Test
  void findsTheSumOfTwoFactors() {
    rewrites(
        "P[i,k] = 2 * sum[j](A[i,j] * B[j,k]); Q[i,k] = sum[j](A[i,j] * C[i,k] * B[j,k])",
        """
        t1[i,k] = sum[j](A[i,j] * B[j,k])
        P[i,k] = 2.0 * t1[i,k]
        Q[i,k] = C[i,k] * t1[i,k]
        """);
    rewrites(
        "s[k] = sum[i,j](A[i,j] * B[j,k] * x[i]) ; Q[a,b] = sum[j](A[a,j] * B[j,b]) + 1",
        """
        t1[k,i] = sum[j](A[i,j] * B[j,k])
        s[k] = sum[i](x[i] * t1[k,i])
        Q[a,b] = t1[b,a] + 1.0
        """);
  }

  @Test
  void readsTheTargetThatIsTheSum() {
    rewrites(
        "Q[i] = abs(sum[k](x[k] * A[i,k])); P[i] = sum[j](A[i,j] * x[j])",
        """
        P[i] = sum[j](A[i,j] * x[j])
        Q[i] = abs(P[i])
        """);
  }

  @Test
  void sharesOtherFoldsAndWhatIsInsideOfThem() {
    rewrites(
        "P[i] = max[j](A[i,j]) + 1; Q[k] = max[m](A[k,m]) * 2",
        """
        t1[i] = max[j](A[i,j])
        P[i] = t1[i] + 1.0
        Q[k] = t1[k] * 2.0
        """);
    rewrites(
        "P[i] = sum[j](abs(A[i,j] - max[k](A[i,k]))) + 1; Q[i] = sum[j](abs(A[i,j] -"
            + " max[k](A[i,k])))",
        """
        Q[i] = sum[j](abs(A[i,j] - max[k](A[i,k])))
        P[i] = Q[i] + 1.0
        """);
  }

  @Test
  void aFoldInsideOfAStoredOneIsNotTheStoredOne() {
    rewrites(
        """
        p[b,k] = (X[b,k] - max[j](X[b,j])) * sum[j](abs(X[b,j] - max[h](X[b,h])))
        l[b] = sum[k](abs(X[b,k] - max[j](X[b,j]))) + max[j](X[b,j])
        """,
        """
        t2[b] = max[h](X[b,h])
        t1[b] = sum[j](abs(X[b,j] - t2[b]))
        p[b,k] = (X[b,k] - t2[b]) * t1[b]
        l[b] = t1[b] + t2[b]
        """);
  }

  @Test
  void storesAFunctionThatIsNeededAtOtherPositions() {
    rewrites(
        "P[i,j] = exp(A[i,j]) / sum[k](exp(A[i,k]))",
        """
        t1[i,j] = exp(A[i,j])
        P[i,j] = t1[i,j] / sum[k](t1[i,k])
        """);
    rewrites(
        "s[i] = sum[k](exp(A[i,k])) ; P[i,j] = exp(A[i,j])",
        """
        P[i,j] = exp(A[i,j])
        s[i] = sum[k](P[i,k])
        """);
    IndexProgram softmax = ProgramText.check("P[i,j] = exp(A[i,j]) / sum[k](exp(A[i,k]))");
    assertThat(SHARE.candidates(softmax, false)).isEmpty();
    // None has the indices of a target: what is stored would be larger than all results.
    leaves("s[i] = sum[k](exp(A[i,k]) * x[k]); t[i] = sum[k](exp(A[i,k]) * A[i,k])");
    leaves("P[i,j] = abs(A[i,j]) / sum[k](abs(A[i,k])) + exp(A[i,j]) * exp(A[i,j])");
  }

  @Test
  void leavesWhatDiffersOrChanges() {
    leaves("P[i] = sum[j](A[i,j] * x[j]); Q[i] = sum[j](A[j,i] * x[j])");
    leaves("P[i] = sum[j](A[i,j]); Q[i] = max[j](A[i,j])");
    // The second sum reads what stands between the two.
    leaves("y[i] = x[i]; P[i] = sum[j](A[i,j] * y[j]); y[i] += x[i]; Q[i] = sum[j](A[i,j] * y[j])");
    // Which elements are inside of the tensor depends on where the sum stands.
    leaves("P[i] = sum[j](x[i+j] * w[j]); Q[i] = sum[j](x[i+j] * w[j]) + 1");
    leaves("P[i] = sum[j](A[i,j] * x[j]) + sum[k](A[i,k] * x[k])");
  }

  @Test
  void randomProgramsKeepTheirValues() {
    var random = new Random(11);
    List<String> sums =
        List.of(
            "sum[z](A[%1$s,z] * B[z,%2$s])",
            "sum[z](B[z,%2$s] * A[%1$s,z] * x[%1$s])",
            "sum[z](A[%1$s,z] * x[z]) * x[%2$s]",
            "sum[y,z](A[%1$s,z] * B[z,y] * A[y,%2$s])",
            "max[z](A[%2$s,z] + B[%1$s,z])",
            "max[y](A[%1$s,y]) * x[%2$s]",
            "sum[z](abs(A[z,%2$s] - max[y](A[z,y])) * B[%1$s,z])");
    int found = 0;
    for (int n = 0; n < 200; n++) {
      List<String> statements = new ArrayList<>();
      for (int k = 0; k < 2 + random.nextInt(3); k++) {
        String one = random.nextBoolean() ? "i" : "p";
        String two = random.nextBoolean() ? "k" : "q";
        String sum = sums.get(random.nextInt(sums.size())).formatted(one, two);
        String other = sums.get(random.nextInt(sums.size())).formatted(two, one);
        String value =
            switch (random.nextInt(4)) {
              case 0 -> sum;
              case 1 -> sum + " - " + other;
              case 2 -> "abs(" + sum + ")";
              default -> "3 * " + sum + " * B[" + two + "," + one + "]";
            };
        statements.add("R%s[%s,%s] = %s".formatted(k, one, two, value));
      }
      // All extents are equal, as every index stands on both axes of a matrix.
      statements.addFirst("D[i,j] = A[i,j] * A[j,i] * B[i,j] * B[j,i] * x[i]");
      IndexProgram written = ProgramText.check(String.join("; ", statements));
      IndexProgram rewritten = shared(written);
      found += rewritten.equals(written) ? 0 : 1;
      agree(written, rewritten);
    }
    assertThat(found).isGreaterThan(100);
  }
}
