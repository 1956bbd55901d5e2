package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Where temporaries lie; steps here are no more than what they write and read. */
class WorkspaceLayoutTest {
  private final List<TensorDeclaration> targets = new ArrayList<>();
  private final List<Assignment> steps = new ArrayList<>();

  private void target(String name, ElementType type, long... shape) {
    List<Extent> extents = LongStream.of(shape).<Extent>mapToObj(Extent.Fixed::new).toList();
    targets.add(new TensorDeclaration(name, new TensorType(type, extents)));
  }

  private void step(String target, AssignmentOperator operator, String... reads) {
    IndexExpr value = IndexExpr.Literal.of(true);
    for (String read : reads) {
      IndexExpr access = new IndexExpr.Access(read, List.of(), ElementType.BOOL);
      value = new IndexExpr.Select(access, value, value);
    }
    steps.add(new Assignment(target, List.of(), List.of(), operator, value));
  }

  private void step(String target, String... reads) {
    step(target, AssignmentOperator.ASSIGN, reads);
  }

  private WorkspaceLayout layout(String... outputs) {
    var program = new IndexProgram(List.of(), targets, List.of(), steps, List.of(outputs));
    return WorkspaceLayout.of(new ExecutionPlan(program, program), new Sizes(program, Map.of()));
  }

  private static List<Long> offsets(WorkspaceLayout layout) {
    return layout.temporaries().stream().map(WorkspaceLayout.Temporary::offset).toList();
  }

  @Test
  void temporariesThatAreNeverNeededTogetherShareMemory() {
    for (String name : List.of("a", "b", "c", "y")) {
      target(name, ElementType.F64, 4, 8);
    }
    step("a");
    step("b", "a");
    step("c", "b");
    step("y", "c");
    WorkspaceLayout layout = layout("y");
    assertThat(layout.bytes()).isEqualTo(2 * 32 * 8);
    assertThat(offsets(layout)).containsExactly(0L, 32L, 0L);
  }

  @Test
  void whatAStepReadsAndWritesIsNeededTogether() {
    target("a", ElementType.F32, 5);
    target("y", ElementType.F32, 5);
    step("a");
    step("y", "a");
    WorkspaceLayout layout = layout("y");
    assertThat(layout.bytes()).isEqualTo(20);
    assertThat(layout.temporaries().getFirst().firstStep()).isZero();
    assertThat(layout.temporaries().getFirst().lastStep()).isEqualTo(1);
  }

  @Test
  void anAccumulationKeepsItsTargetAlive() {
    target("a", ElementType.F32, 16);
    target("b", ElementType.F32, 16);
    target("y", ElementType.F32, 16);
    step("a");
    step("b");
    step("y", "b");
    step("a", AssignmentOperator.ADD);
    WorkspaceLayout layout = layout("y");
    assertThat(layout.bytes()).isEqualTo(2 * 64);
    assertThat(layout.temporaries().getFirst().lastStep()).isEqualTo(3);
  }

  @Test
  void elementTypesHaveArenasOfTheirOwnAndTemporariesBeginAtMultiplesOf64Bytes() {
    target("a", ElementType.F32, 5);
    target("b", ElementType.I64, 3);
    target("c", ElementType.F32, 3);
    target("d", ElementType.BOOL, 70);
    target("y", ElementType.F32);
    step("a");
    step("b");
    step("c");
    step("d");
    step("y", "a", "b", "c", "d");
    WorkspaceLayout layout = layout("y");
    assertThat(offsets(layout)).containsExactly(0L, 0L, 16L, 0L);
    assertThat(layout.arenas())
        .containsExactlyInAnyOrder(
            new WorkspaceLayout.Arena(ElementType.F32, 19),
            new WorkspaceLayout.Arena(ElementType.I64, 3),
            new WorkspaceLayout.Arena(ElementType.BOOL, 70));
    assertThat(layout.bytes()).isEqualTo(19 * 4 + 24 + 70);
  }

  @Test
  void whatNoArrayHoldsIsSplitOff() {
    target("a", ElementType.F32, 1L << 30);
    target("b", ElementType.F32, 1L << 30);
    target("c", ElementType.F32, 1L << 33);
    target("y", ElementType.F32);
    step("a");
    step("b");
    step("c");
    step("y", "a", "b", "c");
    WorkspaceLayout layout = layout("y");
    assertThat(layout.arenas().stream().map(WorkspaceLayout.Arena::elements))
        .containsExactly(1L << 33, 1L << 30, 1L << 30);
    assertThat(layout.bytes()).isEqualTo((1L << 35) + (1L << 33));
  }

  @Test
  void anEmptyTemporaryTakesNothingAndOneBeyondCountingIsRefused() {
    target("a", ElementType.F32, 1L << 40, 0, 1L << 40);
    target("y", ElementType.F32);
    step("a");
    step("y", "a");
    assertThat(layout("y").bytes()).isZero();
    target("b", ElementType.F32, 1L << 40, 1L << 40);
    assertThatThrownBy(() -> layout("y"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("temporary b");
  }

  @Test
  void tensorsAreRowMajorAsKernelsAreCompiledFor() {
    long[][] shapes = {{}, {5}, {5, 1}, {1, 5}, {1, 1}, {3, 1, 4, 1}, {0}, {2, 0, 3}};
    for (int n = 0; n < shapes.length; n++) {
      target("t" + n, ElementType.F32, shapes[n]);
      step("t" + n);
    }
    target("y", ElementType.F32);
    step(
        "y",
        targets.stream()
            .map(TensorDeclaration::name)
            .filter(t -> !t.equals("y"))
            .toArray(String[]::new));
    Tensor[] tensors = layout("y").allocate();
    for (int n = 0; n < shapes.length; n++) {
      assertThat(Geometry.of(tensors[n])).isEqualTo(Geometry.rowMajor(ElementType.F32, shapes[n]));
    }
  }

  @Test
  void neededTogetherIsNeverPlacedTogether() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      targets.clear();
      steps.clear();
      int count = 1 + random.nextInt(12);
      for (int n = 0; n < count; n++) {
        target(
            "t" + n,
            random.nextInt(4) == 0 ? ElementType.F64 : ElementType.F32,
            random.nextInt(70));
        String[] reads =
            random
                .ints(random.nextInt(3), 0, n + 1)
                .filter(r -> r < targets.size() - 1)
                .mapToObj(r -> "t" + r)
                .toArray(String[]::new);
        step("t" + n, reads);
      }
      WorkspaceLayout layout = layout("t" + (count - 1));
      long most = 0;
      for (WorkspaceLayout.Temporary one : layout.temporaries()) {
        for (WorkspaceLayout.Temporary other : layout.temporaries()) {
          if (!one.equals(other) && one.meets(other) && one.arena() == other.arena()) {
            assertThat(
                    one.offset() + one.elements() <= other.offset()
                        || other.offset() + other.elements() <= one.offset())
                .as("seed %s: %s %s", seed, one, other)
                .isTrue();
          }
        }
        most += one.bytes() + 64;
      }
      assertThat(layout.bytes()).as("seed %s", seed).isLessThanOrEqualTo(most);
    }
  }
}
