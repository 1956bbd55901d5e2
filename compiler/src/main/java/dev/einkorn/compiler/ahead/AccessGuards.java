package dev.einkorn.compiler.ahead;

import com.palantir.javapoet.CodeBlock;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.runtime.kernel.Arguments;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks of those affine positions that may leave their tensor, written once for all sizes. Every
 * variable counts with its whole range, whatever a condition around the access says.
 *
 * {@snippet lang=text :
 * D[x] = I[x+1] - I[x] where x < 8
 *
 * Arguments.inside("I[x + 1]", "I", 0, 1, x - 1 + 1, I.extent(0), x);
 * }
 */
final class AccessGuards {
  private final IndexProgram program;
  private final SizeNames names;
  private final Set<CodeBlock> guards = new LinkedHashSet<>();

  private AccessGuards(IndexProgram program, SizeNames names) {
    this.program = program;
    this.names = names;
  }

  static List<CodeBlock> write(IndexProgram program, SizeNames names) {
    var guards = new AccessGuards(program, names);
    for (Assignment assignment : program.assignments()) {
      Map<IndexVariable, Extent> ranges = new LinkedHashMap<>();
      bind(assignment.bindings(), ranges);
      guards.visit(assignment.value(), ranges);
    }
    return List.copyOf(guards.guards);
  }

  private static void bind(List<IndexBinding> bindings, Map<IndexVariable, Extent> ranges) {
    bindings.forEach(binding -> ranges.put(binding.variable(), binding.extent()));
  }

  private void visit(IndexExpr expr, Map<IndexVariable, Extent> ranges) {
    Map<IndexVariable, Extent> inside = new LinkedHashMap<>(ranges);
    switch (expr) {
      case IndexExpr.Reduction reduction -> bind(reduction.bindings(), inside);
      case IndexExpr.ArgumentReduction reduction -> bind(reduction.bindings(), inside);
      case IndexExpr.Access access when access.border() == Border.NONE -> guard(access, inside);
      case IndexExpr.Access _,
          IndexExpr.Literal _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ -> {}
    }
    expr.children().forEach(child -> visit(child, inside));
  }

  private void guard(IndexExpr.Access access, Map<IndexVariable, Extent> ranges) {
    List<Extent> extents = program.typeOf(access.tensor()).extents();
    for (int axis = 0; axis < access.subscripts().size(); axis++) {
      if (access.subscripts().get(axis) instanceof Subscript.Affine form
          && !(form.isVariable() && extents.get(axis).equals(ranges.get(form.variable())))) {
        guards.add(guard(access, axis, form, extents.get(axis), ranges));
      }
    }
  }

  private CodeBlock guard(
      IndexExpr.Access access,
      int axis,
      Subscript.Affine form,
      Extent extent,
      Map<IndexVariable, Extent> ranges) {
    String positions =
        ranges.isEmpty()
            ? "1"
            : ranges.values().stream()
                .distinct()
                .map(names::extent)
                .map(size -> "Math.min(1, " + size + ")")
                .collect(Collectors.joining(" * "));
    return CodeBlock.of(
        "$T.inside($S, $S, $L, $L, $L, $L, $L)",
        Arguments.class,
        IndexPrinter.print(access),
        access.tensor(),
        axis,
        reach(form, ranges, false),
        reach(form, ranges, true),
        names.extent(extent),
        positions);
  }

  /** The largest position, or the smallest. */
  private String reach(Subscript.Affine form, Map<IndexVariable, Extent> ranges, boolean largest) {
    var sum = new StringBuilder();
    for (Subscript.Term term : form.terms()) {
      if (term.coefficient() > 0 == largest) {
        long magnitude = Math.abs(term.coefficient());
        Extent extent = ranges.get(term.variable());
        String last = "(" + (extent == null ? "1" : names.extent(extent)) + " - 1)";
        sum.append(sum.isEmpty() ? (term.coefficient() < 0 ? "-" : "") : largest ? " + " : " - ")
            .append(magnitude == 1 ? "" : magnitude + "L * ")
            .append(last);
      }
    }
    DerivedSizes.append(sum, form.constant());
    return sum.toString();
  }
}
