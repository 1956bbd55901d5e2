package dev.einkorn.compiler.ahead;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.einkorn.compiler.ahead.PlannedMethod.Kernels;
import dev.einkorn.compiler.ahead.TemporaryArenas.Arena;
import dev.einkorn.compiler.emit.WorkerArray;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.kernel.ArenaShape;
import dev.einkorn.runtime.kernel.Arguments;
import dev.einkorn.runtime.kernel.Temporaries;
import dev.einkorn.runtime.kernel.Workspace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** The temporaries of a generated method: their memory, and what a memory budget says. */
final class TemporaryWriter {
  private final PlannedMethod planned;
  private final SizeNames names;
  private final String pool;
  private final String type;
  private final String shape;
  private final String workspace;
  private final String tensors;

  /**
   * For one method.
   *
   * @param pool the field that keeps their memory
   * @param type the class that knows their shapes
   */
  TemporaryWriter(PlannedMethod planned, SizeNames names, String pool, String type) {
    this.planned = planned;
    this.names = names;
    this.pool = pool;
    this.type = type;
    this.shape = names.local("memory");
    this.workspace = names.local("workspace");
    this.tensors = names.local("temporaries");
  }

  private List<Arena> arenas() {
    return planned.arenas().arenas();
  }

  /**
   * Declares the memory, and counts it if there is a budget: a further argument, or nothing.
   *
   * @param sizes the variable of all sizes
   */
  CodeBlock workers(CodeBlock.Builder code, String sizes) {
    if (!arenas().isEmpty()) {
      ClassName own = ClassName.get("", type);
      code.addStatement("$T $L = new $T($L)", own, shape, own, sizes);
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

  /** The class that knows the shapes of the temporaries, and where they lie. */
  TypeSpec type() {
    names.local("sizes"); // Parameters of its methods, which no size may be called.
    names.local("arenas");
    CodeBlock.Builder sizes = CodeBlock.builder();
    int place = 0;
    for (String size : planned.sizeNames()) {
      sizes.addStatement("long $L = sizes[$L]", names.size(size), place++);
    }
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
    CodeBlock views =
        temporaries().stream()
            .map(
                temporary ->
                    CodeBlock.of(
                        "\n$T.view(arenas[$L]$L)",
                        ArenaShape.class,
                        arena(temporary),
                        names.further(temporary.type().extents())))
            .collect(CodeBlock.joining(","));
    return TypeSpec.classBuilder(type)
        .addJavadoc("The temporaries of {@code $L}.", planned.checked().method().name())
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .superclass(Temporaries.class)
        .addMethod(
            MethodSpec.constructorBuilder()
                .addParameter(long[].class, "sizes")
                .addStatement("super(sizes)")
                .build())
        .addMethod(
            MethodSpec.methodBuilder("arenas")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PROTECTED)
                .returns(ArenaShape.class)
                .addParameter(long[].class, "sizes")
                .addCode(sizes.build())
                .addStatement("return new $T($L)", ArenaShape.class, blocks)
                .build())
        .addMethod(
            MethodSpec.methodBuilder("views")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PROTECTED)
                .returns(Tensor[].class)
                .addParameter(Tensor[].class, "arenas")
                .addParameter(long[].class, "sizes")
                .addCode(sizes.build())
                .addStatement("return new $T[] {$L}", Tensor.class, views)
                .build())
        .build();
  }

  /** What lies in the arenas, in the order of the operands. */
  private List<TensorDeclaration> temporaries() {
    return planned.operands().stream().filter(operand -> arena(operand) >= 0).toList();
  }

  private int arena(TensorDeclaration operand) {
    for (int arena = 0; arena < arenas().size(); arena++) {
      if (arenas().get(arena).temporaries().contains(operand)) {
        return arena;
      }
    }
    return -1;
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
        for (List<WorkerArray> step : kernels.memory().steps()) {
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
      code.addStatement("$T[] $L = $L.tensors()", Tensor.class, tensors, workspace);
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
   * @param passed the variables of those that are no temporaries
   */
  CodeBlock operands(Map<String, String> passed) {
    return planned.operands().stream()
        .map(operand -> operand(operand, passed))
        .collect(CodeBlock.joining(", "));
  }

  private CodeBlock operand(TensorDeclaration operand, Map<String, String> passed) {
    int place = temporaries().indexOf(operand);
    if (place >= 0) {
      return CodeBlock.of("$L[$L]", tensors, place);
    }
    boolean temporary = planned.plan().temporaries().contains(operand);
    return CodeBlock.of(temporary ? "$L.copy()" : "$L", passed.get(operand.name()));
  }
}
