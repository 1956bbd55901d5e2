package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartitionTest {
  @Test
  void theFirstMemberSeenRepresentsTheClass() {
    Partition<String> partition = new Partition<>();
    partition.add("a");
    partition.add("b");
    partition.join("c", "b");
    partition.join("c", "a");
    assertThat(partition.find("c")).isEqualTo("a");
    assertThat(partition.find("b")).isEqualTo("a");
    assertThat(partition.find("d")).isEqualTo("d");
    assertThat(partition.members()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void longChainsAreOneClass() {
    Partition<Integer> partition = new Partition<>();
    for (int n = 1; n < 10_000; n++) {
      partition.join(n, n - 1);
    }
    assertThat(partition.find(9_999)).isEqualTo(partition.find(0));
  }
}
