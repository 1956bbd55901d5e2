package dev.einkorn.compiler.ahead;

import com.palantir.javapoet.CodeBlock;
import dev.einkorn.compiler.ahead.PlannedMethod.Kernels;
import dev.einkorn.compiler.ahead.TemporaryArenas.Arena;
import dev.einkorn.compiler.emit.WorkerArray;
import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.kernel.ArenaShape;
import dev.einkorn.runtime.kernel.Arguments;
import dev.einkorn.runtime.kernel.Workspace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The temporaries of a generated method: their memory, and what a memory budget says. */
final class TemporaryWriter {
  private final PlannedMethod planned;
  private final SizeNames names;
  private final String pool;
  private final String shape;
  private final String workspace;

  TemporaryWriter(PlannedMethod planned, SizeNames names, String pool) {
    this.planned = planned;
    this.names = names;
    this.pool = pool;
    this.shape = names.local("memory");
    this.workspace = names.local("workspace");
  }

  private List<Arena> arenas() {
    return planned.arenas().arenas();
  }

  /** Declares the memory, and counts it if there is a budget: a further argument, or nothing. */
  CodeBlock workers(CodeBlock.Builder code) {
    if (!arenas().isEmpty()) {
      CodeBlock blocks =
          arenas().stream()
              .map(
                  arena ->
                      CodeBlock.of(
                          "\nnew $T($T.$L, $L)",
                          ArenaShape.Arena.class,
                          ElementType.class,
                          arena.elementType().name(),
                          elements(arena)))
              .collect(CodeBlock.joining(","));
      code.addStatement("$T $L =\nnew $T($L)", ArenaShape.class, shape, ArenaShape.class, blocks);
    }
    if (planned.checked().method().options().memoryBudget().isEmpty()) {
      return CodeBlock.of("");
    }
    String workers = names.local("workers");
    code.addStatement(
        "int $L =\n$T.workersWithin($LL, $L, $L)",
        workers,
        Arguments.class,
        planned.checked().method().options().memoryBudget().get(),
        (arenas().isEmpty() ? "" : shape + ".bytes() + ") + bytes(_ -> true),
        bytes(array -> !array.shared() && array.everyWorker()));
    return CodeBlock.of(", $L", workers);
  }

  private CodeBlock elements(Arena arena) {
    CodeBlock longest = null;
    for (List<Extent> extents : arena.shapes()) {
      CodeBlock count =
          extents.size() == 1
              ? CodeBlock.of("$L", names.extent(extents.getFirst()))
              : CodeBlock.of("$T.elements($L)", Arguments.class, names.shape(extents));
      longest = longest == null ? count : CodeBlock.of("Math.max($L, $L)", longest, count);
    }
    if (longest == null) {
      throw new AssertionError("an arena without temporaries");
    }
    return longest;
  }

  /** Bytes of those arrays that workers ask for, the most that any kernel needs. */
  private String bytes(Predicate<WorkerArray> counted) {
    record Slot(ElementType type, int slot, boolean shared) {}
    Map<Slot, Set<String>> lengths = new LinkedHashMap<>();
    for (PlannedMethod.Variant variant : planned.variants()) {
      for (Kernels kernels : variant.kernels().values()) {
        WorkingMemory memory = MethodPlanner.memory(kernels);
        for (List<WorkerArray> step : memory.steps()) {
          for (WorkerArray array : step) {
            if (counted.test(array)) {
              var slot = new Slot(array.elementType(), array.slot(), array.shared());
              lengths.computeIfAbsent(slot, _ -> new LinkedHashSet<>()).add(length(array));
            }
          }
        }
      }
    }
    List<String> terms = new ArrayList<>();
    lengths.forEach(
        (slot, texts) -> {
          List<String> all = List.copyOf(texts);
          String longest = all.getLast();
          for (String text : all.reversed().subList(1, all.size())) {
            longest = "Math.max(" + text + ", " + longest + ")";
          }
          terms.add(slot.type().byteSize() + "L * " + longest);
        });
    return terms.isEmpty() ? "0" : String.join(" + ", terms);
  }

  private String length(WorkerArray array) {
    return array.extents().isEmpty()
        ? "1"
        : array.extents().stream().map(names::extent).collect(Collectors.joining(" * ", "(", ")"));
  }

  /** Takes the memory. */
  void begin(CodeBlock.Builder code) {
    if (!arenas().isEmpty()) {
      code.addStatement("$T $L = this.$N.take($L)", Workspace.class, workspace, pool, shape);
      code.beginControlFlow("try");
    }
  }

  /** Gives the memory back. */
  void end(CodeBlock.Builder code) {
    if (!arenas().isEmpty()) {
      code.nextControlFlow("finally");
      code.addStatement("this.$N.give($L)", pool, workspace);
      code.endControlFlow();
    }
  }

  /**
   * All operands, inputs and then targets.
   *
   * @param tensors the variables of those that are no temporaries
   */
  CodeBlock operands(Map<String, String> tensors) {
    return PlannedMethod.operands(planned.plan().optimized()).stream()
        .map(operand -> operand(operand, tensors))
        .collect(CodeBlock.joining(", "));
  }

  private CodeBlock operand(TensorDeclaration operand, Map<String, String> tensors) {
    for (int arena = 0; arena < arenas().size(); arena++) {
      if (arenas().get(arena).temporaries().contains(operand)) {
        return CodeBlock.of(
            "\n$T.view($L.tensors()[$L]$L)",
            ArenaShape.class,
            workspace,
            arena,
            names.further(operand.type().extents()));
      }
    }
    boolean temporary = planned.plan().temporaries().contains(operand);
    return CodeBlock.of(temporary ? "$L.copy()" : "$L", tensors.get(operand.name()));
  }
}
