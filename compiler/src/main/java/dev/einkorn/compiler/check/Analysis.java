package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.Header;
import dev.einkorn.compiler.ast.Program;
import dev.einkorn.compiler.ast.Statement;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What can be said of a program without types.
 *
 * @param symbols its names
 * @param statements its statements, with all sums written out
 * @param extents which extents are one
 * @param inputs tensors that the caller passes, without those that accumulate
 * @param targets tensors that statements assign, in order of first assignment
 * @param outputs targets that the caller receives
 */
record Analysis(
    Symbols symbols,
    List<ResolvedStatement> statements,
    ExtentSolver.Solution extents,
    List<Tensor> inputs,
    List<Tensor> targets,
    List<Tensor> outputs) {

  /**
   * Analyses {@code program} and reports what is wrong with it.
   *
   * @param given what is known of the tensors passed, empty if that is not known yet
   */
  static Analysis of(
      SourceText source, Program program, Map<String, InputType> given, Diagnostics diagnostics) {
    Symbols symbols = new Symbols();
    program.header().ifPresent(new HeaderReader(diagnostics, symbols)::read);
    List<ResolvedStatement> resolved = resolve(program, symbols, given, diagnostics);
    symbols
        .tensors()
        .forEach(
            tensor ->
                Optional.ofNullable(given.get(tensor.name()))
                    .ifPresent(type -> tensor.give(type.rank())));
    if (resolved.isEmpty() && !diagnostics.hasErrors()) {
      diagnostics.error(
          ErrorCode.SYNTAX_ERROR,
          program.span(),
          "the program has no statement",
          "write at least one, such as c[i] = a[i] + b[i]");
    }
    symbols.reportClashes(diagnostics);
    Set<Integer> broken = new RankChecker(diagnostics).check(symbols);
    Optional<Header> header = program.header();
    boolean outputsDeclared = header.flatMap(Header::outputs).isPresent();
    broken.addAll(
        new OrderChecker(diagnostics, symbols).check(header.isPresent(), outputsDeclared));
    List<ResolvedStatement> statements = new ArrayList<>();
    for (ResolvedStatement statement : resolved) {
      ResolvedStatement placed = new SumPlacement(source, diagnostics).place(statement);
      statements.add(
          placed.with(
              placed.value(), placed.where(), placed.broken() || broken.contains(placed.number())));
    }
    Analysis analysis =
        new Analysis(
            symbols,
            List.copyOf(statements),
            new ExtentSolver(source, diagnostics, symbols, statements).solve(),
            symbols.tensors().stream().filter(Analysis::isInput).toList(),
            targets(symbols, statements),
            outputs(symbols, statements, outputsDeclared));
    new AccessRanges(diagnostics, analysis).checkStarts();
    return analysis;
  }

  private static List<ResolvedStatement> resolve(
      Program program, Symbols symbols, Map<String, InputType> given, Diagnostics diagnostics) {
    Set<String> known = new LinkedHashSet<>();
    symbols.tensors().forEach(tensor -> known.add(tensor.name()));
    Set<String> names = new LinkedHashSet<>();
    for (Statement statement : program.statements()) {
      known.add(statement.target().name());
      accessed(statement.value(), known);
      statement.where().forEach(condition -> accessed(condition, known));
      names.addAll(IndexNames.of(statement).all());
    }
    names.addAll(known);
    String prefix = "e";
    while (names.stream().anyMatch(Pattern.compile(prefix + "\\d+").asMatchPredicate())) {
      prefix += "_";
    }
    Shapes shapes = new Shapes(program, symbols, given);
    List<ResolvedStatement> resolved = new ArrayList<>();
    for (Statement statement : program.statements()) {
      ResolvedStatement next =
          new Resolver(diagnostics, symbols, known, shapes, prefix, resolved.size(), statement)
              .resolve();
      shapes.assign(next);
      resolved.add(next);
    }
    return resolved;
  }

  private static void accessed(Expression expression, Set<String> names) {
    if (expression instanceof Expression.Access access) {
      names.add(access.name());
    }
    if (expression instanceof Expression.Call call
        && call.name().equals("extent")
        && !call.arguments().isEmpty()
        && call.arguments().getFirst() instanceof Expression.Name(String name, _)) {
      names.add(name);
    }
    SubscriptForm.operands(expression).forEach(operand -> accessed(operand, names));
  }

  /** Whether what the program means depends on which axes have extent 1. */
  static boolean dependsOnUnitExtents(Program program) {
    return program.statements().stream()
        .anyMatch(
            statement ->
                SubscriptForm.hasEllipsis(statement.value())
                    || statement.where().stream().anyMatch(SubscriptForm::hasEllipsis));
  }

  private static boolean isInput(Tensor tensor) {
    return !tensor.isTarget()
        && tensor.role() != Tensor.Role.OUTPUT
        && (!tensor.uses().isEmpty()
            || !tensor.sizeUses().isEmpty()
            || tensor.declared().isPresent());
  }

  private static List<Tensor> targets(Symbols symbols, List<ResolvedStatement> statements) {
    return statements.stream()
        .map(ResolvedStatement::target)
        .distinct()
        .map(name -> symbols.tensor(name).orElseThrow())
        .toList();
  }

  private static List<Tensor> outputs(
      Symbols symbols, List<ResolvedStatement> statements, boolean declared) {
    return declared
        ? symbols.tensors().stream()
            .filter(tensor -> tensor.role() == Tensor.Role.OUTPUT && tensor.isTarget())
            .toList()
        : targets(symbols, statements).stream()
            .filter(tensor -> tensor.isUnread() || tensor.isAccumulatedFromCaller())
            .toList();
  }
}
