package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MirrorTest {
  private static final String GRAM = "G[i,j] = A[i,k] * A[j,k]";

  @Test
  void halfIsComputedAndHalfCopied() {
    gives(
        GRAM,
        "fuse(i, j); promote(G); mirror(i, j)",
        """
        for i:
          for j in 0 .. i + 1:
            f32 G_sum = 0.0
            for k:
              G_sum += A[i,k] * A[j,k]
            G[i,j] = G_sum
        for i_copy < i step 32:
          for j_copy in 0 .. i_copy step 32:
            function move_G:
              for j in j_copy .. j_copy + 32:
                for i in i_copy .. min(i_copy + 32, extent(i)):
                  G[j,i] = G[i,j]
          for i in i_copy .. min(i_copy + 32, extent(i)):
            for j in i_copy .. i:
              G[j,i] = G[i,j]
        """);
  }

  @Test
  void theOtherLoopIsBoundedWhereItIsInside() {
    gives(
        "G[b,i,j] = A[b,k,i] * A[b,k,j]",
        "reorder(b, k, j, i); fuse(b); mirror(i, j)",
        """
        for b:
          for j < i:
            for i in j .. extent(i):
              G[b,i,j] = 0.0
          for k:
            for j < i:
              for i in j .. extent(i):
                G[b,i,j] += A[b,k,i] * A[b,k,j]
        for b:
          for i_copy < i step 32:
            for j_copy in 0 .. i_copy step 32:
              function move_G:
                for j in j_copy .. j_copy + 32:
                  for i in i_copy .. min(i_copy + 32, extent(i)):
                    G[b,j,i] = G[b,i,j]
            for i in i_copy .. min(i_copy + 32, extent(i)):
              for j in i_copy .. i:
                G[b,j,i] = G[b,i,j]
        """);
  }

  @Test
  void refusesWhatIsNotSymmetric() {
    isRefused(
        "C[i,j] = A[i,k] * B[j,k]",
        "fuse(i, j); promote(C); mirror(i, j)",
        "mirror(i, j) is not legal here: the values at (i, j) and back differ");
    isRefused(
        "G[i,j] = A[i,k] * w[k] * A[j,k]",
        "fuse(i, j); promote(G); mirror(i, j)",
        "mirror(i, j) is not legal here: the values at both places may round differently; write"
            + " mirror(i, j, regrouped)");
    isRefused(
        GRAM,
        "block(j: 8); mirror(i, j)",
        "mirror(i, j) is not legal here: the loop j is split already");
  }

  @Test
  void anExactSymmetryKeepsBits() {
    assertThat(Schedule.parse("mirror(i, j)").roundings()).isEmpty();
    assertThat(Schedule.parse("mirror(i, j, regrouped)").roundings()).hasSize(1);
    assertThat(Schedule.parse("mirror(i, j, regrouped)").toString())
        .isEqualTo("mirror(i, j, regrouped)");
  }

  @Test
  void tilesBeyondTheDiagonalAreLeftOut() {
    Schedule packed =
        Schedule.parse(
            "fuse(i, j); promote(G); mirror(i, j);"
                + " pack(i: 4 of 8, j: 2 x 8 of 32, k: 1 of 16, share rows)");
    String text =
        dev.einkorn.compiler.loop.LoopPrinter.print(
            Scheduler.apply(dev.einkorn.compiler.loop.Nests.canonical(GRAM), packed).body());
    assertThat(text)
        .contains(
            "for i_block in 8 * (j_block // 8) .. extent(i) step 8:  # parallel, dealt out",
            "for i_tile in max(0, j_block + 16 * j_tile - i_block) // 4 .. ");
  }
}
