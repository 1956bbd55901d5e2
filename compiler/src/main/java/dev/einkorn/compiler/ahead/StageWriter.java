package dev.einkorn.compiler.ahead;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.einkorn.compiler.ahead.PlannedMethod.Memory;
import dev.einkorn.compiler.ahead.PlannedMethod.Part;
import dev.einkorn.compiler.emit.WorkerArray;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.PlanStage;
import dev.einkorn.compiler.optimize.SlabGroup;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import dev.einkorn.runtime.kernel.Slabs;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/**
 * The classes that call the kernels of a stage with its operands: all at once, or slab by slab.
 *
 * {@snippet lang=text :
 * long slabs = (sizes[0] + 63) / 64;
 * for (long slab = worker.begin(slabs); slab < worker.end(slabs); slab++) {
 *   long from = slab * 64;
 *   long to = Math.min(from + 64, sizes[0]);
 *   ...
 * }
 * }
 */
final class StageWriter {
  private final BuildStages.Stage stage;
  private final Part part;
  private final Memory memory;
  private final List<String> places = new ArrayList<>();
  private final List<String> sizes = new ArrayList<>();

  /** For one stage, whose operands lie in one kind of memory. */
  StageWriter(PlannedMethod planned, Part part, Memory memory) {
    this.part = part;
    this.stage = part.stage().orElseThrow();
    this.memory = memory;
    planned.operands().forEach(operand -> places.add(operand.name()));
    sizes.addAll(planned.sizeNames());
  }

  /** The class that calls a kernel of a stage that is not cut. */
  TypeSpec whole(String name, String kernel) {
    ClassName type = ClassName.get("", kernel);
    CodeBlock operands =
        stage.operands().stream()
            .map(operand -> CodeBlock.of("operands[$L]", place(operand)))
            .collect(CodeBlock.joining(", "));
    return shell(
            name,
            "Calls {@link $T} with the tensors of its steps.",
            type,
            FieldSpec.builder(Kernel.class, "kernel", Modifier.PRIVATE, Modifier.FINAL)
                .initializer("new $T()", type)
                .build())
        .addMethod(
            run()
                .addStatement("$T[] tensors = {$L}", Tensor.class, operands)
                .addStatement("this.kernel.run(tensors, sizes, worker)")
                .build())
        .build();
  }

  /** The class that calls the kernels of a stage for each slab. */
  TypeSpec slabs(String name, List<String> kernels) {
    BuildStages.Slab slab = part.slab().orElseThrow();
    CodeBlock made =
        kernels.stream()
            .map(kernel -> CodeBlock.of("new $T()", ClassName.get("", kernel)))
            .collect(CodeBlock.joining(", "));
    String positions = size(slab.extent());
    CodeBlock.Builder code = CodeBlock.builder();
    code.addStatement("long slabs = ($L + $L) / $L", positions, slab.length() - 1, slab.length());
    code.beginControlFlow(
        "for (long slab = worker.begin(slabs); slab < worker.end(slabs); slab++)");
    code.addStatement("long from = slab * $L", slab.length());
    code.addStatement("long to = Math.min(from + $L, $L)", slab.length(), positions);
    code.addStatement(
        "$T[] tensors = {\n$L\n}",
        Tensor.class,
        stage.operands().stream().map(this::operand).collect(CodeBlock.joining(",\n")));
    code.addStatement("long[] extents = {$L}", slabSizes());
    code.addStatement("$T.run(this.kernels, tensors, extents, worker)", Slabs.class);
    code.endControlFlow();
    return shell(
            name,
            "Runs steps $L slab by slab.",
            stage.stage().from() + 1 + " to " + stage.stage().to(),
            FieldSpec.builder(Kernel[].class, "kernels", Modifier.PRIVATE, Modifier.FINAL)
                .initializer("{$L}", made)
                .build())
        .addMethod(run().addCode(code.build()).build())
        .build();
  }

  private static TypeSpec.Builder shell(
      String name, String doc, Object documented, FieldSpec kernels) {
    return TypeSpec.classBuilder(name)
        .addJavadoc(doc, documented)
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .addSuperinterface(Kernel.class)
        .addField(kernels);
  }

  private static MethodSpec.Builder run() {
    return MethodSpec.methodBuilder("run")
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .addParameter(Tensor[].class, "operands")
        .addParameter(long[].class, "sizes")
        .addParameter(Worker.class, "worker");
  }

  private int place(TensorDeclaration operand) {
    return places.indexOf(stage.operand(operand.name()).tensor());
  }

  /** An operand of one slab. */
  private CodeBlock operand(TensorDeclaration operand) {
    PlanStage.Operand meant = stage.operand(operand.name());
    if (meant.own()) {
      return temporary(operand);
    }
    return meant.axis() == SlabGroup.WHOLE
        ? CodeBlock.of("operands[$L]", place(operand))
        : CodeBlock.of("operands[$L].slice($L, from, to)", place(operand), meant.axis());
  }

  private CodeBlock temporary(TensorDeclaration operand) {
    SequencedMap<String, WorkerArray> arrays = part.slabTemporaries();
    CodeBlock made =
        CodeBlock.of(
            "$T.temporary($T.$L, $L, worker$L)",
            Slabs.class,
            ElementType.class,
            operand.type().elementType().name(),
            PlannedMethod.of(arrays, operand.name()).slot(),
            operand.type().extents().stream()
                .map(extent -> ", " + size(extent))
                .collect(Collectors.joining()));
    return memory == Memory.GENERAL ? CodeBlock.of("$L.asSegment()", made) : made;
  }

  private String size(Extent extent) {
    if (part.slab().filter(slab -> slab.size().equals(extent)).isPresent()) {
      return "to - from";
    }
    return switch (extent) {
      case Extent.Fixed(long value) -> SizeNames.number(value);
      case Extent.Symbolic(String name) -> "sizes[" + sizes.indexOf(name) + "]";
    };
  }

  /** The sizes of the plan and the positions of the slab, in the order of the stage. */
  private String slabSizes() {
    IndexProgram program = part.compilation().plan().optimized();
    List<String> texts = new ArrayList<>();
    program.sizes().forEach(each -> texts.add(size(new Extent.Symbolic(each.name()))));
    program.derived().forEach(each -> texts.add(size(new Extent.Symbolic(each.name()))));
    return String.join(", ", texts);
  }
}
