package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.EinsumAst;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the typed index IR of einsum strings, with numpy's meaning: {@code ik,kj} becomes
 *
 * {@snippet lang=text :
 * (A: f32[i,k], B: f32[k,j]) -> (out: f32[i,j])
 * out[i,j] = sum[k](A[i,k] * B[k,j])
 * }
 *
 * <p>Operands are named {@code A} to {@code Z}, then {@code A1} and so on, without those that are
 * labels; indices have the names of their labels.
 *
 * <p>An axis of extent 1 broadcasts against a label of another extent; it is read at position 0 and
 * the program fixes its extent. So unlike the programs of {@link Checker} this one serves only the
 * calls with the same {@link #broadcastAxes}: whoever keeps programs must have them in the key.
 */
public final class EinsumChecker {
  /** Longer products are built as balanced trees, so that later stages may recurse over them. */
  private static final int LONGEST_CHAIN = 200;

  private final Diagnostics diagnostics;
  private final EinsumAst einsum;
  private final EinsumAxes axes;
  private final EinsumExtents extents;
  private final List<InputType> operands;
  private final List<String> names;

  private EinsumChecker(SourceText source, EinsumAst einsum, List<InputType> operands) {
    this.diagnostics = new Diagnostics();
    this.einsum = einsum;
    this.operands = List.copyOf(operands);
    EinsumAxes labelled =
        EinsumAxes.of(einsum, operands.stream().map(InputType::rank).toList(), diagnostics)
            .orElse(null);
    checkTypes();
    if (labelled == null) {
      throw failure(source);
    }
    this.axes = labelled;
    this.extents = EinsumExtents.of(labelled.operands(), operands, diagnostics);
    this.names = operandNames(einsum);
    diagnostics.throwIfErrors(source);
  }

  private CompileException failure(SourceText source) {
    diagnostics.throwIfErrors(source);
    throw new AssertionError("einsum axes are missing without an error");
  }

  /**
   * The program of an einsum string.
   *
   * @param operands what is known of each operand; an unknown extent is taken not to broadcast
   * @throws CompileException with everything that is wrong
   */
  public static IndexProgram check(SourceText source, EinsumAst einsum, List<InputType> operands) {
    return new EinsumChecker(source, einsum, operands).program();
  }

  /**
   * The axes that broadcast: for each operand the positions, in ascending order, of the axes of
   * extent 1 whose label has another extent.
   *
   * @throws CompileException with everything that is wrong
   */
  public static List<List<Integer>> broadcastAxes(
      SourceText source, EinsumAst einsum, List<InputType> operands) {
    return new EinsumChecker(source, einsum, operands).extents.broadcast();
  }

  private void checkTypes() {
    for (int n = 0; n < Math.min(operands.size(), einsum.operands().size()); n++) {
      if (!operands.get(n).elementType().isNumeric()) {
        diagnostics.error(
            ErrorCode.TYPE_MISMATCH,
            einsum.operandSpans().get(n),
            "operand %s is a tensor of conditions, which einsum cannot multiply".formatted(n + 1),
            "convert it to a number first");
      }
    }
  }

  /** The names that the operands of an einsum string have as inputs of its program, in order. */
  public static List<String> operandNames(EinsumAst einsum) {
    Set<String> labels = labels(einsum);
    List<String> result = new ArrayList<>();
    for (int n = 0; result.size() < einsum.operands().size(); n++) {
      String letter = Character.toString('A' + n % 26);
      String name = n < 26 ? letter : letter + n / 26;
      if (!labels.contains(name)) {
        result.add(name);
      }
    }
    return List.copyOf(result);
  }

  private IndexProgram program() {
    ElementType type =
        operands.stream().map(InputType::elementType).reduce(Promotion::common).orElseThrow();
    List<TensorDeclaration> inputs = new ArrayList<>();
    List<IndexExpr> factors = new ArrayList<>();
    Map<String, List<SizeParameter.Axis>> sizes = new LinkedHashMap<>();
    for (int n = 0; n < operands.size(); n++) {
      List<Extent> shape = new ArrayList<>();
      List<Subscript> subscripts = new ArrayList<>();
      for (int axis = 0; axis < operands.get(n).rank(); axis++) {
        if (extents.broadcast().get(n).contains(axis)) {
          shape.add(new Extent.Fixed(1));
          subscripts.add(Subscript.of(0));
          continue;
        }
        String index = axes.operands().get(n).get(axis).index();
        shape.add(new Extent.Symbolic(index));
        subscripts.add(Subscript.of(new IndexVariable(index)));
        sizes
            .computeIfAbsent(index, _ -> new ArrayList<>())
            .add(new SizeParameter.Axis(names.get(n), axis));
      }
      ElementType own = operands.get(n).elementType();
      inputs.add(new TensorDeclaration(names.get(n), new TensorType(own, shape)));
      factors.add(Conversion.cast(new IndexExpr.Access(names.get(n), subscripts, own), type));
    }
    List<String> output = axes.output();
    String name = resultName(einsum);
    IndexExpr product =
        factors.size() <= LONGEST_CHAIN
            ? factors.stream()
                .reduce((a, b) -> new IndexExpr.Binary(BinaryOperator.MULTIPLY, a, b))
                .orElseThrow()
            : balanced(factors);
    Set<String> summed = new LinkedHashSet<>();
    axes.operands().forEach(each -> each.forEach(axis -> summed.add(axis.index())));
    output.forEach(summed::remove);
    IndexExpr value =
        summed.isEmpty()
            ? product
            : new IndexExpr.Reduction(ReductionOperator.SUM, bindings(summed), product);
    Assignment assignment =
        new Assignment(
            name,
            output.stream().map(IndexVariable::new).map(Subscript::of).toList(),
            bindings(new LinkedHashSet<>(output)),
            AssignmentOperator.ASSIGN,
            value);
    List<Extent> shape = output.stream().map(index -> (Extent) new Extent.Symbolic(index)).toList();
    return new IndexProgram(
        inputs,
        List.of(new TensorDeclaration(name, new TensorType(type, shape))),
        sizes.entrySet().stream()
            .map(each -> new SizeParameter(each.getKey(), each.getValue()))
            .toList(),
        List.of(assignment),
        List.of(name));
  }

  private static List<IndexBinding> bindings(Collection<String> indices) {
    return indices.stream()
        .map(index -> new IndexBinding(new IndexVariable(index), new Extent.Symbolic(index)))
        .toList();
  }

  private static IndexExpr balanced(List<IndexExpr> factors) {
    if (factors.size() == 1) {
      return factors.getFirst();
    }
    int half = factors.size() / 2;
    return new IndexExpr.Binary(
        BinaryOperator.MULTIPLY,
        balanced(factors.subList(0, half)),
        balanced(factors.subList(half, factors.size())));
  }

  /** The name that the result of an einsum string has as output of its program. */
  public static String resultName(EinsumAst einsum) {
    // The labels that an ellipsis gets are e0, e1 and so on: none of them can be this name.
    Set<String> taken = labels(einsum);
    taken.addAll(operandNames(einsum));
    String name = "out";
    for (int n = 2; taken.contains(name); n++) {
      name = "out_" + n;
    }
    return name;
  }

  private static Set<String> labels(EinsumAst einsum) {
    Set<String> labels = new HashSet<>();
    for (List<EinsumAst.Label> operand : einsum.operands()) {
      for (EinsumAst.Label label : operand) {
        if (label instanceof EinsumAst.Label.Named(String name, _)) {
          labels.add(name);
        }
      }
    }
    return labels;
  }
}
