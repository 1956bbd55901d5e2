package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.kernel.Workspace;
import dev.einkorn.runtime.kernel.WorkspacePool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkspacePoolTest {
  private static WorkspaceLayout layout(long elements) {
    var type = new TensorType(ElementType.F32, List.of(new Extent.Fixed(elements)));
    return new WorkspaceLayout(
        List.of(new WorkspaceLayout.Arena(ElementType.F32, elements)),
        List.of(
            new WorkspaceLayout.Temporary(
                new TensorDeclaration("t", type), List.of(elements), 0, 1, 0, 0)));
  }

  @Test
  void aWorkspaceIsUsedAgainByCallsOfAnEqualLayout() {
    var pool = new WorkspacePool(1000);
    Workspace first = pool.take(layout(10));
    Tensor[] tensors = first.tensors();
    pool.give(first);
    assertThat(pool.idleBytes()).isEqualTo(40);
    assertThat(pool.take(layout(10)).tensors()).isSameAs(tensors);
    assertThat(pool.idleBytes()).isZero();
  }

  @Test
  void workspacesInUseAreDifferentOnes() {
    var pool = new WorkspacePool(1000);
    Workspace first = pool.take(layout(10));
    Workspace second = pool.take(layout(10));
    assertThat(second.tensors()[0].overlaps(first.tensors()[0])).isFalse();
    pool.give(first);
    pool.give(second);
    assertThat(pool.idleBytes()).isEqualTo(80);
  }

  @Test
  void whatWasUsedLongestAgoMakesRoom() {
    var pool = new WorkspacePool(100);
    pool.give(pool.take(layout(10)));
    Workspace other = pool.take(layout(20));
    assertThat(pool.idleBytes()).as("40 and 80 are too many").isZero();
    pool.give(other);
    assertThat(pool.idleBytes()).isEqualTo(80);
    pool.give(pool.take(layout(5)));
    assertThat(pool.idleBytes()).isEqualTo(100);
    pool.give(pool.take(layout(6)));
    assertThat(pool.idleBytes()).isEqualTo(44);
  }

  @Test
  void whatIsLargerThanTheBoundIsNotKept() {
    var pool = new WorkspacePool(100);
    pool.give(pool.take(layout(26)));
    assertThat(pool.idleBytes()).isZero();
  }

  @Test
  void theNumberIsBoundedToo() {
    var pool = new WorkspacePool(Long.MAX_VALUE);
    List<Workspace> taken = new ArrayList<>();
    for (int n = 0; n < 100; n++) {
      taken.add(pool.take(layout(1)));
    }
    taken.forEach(pool::give);
    assertThat(pool.idleBytes()).isEqualTo(16 * 4);
  }

  @Test
  void aWorkspaceAtRestHasNoTensors() {
    var pool = new WorkspacePool(100);
    Workspace workspace = pool.take(layout(1));
    pool.give(workspace);
    assertThatThrownBy(workspace::tensors).isInstanceOf(IllegalStateException.class);
  }
}
