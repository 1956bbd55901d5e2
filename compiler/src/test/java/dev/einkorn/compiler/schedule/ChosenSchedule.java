package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.lower.Lowering;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The schedule that is chosen for a program's first statement on row-major arrays of a shape. */
final class ChosenSchedule {
  private ChosenSchedule() {}

  static String of(Target machine, String text, Map<String, List<Long>> shapes) {
    IndexProgram program = ProgramText.check(text);
    Map<String, Long> sizes = new HashMap<>();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis axis = size.axes().getFirst();
      sizes.put(size.name(), ProgramText.named(shapes, axis.tensor()).get(axis.position()));
    }
    var values = new Sizes(program, Map.copyOf(sizes));
    for (DerivedSize size : program.derived()) {
      sizes.put(size.name(), values.value(new Extent.Symbolic(size.name())));
    }
    Map<String, List<Long>> strides = new HashMap<>();
    Stream.concat(program.inputs().stream(), program.targets().stream())
        .forEach(tensor -> strides.put(tensor.name(), rowMajor(tensor, values)));
    var nest =
        Lowering.lower(
            program,
            program.assignments().getFirst(),
            tensor -> Layout.rowMajor(ProgramText.named(strides, tensor).size()));
    return AutoSchedule.choose(
            nest, Optional.of(new CallShape(sizes, strides)), machine, Arithmetic.DETERMINISTIC)
        .toString();
  }

  private static List<Long> rowMajor(TensorDeclaration tensor, Sizes sizes) {
    List<Long> strides = new ArrayList<>();
    long stride = 1;
    for (Extent extent : tensor.type().extents().reversed()) {
      strides.addFirst(stride);
      stride *= sizes.value(extent);
    }
    return strides;
  }
}
