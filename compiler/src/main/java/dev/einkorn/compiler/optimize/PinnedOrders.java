package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.algebra.Renaming;
import dev.einkorn.compiler.optimize.algebra.Term;
import dev.einkorn.compiler.optimize.algebra.TermReader;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Contraction orders that the user gives, checked against the statements that they are for. Such a
 * statement is one product of at least two factors, numbered from 0 as they are written; nested
 * products and sums over indices are taken apart, a sum of terms is one factor.
 *
 * {@snippet lang=text :
 * E[i,l] = A[i,j] * (B[j,k] + C[j,k]) * D[k,l]      E: (0 (1 2))
 *   => t1[j,l] = sum[k]((B[j,k] + C[j,k]) * D[k,l])
 *      E[i,l] = sum[j](A[i,j] * t1[j,l])
 * }
 *
 * @param untouched targets that rules must leave where they are: those of such statements, and what
 *     these read, so that their factors stay the written ones
 */
record PinnedOrders(Set<String> untouched) {

  /**
   * The orders of a program.
   *
   * @throws ScheduleException if an order does not fit the program
   */
  static PinnedOrders of(IndexProgram program, Map<String, ContractionTree> orders) {
    Set<String> untouched = new LinkedHashSet<>();
    for (Map.Entry<String, ContractionTree> order : orders.entrySet()) {
      Assignment statement = statement(program, order.getKey(), order.getValue());
      product(statement, order.getValue(), new Renaming());
      untouched.add(statement.target());
      collect(program, statement.value(), untouched);
    }
    return new PinnedOrders(untouched);
  }

  /** The program with everything that must not be rewritten as an output. */
  IndexProgram kept(IndexProgram program) {
    Set<String> outputs = new LinkedHashSet<>(program.outputs());
    outputs.addAll(untouched);
    return withOutputs(program, List.copyOf(outputs));
  }

  static IndexProgram withOutputs(IndexProgram program, List<String> outputs) {
    return outputs.equals(program.outputs())
        ? program
        : new IndexProgram(
            program.inputs(),
            program.targets(),
            program.sizes(),
            program.derived(),
            program.assignments(),
            outputs);
  }

  private static void collect(IndexProgram program, IndexExpr value, Set<String> targets) {
    if (value instanceof IndexExpr.Access access
        && program.targets().stream().anyMatch(t -> t.name().equals(access.tensor()))) {
      targets.add(access.tensor());
    }
    value.children().forEach(child -> collect(program, child, targets));
  }

  private static Assignment statement(IndexProgram program, String target, ContractionTree tree) {
    List<Assignment> statements =
        program.assignments().stream().filter(a -> a.target().equals(target)).toList();
    return switch (statements.size()) {
      case 0 ->
          throw new ScheduleException(
              "no statement computes %s, so the order %s has nothing to order; targets are %s"
                  .formatted(
                      target,
                      tree,
                      String.join(
                          ", ", program.targets().stream().map(TensorDeclaration::name).toList())));
      case 1 -> statements.getFirst();
      default ->
          throw new ScheduleException(
              "the order %s is for one statement, but %s compute %s"
                  .formatted(tree, statements.size(), target));
    };
  }

  /**
   * The product that an order is for.
   *
   * @throws ScheduleException if the statement is none, or has not the factors of the tree
   */
  static Term.Product product(Assignment written, ContractionTree tree, Renaming names) {
    IndexExpr value = written.value();
    if (!value.elementType().isNumeric() || !SumOptimizer.isPlain(written)) {
      throw notAProduct(written, tree, IndexPrinter.print(written));
    }
    if (value.mayFail()) {
      throw misfit(
          written.target(), tree, "its value may fail and is computed in the written order");
    }
    List<Term.Product> products = new TermReader(names, false).read(value).products();
    if (products.size() != 1) {
      throw notAProduct(written, tree, "a sum of " + products.size() + " terms");
    }
    Term.Product product = products.getFirst();
    if (product.factors().size() < 2) {
      throw notAProduct(written, tree, IndexPrinter.print(value));
    }
    int leaves = leaves(tree);
    if (leaves != product.factors().size()) {
      throw misfit(
          written.target(),
          tree,
          "expected the factors 0 to %s, each once, found %s of them"
              .formatted(product.factors().size() - 1, leaves));
    }
    return product;
  }

  private static ScheduleException notAProduct(
      Assignment written, ContractionTree tree, String found) {
    return misfit(
        written.target(), tree, "expected one product of two factors or more, found " + found);
  }

  /** The refusal of an order that does not fit its statement. */
  static ScheduleException misfit(String target, ContractionTree tree, String reason) {
    return new ScheduleException(
        "the order %s does not fit the statement of %s: %s".formatted(tree, target, reason));
  }

  private static int leaves(ContractionTree tree) {
    int leaves = 0;
    List<ContractionTree> left = new ArrayList<>(List.of(tree));
    while (!left.isEmpty()) {
      switch (left.removeLast()) {
        case ContractionTree.Leaf _ -> leaves++;
        case ContractionTree.Sum _ -> leaves++;
        case ContractionTree.Pair(ContractionTree first, ContractionTree second) -> {
          left.add(first);
          left.add(second);
        }
        case ContractionTree.Join(List<ContractionTree> parts) -> left.addAll(parts);
      }
    }
    return leaves;
  }
}
