package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where no access of a statement leaves its tensor: a condition on the element that a thread
 * computes, over all iterations of the loops inside. Warps far from the border take the statement
 * without checks.
 */
final class Interior {
  private Interior() {}

  /**
   * The condition; empty if the statement has no borders, or loops whose range is not whole.
   *
   * @param kept the loops over elements
   */
  static Optional<String> condition(Stmt body, List<Stmt.Loop> kept, KernelNames names) {
    Map<IndexVariable, Extent> ranges = new HashMap<>();
    boolean[] known = {true};
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Loop loop) {
            known[0] &= loop.isWhole();
            ranges.put(loop.variable(), loop.binding().extent());
          }
        });
    Set<IndexVariable> fixed = new LinkedHashSet<>();
    kept.forEach(loop -> fixed.add(loop.variable()));
    Set<String> conditions = new LinkedHashSet<>();
    LoopWalk.values(
        body,
        value -> {
          if (value instanceof Expr.Load load) {
            TensorParameter tensor = names.nest().tensor(load.element().tensor());
            for (int axis = 0; axis < load.element().positions().size(); axis++) {
              if (load.element().positions().get(axis) instanceof Position.Bordered(var form, _)) {
                conditions.addAll(
                    conditions(form, tensor.type().extents().get(axis), fixed, ranges, names));
              }
            }
          }
        });
    return !known[0] || conditions.isEmpty()
        ? Optional.empty()
        : Optional.of(String.join(" && ", conditions));
  }

  /** That the least and the greatest value of a form lie on the axis. */
  private static List<String> conditions(
      Subscript.Affine form,
      Extent extent,
      Set<IndexVariable> fixed,
      Map<IndexVariable, Extent> ranges,
      KernelNames names) {
    List<String> least = new ArrayList<>();
    List<String> greatest = new ArrayList<>();
    for (Subscript.Term term : form.terms()) {
      if (fixed.contains(term.variable())) {
        String text = names.affine(new Subscript.Affine(List.of(term), 0));
        least.add(text);
        greatest.add(text);
        continue;
      }
      Extent range = ranges.get(term.variable());
      String last = "(" + names.extent(range == null ? extent : range) + " - 1)";
      String text =
          term.coefficient() == 1 ? last : names.number(term.coefficient()) + " * " + last;
      (term.coefficient() > 0 ? greatest : least).add(text);
    }
    String constant = form.constant() == 0 ? "" : names.number(form.constant());
    return List.of(
        sum(least, constant) + " >= 0", sum(greatest, constant) + " < " + names.extent(extent));
  }

  private static String sum(List<String> summands, String constant) {
    var text = new StringBuilder();
    List<String> all = new ArrayList<>(summands);
    if (!constant.isEmpty()) {
      all.add(constant);
    }
    for (String summand : all) {
      if (text.isEmpty()) {
        text.append(summand);
      } else {
        text.append(summand.startsWith("-") ? " - " + summand.substring(1) : " + " + summand);
      }
    }
    return text.isEmpty() ? "0" : text.toString();
  }
}
