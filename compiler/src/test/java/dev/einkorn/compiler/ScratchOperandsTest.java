package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScratchOperandsTest {
  private static final OperationCount NONE = new OperationCount(List.of());

  private static IndexProgram program(String text, Map<String, Tensor> inputs) {
    var types = new java.util.LinkedHashMap<String, dev.einkorn.compiler.check.InputType>();
    inputs.forEach(
        (name, tensor) ->
            types.put(
                name,
                dev.einkorn.compiler.check.InputType.of(tensor.elementType(), tensor.shape())));
    return TextFrontend.of(text).check(types);
  }

  @Test
  void sizesAreSmallAndTheOrderOfAxesIsThatOfTheCall() {
    Tensor a = Tensor.of(new float[3000], 3, 1000).transpose();
    IndexProgram program = program("y[i] = A[i,j]", new java.util.LinkedHashMap<>(Map.of("A", a)));
    var shape =
        new CallShape(
            Map.of("i", 1000L, "j", 3L), Map.of("A", List.of(1L, 1000L), "y", List.of(1L)));
    List<Layout> layouts =
        List.of(new Layout(Layout.Storage.ARRAY, 0), new Layout(Layout.Storage.ARRAY, 0));
    ScratchOperands scratch =
        ScratchOperands.of(program, layouts, shape, NONE, Map.of(), List.of()).getFirst();
    assertThat(scratch.sizes()).containsExactly(64, 3);
    assertThat(scratch.operands()[0].shape()).containsExactly(64, 3);
    assertThat(scratch.operands()[0].stride(0)).isEqualTo(1);
    assertThat(scratch.operands()[0].stride(1)).isEqualTo(64);
    assertThat(scratch.operands()[0].getDouble(63, 2)).isEqualTo(1);
    assertThat(scratch.operands()[1].shape()).containsExactly(64);
    ScratchOperands larger =
        ScratchOperands.of(program, layouts, shape, NONE, Map.of("j", 128L), List.of()).getFirst();
    assertThat(larger.sizes()).containsExactly(64, 128);
  }

  @Test
  void aConstantPositionKeepsTheRealSizes() {
    Tensor a = Tensor.of(new float[200], 200);
    IndexProgram program = program("s = A[150] + sum[i](A[i])", Map.of("A", a));
    var shape = new CallShape(Map.of("i", 200L), Map.of("A", List.of(1L), "s", List.of()));
    List<Layout> layouts = List.of(Layout.rowMajor(1), Layout.rowMajor(0));
    assertThat(
            ScratchOperands.of(program, layouts, shape, NONE, Map.of(), List.of())
                .getFirst()
                .sizes())
        .containsExactly(200);
  }

  @Test
  void tensorsOfManyAxesDoNotHaveThePositionsThatLoopsWant() {
    String text = "C[a,b,c,d,e,f,g,h] = A[a,b,c,d,k] * B[k,e,f,g,h]";
    Tensor twos = Tensor.of(new float[32], 2, 2, 2, 2, 2);
    IndexProgram program =
        program(text, new java.util.LinkedHashMap<>(Map.of("A", twos, "B", twos)));
    List<String> names = List.of("a", "b", "c", "d", "e", "f", "g", "h", "k");
    OperationCount operations =
        new OperationCount(
            List.of(
                new OperationCount.Product(
                    2, names.stream().map(name -> (Extent) new Extent.Symbolic(name)).toList())));
    List<Layout> layouts = List.of(Layout.rowMajor(5), Layout.rowMajor(5), Layout.rowMajor(8));
    List<Long> ones = java.util.Collections.nCopies(8, 1L);
    var strides = Map.of("A", ones, "B", ones, "C", ones);
    var least = new java.util.HashMap<String, Long>();
    names.forEach(name -> least.put(name, 25L));
    var real = new java.util.HashMap<String, Long>();
    names.forEach(name -> real.put(name, 2L));
    ScratchOperands scratch =
        ScratchOperands.of(
                program, layouts, new CallShape(real, strides), operations, least, List.of())
            .getFirst();
    assertThat(scratch.operands()[2].shape()).containsExactly(2, 2, 2, 2, 2, 2, 2, 2);
    // Where the real call is large, too, sizes are halved until a run is short.
    names.forEach(name -> real.put(name, 20L));
    ScratchOperands halved =
        ScratchOperands.of(
                program, layouts, new CallShape(real, strides), operations, least, List.of())
            .getFirst();
    double run = 2;
    for (long size : halved.sizes()) {
      run *= size;
      assertThat(size).isBetween(2L, 20L);
    }
    assertThat(run).isBetween(5e6, 20e6);
  }

  @Test
  void stepsThatWantTooMuchTogetherHaveRunsOfTheirOwn() {
    String text = "T[i,k] = A[i,j] * B[j,k]; C[i,l] = T[i,k] * D[k,l]";
    Tensor square = Tensor.of(new float[1], 1, 1);
    Map<String, Tensor> inputs =
        new java.util.LinkedHashMap<>(Map.of("A", square, "B", square, "D", square));
    IndexProgram program = program(text, inputs);
    List<List<String>> steps = List.of(List.of("i", "j", "k"), List.of("i", "k", "l"));
    OperationCount operations =
        new OperationCount(
            steps.stream()
                .map(
                    names ->
                        new OperationCount.Product(
                            2,
                            names.stream()
                                .map(name -> (Extent) new Extent.Symbolic(name))
                                .toList()))
                .toList());
    List<Layout> layouts =
        java.util.Collections.nCopies(
            program.inputs().size() + program.targets().size(), Layout.rowMajor(2));
    var strides = new java.util.HashMap<String, List<Long>>();
    program.inputs().forEach(input -> strides.put(input.name(), List.of(1L, 1L)));
    program.targets().forEach(target -> strides.put(target.name(), List.of(1L, 1L)));
    var shape = new CallShape(Map.of("i", 9000L, "j", 9000L, "k", 9000L, "l", 9000L), strides);
    Map<String, Long> first = Map.of("i", 25L, "j", 24L, "k", 400L);
    Map<String, Long> second = Map.of("i", 25L, "k", 24L, "l", 400L);
    Map<String, Long> both = Map.of("i", 25L, "j", 24L, "k", 400L, "l", 400L);
    assertThat(
            ScratchOperands.of(program, layouts, shape, operations, both, List.of(first, second)))
        .singleElement()
        .satisfies(run -> assertThat(sizes(program, run)).isEqualTo(both));
    Map<String, Long> large = Map.of("i", 25L, "j", 700L, "k", 400L);
    Map<String, Long> all = Map.of("i", 25L, "j", 700L, "k", 400L, "l", 400L);
    List<ScratchOperands> runs =
        ScratchOperands.of(program, layouts, shape, operations, all, List.of(large, second));
    assertThat(runs).hasSize(2);
    assertThat(sizes(program, runs.getFirst())).containsAllEntriesOf(large).containsEntry("l", 3L);
    assertThat(sizes(program, runs.getLast())).containsAllEntriesOf(second).containsEntry("j", 3L);
  }

  private static Map<String, Long> sizes(IndexProgram program, ScratchOperands scratch) {
    var sizes = new java.util.HashMap<String, Long>();
    for (int n = 0; n < scratch.sizes().length; n++) {
      sizes.put(program.sizes().get(n).name(), scratch.sizes()[n]);
    }
    return sizes;
  }

  @Test
  void sizesNearTheRealOnesKeepTheirRemainders() {
    Tensor a = Tensor.of(new float[1], 1, 1);
    IndexProgram program =
        program("C[i,j] = A[i,k]*B[k,j]", new java.util.LinkedHashMap<>(Map.of("A", a, "B", a)));
    OperationCount operations =
        new OperationCount(
            List.of(
                new OperationCount.Product(
                    2,
                    program.sizes().stream()
                        .map(s -> (Extent) new Extent.Symbolic(s.name()))
                        .toList())));
    List<Layout> layouts = List.of(Layout.rowMajor(2), Layout.rowMajor(2), Layout.rowMajor(2));
    var strides = Map.of("A", List.of(7L, 1L), "B", List.of(7L, 1L), "C", List.of(7L, 1L));
    var large = new CallShape(Map.of("i", 1027L, "j", 2051L, "k", 130L), strides);
    var near = ScratchOperands.near(program, layouts, large, operations).orElseThrow();
    long[] real = {1027, 2051, 130};
    List<String> names = List.of("i", "j", "k");
    double product = 2;
    for (int n = 0; n < 3; n++) {
      long size = near.sizes()[n];
      long wanted = real[names.indexOf(program.sizes().get(n).name())];
      assertThat(size % 192).isEqualTo(wanted % 192);
      assertThat(size).isLessThanOrEqualTo(wanted);
      product *= size;
    }
    assertThat(product).isBetween(1e6, 8e6);
    var small = new CallShape(Map.of("i", 10L, "j", 20L, "k", 30L), strides);
    assertThat(
            ScratchOperands.near(program, layouts, small, operations)
                .orElseThrow()
                .operands()[2]
                .shape())
        .containsExactly(10, 20);
    assertThat(
            ScratchOperands.near(program, layouts, new CallShape(Map.of(), Map.of()), operations))
        .isEmpty();
  }

  @Test
  void aSecondBlockIsReachedWhereTheCallHasOne() {
    Tensor a = Tensor.of(new float[127 * 1025], 1025, 127);
    Tensor b = Tensor.of(new float[129 * 1025], 1025, 129);
    Map<String, Tensor> inputs = Map.of("A", a, "B", b);
    CompiledProgram program =
        Einkorn.builder()
            .target(new Target(512, 1, 32 << 10, 1 << 20, 16 << 20))
            .schedule(
                "C",
                "fuse(i, j); promote(C); contract(); pack(i: 12 of 132, j: 2 x 16 of 64, k: 1 of"
                    + " 344)")
            .build()
            .prepare("C[i,j] = A[k,i] * B[k,j]");
    Compilation compilation = program.plan(inputs).compilation();
    var call = new CallShape(Map.of("i", 127L, "j", 129L, "k", 1025L), Map.of());
    assertThat(compilation.blockSizes(call))
        .containsExactlyInAnyOrder(
            Map.of("i", 25L, "j", 65L, "k", 24L), Map.of("i", 25L, "j", 65L, "k", 345L));
    assertThat(compilation.blockSizes(new CallShape(Map.of("i", 9L, "j", 9L, "k", 9L), Map.of())))
        .isEmpty();
  }
}
