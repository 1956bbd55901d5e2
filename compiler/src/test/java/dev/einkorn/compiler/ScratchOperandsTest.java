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
    ScratchOperands scratch = ScratchOperands.of(program, layouts, shape, NONE, Map.of());
    assertThat(scratch.sizes()).containsExactly(64, 3);
    assertThat(scratch.operands()[0].shape()).containsExactly(64, 3);
    assertThat(scratch.operands()[0].stride(0)).isEqualTo(1);
    assertThat(scratch.operands()[0].stride(1)).isEqualTo(64);
    assertThat(scratch.operands()[0].getDouble(63, 2)).isEqualTo(1);
    assertThat(scratch.operands()[1].shape()).containsExactly(64);
    ScratchOperands larger = ScratchOperands.of(program, layouts, shape, NONE, Map.of("j", 128L));
    assertThat(larger.sizes()).containsExactly(64, 128);
  }

  @Test
  void aConstantPositionKeepsTheRealSizes() {
    Tensor a = Tensor.of(new float[200], 200);
    IndexProgram program = program("s = A[150] + sum[i](A[i])", Map.of("A", a));
    var shape = new CallShape(Map.of("i", 200L), Map.of("A", List.of(1L), "s", List.of()));
    List<Layout> layouts = List.of(Layout.rowMajor(1), Layout.rowMajor(0));
    assertThat(ScratchOperands.of(program, layouts, shape, NONE, Map.of()).sizes())
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
        ScratchOperands.of(program, layouts, new CallShape(real, strides), operations, least);
    assertThat(scratch.operands()[2].shape()).containsExactly(2, 2, 2, 2, 2, 2, 2, 2);
    // Where the real call is large, too, sizes are halved until a run is short.
    names.forEach(name -> real.put(name, 20L));
    ScratchOperands halved =
        ScratchOperands.of(program, layouts, new CallShape(real, strides), operations, least);
    double run = 2;
    for (long size : halved.sizes()) {
      run *= size;
      assertThat(size).isBetween(2L, 20L);
    }
    assertThat(run).isBetween(25e6, 100e6);
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
