package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.lower.Lowering;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AutoScheduleTest {
  private static void chooses(String program, String schedule) {
    assertThat(AutoSchedule.choose(Nests.canonical(program))).hasToString(schedule);
  }

  @Test
  void sumsAlongASlowAxisRowByRow() {
    chooses("c[k] = A[i,k] * B[i,k]", "reorder(i, k); hoist()");
  }

  @Test
  void sumsAlongTheFastAxisInARegister() {
    chooses("y[i] = A[i,k] * x[k]", "fuse(i); promote(y); hoist()");
    chooses("s = x[i]", "promote(s); hoist()");
  }

  @Test
  void contractsWithTheFastAxisOfBothSidesInside() {
    chooses("C[i,j] = A[i,k] * B[k,j]", "reorder(i, k, j); fuse(i); hoist()");
    chooses("C[i,j] = A[i,k] * B[j,k]", "fuse(i, j); promote(C); hoist()");
    chooses("E[n,k,d] = A[n,h,d] * B[k,h,d]", "reorder(n, k, h, d); fuse(n, k); hoist()");
  }

  @Test
  void followsTheStrides() {
    IndexProgram program = ProgramText.check("y[i] = A[i,k] * x[k]");
    Map<String, Layout> layouts =
        Map.of(
            "A", new Layout(Layout.Storage.ARRAY, 0),
            "x", Layout.rowMajor(1),
            "y", Layout.rowMajor(1));
    var nest =
        Lowering.lower(
            program,
            program.assignments().getFirst(),
            tensor -> ProgramText.named(layouts, tensor));
    assertThat(AutoSchedule.choose(nest)).hasToString("reorder(k, i); hoist()");
  }

  @Test
  void leavesANestWithoutLoopsAlone() {
    chooses("s = 2 * x[0]", "canonical");
  }

  @Test
  void keepsAFoldOutOfTheInnermostLoop() {
    IndexProgram program = ProgramText.check("P[i,j] = S[i,j] - max[k](S[i,k])");
    // Columns are contiguous, but walking down one would compute the maximum of a row for every
    // element.
    var columns = new Layout(Layout.Storage.ARRAY, 0);
    var nest = Lowering.lower(program, program.assignments().getFirst(), _ -> columns);
    assertThat(AutoSchedule.choose(nest)).hasToString("hoist()");
    chooses("P[j,i] = S[i,j] - max[k](S[i,k])", "reorder(i, j); hoist()");
  }
}
