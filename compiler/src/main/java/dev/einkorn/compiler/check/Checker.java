package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.Program;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks programs in index notation and makes the typed index IR of them.
 *
 * {@snippet :
 * IndexProgram program =
 *     Checker.check(
 *         source, ast, Map.of("A", InputType.of(F32, 3, 4), "B", InputType.of(F32, 4, 6)));
 * }
 */
public final class Checker {
  private final Diagnostics diagnostics = new Diagnostics();
  private final SourceText source;
  private final Analysis analysis;
  private final Map<String, TypeChecker.TensorKind> kinds;
  private final List<Assignment> assignments = new ArrayList<>();

  private Checker(SourceText source, Program program, Map<String, InputType> given) {
    this.source = source;
    this.analysis = Analysis.of(source, program, given, diagnostics);
    this.kinds = new InputBinder(diagnostics, analysis, given).bind();
  }

  /**
   * What can be said of a program without types.
   *
   * @throws CompileException with every error that can be found without types
   */
  public static ProgramSignature signature(SourceText source, Program program) {
    Diagnostics diagnostics = new Diagnostics();
    Analysis analysis = Analysis.of(source, program, Map.of(), diagnostics);
    diagnostics.throwIfErrors(source);
    return new ProgramSignature(
        parameters(analysis.inputs()),
        parameters(analysis.outputs()),
        analysis.targets().stream()
            .filter(Tensor::isAccumulatedFromCaller)
            .map(Tensor::name)
            .toList(),
        Analysis.dependsOnUnitExtents(program));
  }

  private static List<ProgramSignature.Parameter> parameters(List<Tensor> tensors) {
    return tensors.stream()
        .map(each -> new ProgramSignature.Parameter(each.name(), each.rank().orElse(-1)))
        .toList();
  }

  /**
   * The typed form of a program, which serves every size of the inputs.
   *
   * @param inputs what is known of the tensors that the caller passes, the current values of
   *     accumulated outputs included; those with a type in the header may be left out
   * @throws CompileException with every error of the program, by position
   */
  public static IndexProgram check(
      SourceText source, Program program, Map<String, InputType> inputs) {
    Checker checker = new Checker(source, program, inputs);
    checker.analysis.statements().forEach(checker::assign);
    KnownExtents known =
        new KnownExtents(checker.diagnostics, checker.analysis.symbols(), checker::elementType);
    known.check(checker.analysis, inputs);
    checker.diagnostics.throwIfErrors(source);
    IndexProgram typed = checker.program();
    new AccessRanges(checker.diagnostics, checker.analysis).check(typed, known);
    checker.diagnostics.throwIfErrors(source);
    return typed;
  }

  private Optional<ElementType> elementType(String tensor) {
    return Optional.ofNullable(kinds.get(tensor)).map(TypeChecker.TensorKind::type);
  }

  /** Types the statement, and its target if this is the first one of it. */
  private void assign(ResolvedStatement statement) {
    Extents extents = analysis.extents().statements().get(statement.number());
    TypeChecker checker =
        new TypeChecker(
            source, diagnostics, kinds, statement, extents, analysis.extents().extentConditions());
    Typed value = checker.type(statement.value());
    Tensor target = analysis.symbols().tensor(statement.target()).orElseThrow();
    Optional<ElementType> type = elementType(target.name());
    if (type.isEmpty() && !statement.operator().accumulates()) {
      type = target.declared().flatMap(Tensor.Declared::elementType);
      if (type.isEmpty() && target.declared().isEmpty() && !value.isUnknown()) {
        type = Optional.of(value.promotion().element());
      }
      type.ifPresent(
          each ->
              kinds.put(target.name(), new TypeChecker.TensorKind(each, target.rank().orElse(-1))));
    }
    if (type.isPresent() && !value.isUnknown() && isStorable(statement, value, type.get())) {
      new Conversion(diagnostics)
          .convert(value, type.get(), statement.value().span())
          .ifPresent(each -> assignments.add(assignment(statement, extents, each)));
    }
  }

  private boolean isStorable(ResolvedStatement statement, Typed value, ElementType type) {
    String name = statement.target();
    if (statement.operator().accumulates() && !type.isNumeric()) {
      diagnostics.error(
          ErrorCode.TYPE_MISMATCH,
          statement.targetSpan(),
          "%s holds conditions, which %s cannot accumulate"
              .formatted(name, statement.operator().symbol()));
      return false;
    }
    ElementType found = value.promotion().element();
    if (Promotion.isSameKind(found, type)) {
      return true;
    }
    Span span = statement.value().span();
    diagnostics.error(
        ErrorCode.TYPE_MISMATCH,
        span,
        "the value is %s, but %s is %s".formatted(found, name, type),
        type.isNumeric()
            ? "write %s(...) around the value to round toward zero".formatted(type)
            : "compare with 0: " + Quote.of(source, span) + " != 0");
    return false;
  }

  private static Assignment assignment(
      ResolvedStatement statement, Extents extents, IndexExpr value) {
    List<IndexBinding> bindings =
        statement.targetVariables().stream()
            .map(each -> new IndexBinding(new IndexVariable(each.name()), extents.of(each)))
            .toList();
    return new Assignment(
        statement.target(), bound(statement.indices()), bindings, statement.operator(), value);
  }

  private static List<Subscript> bound(List<Term.Index.Plain> indices) {
    return indices.stream()
        .map(each -> Subscript.of(new IndexVariable(each.variable().name())))
        .toList();
  }

  private IndexProgram program() {
    return new IndexProgram(
        declarations(analysis.inputs()),
        declarations(analysis.targets()),
        analysis.extents().sizes(),
        analysis.extents().derived(),
        assignments,
        analysis.outputs().stream().map(Tensor::name).toList());
  }

  private List<TensorDeclaration> declarations(List<Tensor> tensors) {
    return tensors.stream()
        .map(
            tensor -> {
              int rank = tensor.rank().orElseThrow();
              return new TensorDeclaration(
                  tensor.name(),
                  new TensorType(
                      elementType(tensor.name()).orElseThrow(),
                      analysis.extents().statements().getFirst().ofTensor(tensor.name(), rank)));
            })
        .toList();
  }
}
