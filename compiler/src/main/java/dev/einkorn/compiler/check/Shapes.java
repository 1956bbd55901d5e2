package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.DeclaredExtent;
import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.Program;
import dev.einkorn.compiler.ast.Statement;
import dev.einkorn.compiler.ast.Subscript;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ranks and extents as far as they are known before extents are solved, for the ellipses of later
 * statements: from the header, the written subscripts, the tensors given, and the statements
 * resolved so far.
 */
final class Shapes {
  private final Map<String, List<OptionalLong>> shapes = new LinkedHashMap<>();

  /** What is known before the first statement; {@code declared} has the tensors of the header. */
  Shapes(Program program, Symbols declared, Map<String, InputType> given) {
    Set<String> computed = new LinkedHashSet<>();
    for (Statement statement : program.statements()) {
      if (statement.operator() == dev.einkorn.compiler.ast.AssignmentOperator.ASSIGN) {
        computed.add(statement.target().name());
      }
    }
    declared.tensors().forEach(tensor -> declare(tensor, given.get(tensor.name())));
    for (Statement statement : program.statements()) {
      written(statement.target().name(), statement.target().subscripts());
      visit(statement.value());
      statement.where().forEach(this::visit);
    }
    given.forEach(
        (name, type) -> {
          List<OptionalLong> known = shapes.get(name);
          boolean fits = known == null || known.size() == type.rank();
          if (fits && !computed.contains(name) && !isDeclared(declared, name)) {
            shapes.put(name, type.extents());
          }
        });
  }

  private static boolean isDeclared(Symbols declared, String name) {
    return declared.tensor(name).flatMap(Tensor::declared).isPresent();
  }

  private void declare(Tensor tensor, @Nullable InputType given) {
    tensor
        .declared()
        .ifPresent(
            declared -> {
              int rank = declared.extents().size();
              List<OptionalLong> passed =
                  given != null && given.rank() == rank
                      ? given.extents()
                      : Collections.nCopies(rank, OptionalLong.empty());
              List<OptionalLong> extents = new ArrayList<>();
              for (int axis = 0; axis < rank; axis++) {
                extents.add(
                    switch (declared.extents().get(axis)) {
                      case DeclaredExtent.Fixed(var value, _) when value.bitLength() < Long.SIZE ->
                          OptionalLong.of(value.longValueExact());
                      case DeclaredExtent.Fixed _ -> OptionalLong.empty();
                      case DeclaredExtent.Named _ -> passed.get(axis);
                    });
              }
              shapes.put(tensor.name(), extents);
            });
  }

  private void visit(Expression expression) {
    if (expression instanceof Expression.Access access) {
      written(access.name(), access.subscripts());
    }
    SubscriptForm.operands(expression).forEach(this::visit);
  }

  private void written(String name, List<Subscript> subscripts) {
    if (subscripts.stream().noneMatch(Subscript.Ellipsis.class::isInstance)) {
      shapes.putIfAbsent(name, Collections.nCopies(subscripts.size(), OptionalLong.empty()));
    }
  }

  /** The extents of a tensor, if at least its rank is known. */
  Optional<List<OptionalLong>> of(String tensor) {
    return Optional.ofNullable(shapes.get(tensor));
  }

  /** Enters what a statement says about its target. */
  void assign(ResolvedStatement statement) {
    List<OptionalLong> before = shapes.get(statement.target());
    boolean known = before != null && before.stream().allMatch(OptionalLong::isPresent);
    boolean rankFits = before == null || before.size() == statement.indices().size();
    if (statement.broken()
        || known
        || !rankFits
        || statement.operator() != AssignmentOperator.ASSIGN) {
      return;
    }
    Map<Variable, Long> extents = new LinkedHashMap<>();
    collect(statement.value(), extents);
    extents.keySet().removeAll(statement.limited());
    shapes.put(
        statement.target(),
        statement.indices().stream()
            .map(index -> extents.get(index.variable()))
            .map(extent -> extent == null ? OptionalLong.empty() : OptionalLong.of(extent))
            .toList());
  }

  private void collect(Term term, Map<Variable, Long> extents) {
    if (term instanceof Term.Read(String tensor, List<Term.Index> indices, Border border, _)
        && border == Border.NONE) {
      List<OptionalLong> shape = shapes.getOrDefault(tensor, List.of());
      for (int axis = 0; axis < Math.min(indices.size(), shape.size()); axis++) {
        if (indices.get(axis) instanceof Term.Index.Plain(Variable variable, _)) {
          shape.get(axis).ifPresent(extent -> extents.putIfAbsent(variable, extent));
        }
      }
    }
    term.children().forEach(child -> collect(child, extents));
  }
}
