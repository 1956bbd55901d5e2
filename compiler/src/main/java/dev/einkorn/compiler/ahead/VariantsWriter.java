package dev.einkorn.compiler.ahead;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.einkorn.compiler.ahead.PlannedMethod.Kernels;
import dev.einkorn.compiler.ahead.PlannedMethod.Part;
import dev.einkorn.compiler.ahead.PlannedMethod.Variant;
import dev.einkorn.compiler.emit.KernelUnit;
import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.emit.java.JavaEmitter;
import dev.einkorn.compiler.index.AccessBounds;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.kernel.KernelVariants;
import dev.einkorn.runtime.kernel.Memory;
import dev.einkorn.runtime.kernel.ScratchTensor;
import dev.einkorn.runtime.kernel.TeamSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** The nested classes of a generated method: its kernels, and the one that lists them. */
final class VariantsWriter {
  private static final long LARGEST_SCRATCH = 64;

  private final PlannedMethod planned;
  private final String prefix;
  private final NameAllocator classes;
  private final List<TypeSpec> kernels = new ArrayList<>();

  /** The classes of kernels by their text outside of this class. */
  private final Map<String, String> byText = new HashMap<>();

  /** The classes of the kernels of a variant, by the bits of vectors. */
  private final Map<Variant, Map<Integer, List<Written>>> names = new LinkedHashMap<>();

  /**
   * Writes the classes of one method.
   *
   * @param prefix of their names
   * @param classes the names of all nested classes
   */
  VariantsWriter(PlannedMethod planned, String prefix, NameAllocator classes) {
    this.planned = planned;
    this.prefix = prefix;
    this.classes = classes;
    // Those for any machine first: others share what they have in common with them.
    for (Variant variant :
        planned.variants().stream()
            .sorted(Comparator.comparing((Variant each) -> each.processors() > 0))
            .toList()) {
      Map<Integer, List<Written>> byBits = new LinkedHashMap<>();
      variant.kernels().forEach((bits, each) -> byBits.put(bits, kernels(variant, bits, each)));
      names.put(variant, byBits);
    }
  }

  /** The classes of the kernels. */
  List<TypeSpec> kernels() {
    return kernels;
  }

  /** Writes the classes of kernels; those that a call is to run are returned. */
  private List<Written> kernels(Variant variant, int bits, Kernels made) {
    List<Written> all = new ArrayList<>();
    int units = made.parts().stream().mapToInt(part -> part.compilation().sources().size()).sum();
    int number = 0;
    for (Part part : made.parts()) {
      List<String> written = new ArrayList<>();
      for (KernelUnit unit : Pipeline.units(part.compilation(), part.options())) {
        number++;
        String wish =
            prefix
                + variant.memory().word()
                + (bits == 0 ? "" : bits)
                + (variant.processors() == 0 ? "" : "For" + variant.processors())
                + (units == 1 ? "" : "Part" + number);
        String text = part.compilation().sources().get(written.size()).text();
        written.add(byText.computeIfAbsent(text, _ -> kernel(unit, part.options(), wish, variant)));
      }
      all.addAll(called(variant, part, written));
    }
    return all;
  }

  private String kernel(KernelUnit unit, PipelineOptions options, String wish, Variant variant) {
    String name = classes.name(new Object(), wish);
    var emitter = new JavaEmitter(Pipeline.form(options));
    kernels.add(
        emitter.nested(unit, name).toBuilder().addJavadoc("$L", header(unit, variant)).build());
    return name;
  }

  /** A class that a call is to run, and whether several workers may share that. */
  private record Written(String name, boolean parallel) {}

  private List<Written> called(Variant variant, Part part, List<String> units) {
    List<Written> all = new ArrayList<>();
    if (part.slab().isPresent()) {
      String name = classes.name(new Object(), units.getFirst() + "Slabs");
      kernels.add(new StageWriter(planned, part, variant.memory()).slabs(name, units));
      return List.of(new Written(name, true));
    }
    for (int n = 0; n < units.size(); n++) {
      String name = units.get(n);
      if (part.stage().isPresent()) {
        name = classes.name(new Object(), units.get(n) + "Stage");
        kernels.add(new StageWriter(planned, part, variant.memory()).whole(name, units.get(n)));
      }
      all.add(new Written(name, part.compilation().parallel(n)));
    }
    return all;
  }

  private static String header(KernelUnit unit, Variant variant) {
    List<String> lines =
        unit.header().subList(unit.header().indexOf("Schedule:"), unit.header().size());
    return "Kernels where %s.\n\n<pre>{@code\n%s\n}</pre>"
        .formatted(variant.memory().description(), JavaEmitter.comment(String.join("\n", lines)));
  }

  /** The class that lists the kernels. */
  TypeSpec variants(String name) {
    return TypeSpec.classBuilder(name)
        .addJavadoc("The kernels of {@code $L}.", planned.checked().method().name())
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .addSuperinterface(KernelVariants.class)
        .addMethod(
            method("count", int.class).addStatement("return $L", planned.variants().size()).build())
        .addMethod(fits())
        .addMethod(widths())
        .addMethod(newKernels())
        .addMethod(isParallel())
        .addMethod(scratch())
        .addMethod(scratchSizes())
        .addMethod(
            method("inputs", int.class)
                .addStatement("return $L", planned.plan().optimized().inputs().size())
                .build())
        .addMethod(
            method("outputs", int[].class).addStatement("return new int[] {$L}", outputs()).build())
        .build();
  }

  private static MethodSpec.Builder method(String name, Class<?> result) {
    return MethodSpec.methodBuilder(name)
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .returns(result);
  }

  private List<TensorDeclaration> operands() {
    return planned.operands();
  }

  private String outputs() {
    List<String> places = new ArrayList<>();
    List<TensorDeclaration> operands = operands();
    for (int n = 0; n < operands.size(); n++) {
      if (planned.plan().optimized().outputs().contains(operands.get(n).name())) {
        places.add(Integer.toString(n));
      }
    }
    return String.join(", ", places);
  }

  private MethodSpec fits() {
    CodeBlock.Builder code = CodeBlock.builder().beginControlFlow("switch (variant)");
    for (int n = 0; n < planned.variants().size() - 1; n++) {
      Variant variant = planned.variants().get(n);
      List<CodeBlock> conditions = new ArrayList<>();
      if (variant.processors() > 0) {
        conditions.add(CodeBlock.of("$T.isWithin($L)", TeamSize.class, variant.processors()));
      }
      if (!variant.wide()) {
        conditions.add(CodeBlock.of("$T.isWithin(sizes, $L)", Memory.class, planned.largest()));
      }
      for (int operand = 0; operand < operands().size(); operand++) {
        Layout layout = variant.layouts().get(operand);
        conditions.add(
            CodeBlock.of(
                "$T.$L(operands[$L], $L)",
                Memory.class,
                layout.storage() == Layout.Storage.ARRAY ? "isArray" : "isSegment",
                operand,
                layout.unitAxis() == Layout.NO_AXIS
                    ? CodeBlock.of("$T.NO_AXIS", Memory.class)
                    : CodeBlock.of("$L", layout.unitAxis())));
      }
      code.add("case $L: // $L\n$>", n, variant.description())
          .addStatement("return $L", conditions.stream().collect(CodeBlock.joining("\n&& ")))
          .add("$<");
    }
    code.add("default:\n$>").addStatement("return true").add("$<").endControlFlow();
    return method("fits", boolean.class)
        .addParameter(int.class, "variant")
        .addParameter(Tensor[].class, "operands")
        .addParameter(long[].class, "sizes")
        .addCode(code.build())
        .build();
  }

  private MethodSpec widths() {
    CodeBlock.Builder code = CodeBlock.builder().beginControlFlow("switch (variant)");
    for (int n = 0; n < planned.variants().size(); n++) {
      List<Integer> widths = planned.variants().get(n).widths();
      if (!widths.isEmpty()) {
        code.add("case $L:\n$>", n)
            .addStatement(
                "return new int[] {$L}",
                widths.stream().map(String::valueOf).collect(Collectors.joining(", ")))
            .add("$<");
      }
    }
    code.add("default:\n$>").addStatement("return new int[0]").add("$<").endControlFlow();
    return method("widths", int[].class)
        .addParameter(int.class, "variant")
        .addCode(code.build())
        .build();
  }

  private MethodSpec newKernels() {
    CodeBlock.Builder code = CodeBlock.builder().beginControlFlow("switch (variant)");
    int last = planned.variants().size() - 1;
    for (int n = 0; n <= last; n++) {
      Map<Integer, List<Written>> byBits = names.getOrDefault(planned.variants().get(n), Map.of());
      code.add(
          n == last ? "default:\n$>" : "case $L:\n$>",
          n == last ? new Object[0] : new Object[] {n});
      byBits.forEach(
          (bits, written) -> {
            CodeBlock made =
                written.stream()
                    .map(each -> CodeBlock.of("new $T()", ClassName.get("", each.name())))
                    .collect(CodeBlock.joining(", "));
            if (bits > 0) {
              code.beginControlFlow("if (bits == $L)", bits)
                  .addStatement("return new $T[] {$L}", Kernel.class, made)
                  .endControlFlow();
            } else {
              code.addStatement("return new $T[] {$L}", Kernel.class, made);
            }
          });
      code.add("$<");
    }
    code.endControlFlow();
    return method("kernels", Kernel[].class)
        .addParameter(int.class, "variant")
        .addParameter(int.class, "bits")
        .addCode(code.build())
        .build();
  }

  private MethodSpec isParallel() {
    List<String> cases = new ArrayList<>();
    for (int n = 0; n < planned.variants().size(); n++) {
      int variant = n;
      names
          .getOrDefault(planned.variants().get(n), Map.of())
          .forEach(
              (bits, written) -> {
                for (int kernel = 0; kernel < written.size(); kernel++) {
                  if (written.get(kernel).parallel()) {
                    String first = "variant == %s && bits == %s".formatted(variant, bits);
                    cases.add(
                        written.size() == 1 ? first : first + " && kernel == %s".formatted(kernel));
                  }
                }
              });
    }
    String condition =
        cases.isEmpty()
            ? "false"
            : cases.size() == 1 ? cases.getFirst() : "(" + String.join(")\n|| (", cases) + ")";
    return method("isParallel", boolean.class)
        .addParameter(int.class, "variant")
        .addParameter(int.class, "bits")
        .addParameter(int.class, "kernel")
        .addStatement("return $L", condition)
        .build();
  }

  private MethodSpec scratch() {
    CodeBlock.Builder code = CodeBlock.builder().beginControlFlow("switch (variant)");
    for (int n = 0; n < planned.variants().size(); n++) {
      Variant variant = planned.variants().get(n);
      if (!variant.widths().isEmpty()) {
        Sizes sizes = scratchSizes(variant);
        List<CodeBlock> tensors = new ArrayList<>();
        for (int operand = 0; operand < operands().size(); operand++) {
          tensors.add(scratch(operands().get(operand), variant.layouts().get(operand), sizes));
        }
        code.add("case $L:\n$>", n)
            .addStatement("return new $T[] {\n$L\n}", Tensor.class, CodeBlock.join(tensors, ",\n"))
            .add("$<");
      }
    }
    code.add("default:\n$>")
        .addStatement("return new $T[0]", Tensor.class)
        .add("$<")
        .endControlFlow();
    return method("scratch", Tensor[].class)
        .addParameter(int.class, "variant")
        .addCode(code.build())
        .build();
  }

  private static CodeBlock scratch(TensorDeclaration operand, Layout layout, Sizes sizes) {
    String shape =
        operand.type().extents().stream()
            .map(extent -> ", " + SizeNames.number(sizes.value(extent)))
            .collect(Collectors.joining());
    boolean reversed = layout.unitAxis() == Layout.NO_AXIS && operand.type().rank() > 0;
    CodeBlock made =
        CodeBlock.of(
            "$T.$L($T.$L$L)",
            ScratchTensor.class,
            reversed ? "reversed" : "rowMajor",
            ElementType.class,
            operand.type().elementType().name(),
            shape);
    return layout.storage() == Layout.Storage.SEGMENT ? CodeBlock.of("$L.asSegment()", made) : made;
  }

  private MethodSpec scratchSizes() {
    CodeBlock.Builder code = CodeBlock.builder().beginControlFlow("switch (variant)");
    for (int n = 0; n < planned.variants().size(); n++) {
      Variant variant = planned.variants().get(n);
      if (!variant.widths().isEmpty()) {
        List<String> values = new ArrayList<>();
        for (long size : scratchSizes(variant).toArray()) {
          values.add(SizeNames.number(size));
        }
        code.add("case $L:\n$>", n)
            .addStatement("return new long[] {$L}", String.join(", ", values))
            .add("$<");
      }
    }
    code.add("default:\n$>").addStatement("return new long[0]").add("$<").endControlFlow();
    return method("scratchSizes", long[].class)
        .addParameter(int.class, "variant")
        .addCode(code.build())
        .build();
  }

  /** As small as reaches every loop of the variant's vector kernels. */
  private Sizes scratchSizes(Variant variant) {
    IndexProgram program = planned.plan().optimized();
    Map<String, Long> least = new LinkedHashMap<>();
    variant
        .widths()
        .forEach(
            bits -> {
              Kernels made = variant.kernels().get(bits);
              if (made != null) {
                made.warmSizes().forEach((name, size) -> least.merge(name, size, Math::max));
              }
            });
    Map<String, Long> small = new LinkedHashMap<>();
    Map<String, Long> typical = new LinkedHashMap<>();
    for (SizeParameter size : program.sizes()) {
      long real = planned.typical().value(new Extent.Symbolic(size.name()));
      small.put(size.name(), least.getOrDefault(size.name(), Math.clamp(real, 1, LARGEST_SCRATCH)));
      typical.put(size.name(), real);
    }
    var sizes = new Sizes(program, small);
    return isInBounds(program, sizes) ? sizes : new Sizes(program, typical);
  }

  /** Whether every derived size is positive and every access stays within its tensor. */
  private static boolean isInBounds(IndexProgram program, Sizes sizes) {
    for (DerivedSize derived : program.derived()) {
      if (sizes.byName().getOrDefault(derived.name(), 0L) < 1) {
        return false;
      }
    }
    return AccessBounds.violation(program, sizes).isEmpty();
  }
}
