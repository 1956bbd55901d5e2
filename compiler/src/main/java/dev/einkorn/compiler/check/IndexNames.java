package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.IndexBinding;
import dev.einkorn.compiler.ast.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names that a statement uses as indices.
 *
 * @param target those on the left side
 * @param free those that are subscripts on the left side or outside of the reductions over them
 * @param all these and those that reductions bind
 */
record IndexNames(Set<String> target, Set<String> free, Set<String> all) {

  /** Collects the names of {@code statement}. */
  static IndexNames of(Statement statement) {
    IndexNames names = new IndexNames(new HashSet<>(), new HashSet<>(), new HashSet<>());
    for (Expression position : SubscriptForm.positions(statement.target().subscripts())) {
      names.subscript(position, Set.of());
    }
    names.target.addAll(names.free);
    names.collect(statement.value(), Set.of());
    statement.where().forEach(condition -> names.collect(condition, Set.of()));
    return names;
  }

  private void collect(Expression expression, Set<String> bound) {
    switch (expression) {
      case Expression.Access access ->
          SubscriptForm.positions(access.subscripts())
              .forEach(position -> subscript(position, bound));
      case Expression.Reduction reduction -> {
        Set<String> inner =
            reduction.indices().stream().map(IndexBinding::name).collect(Collectors.toSet());
        all.addAll(inner);
        inner.addAll(bound);
        SubscriptForm.operands(reduction).forEach(operand -> collect(operand, inner));
      }
      case Expression.NumberLiteral _,
          Expression.ConstantLiteral _,
          Expression.Name _,
          Expression.Unary _,
          Expression.Binary _,
          Expression.Call _ ->
          SubscriptForm.operands(expression).forEach(operand -> collect(operand, bound));
    }
  }

  private void subscript(Expression position, Set<String> bound) {
    if (position instanceof Expression.Name(String name, _)) {
      all.add(name);
      if (!bound.contains(name)) {
        free.add(name);
      }
    } else if (SubscriptForm.isGather(position)) {
      collect(position, bound);
    } else {
      SubscriptForm.operands(position).forEach(operand -> subscript(operand, bound));
    }
  }
}
