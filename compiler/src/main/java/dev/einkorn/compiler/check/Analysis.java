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
import java.util.Optional;
import java.util.Set;

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

  /** Analyses {@code program} and reports what is wrong with it. */
  static Analysis of(SourceText source, Program program, Diagnostics diagnostics) {
    Symbols symbols = new Symbols();
    program.header().ifPresent(new HeaderReader(diagnostics, symbols)::read);
    List<ResolvedStatement> resolved = resolve(program, symbols, diagnostics);
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
    new OrderChecker(diagnostics, symbols).check(header.isPresent(), outputsDeclared);
    List<ResolvedStatement> statements = new ArrayList<>();
    for (ResolvedStatement statement : resolved) {
      ResolvedStatement placed = new SumPlacement(source, diagnostics).place(statement);
      statements.add(
          placed.with(placed.value(), placed.broken() || broken.contains(placed.number())));
    }
    return new Analysis(
        symbols,
        List.copyOf(statements),
        new ExtentSolver(diagnostics, symbols, statements).solve(),
        symbols.tensors().stream().filter(Analysis::isInput).toList(),
        targets(symbols, statements),
        outputs(symbols, statements, outputsDeclared));
  }

  private static List<ResolvedStatement> resolve(
      Program program, Symbols symbols, Diagnostics diagnostics) {
    Set<String> known = new LinkedHashSet<>();
    symbols.tensors().forEach(tensor -> known.add(tensor.name()));
    for (Statement statement : program.statements()) {
      known.add(statement.target().name());
      accessed(statement.value(), known);
    }
    List<ResolvedStatement> resolved = new ArrayList<>();
    for (Statement statement : program.statements()) {
      resolved.add(new Resolver(diagnostics, symbols, known, resolved.size(), statement).resolve());
    }
    return resolved;
  }

  private static void accessed(Expression expression, Set<String> names) {
    if (expression instanceof Expression.Access access) {
      names.add(access.name());
    }
    SubscriptForm.operands(expression).forEach(operand -> accessed(operand, names));
  }

  private static boolean isInput(Tensor tensor) {
    return !tensor.isTarget()
        && tensor.role() != Tensor.Role.OUTPUT
        && (!tensor.uses().isEmpty() || tensor.declared().isPresent());
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
