package dev.einkorn.compiler.optimize.rule;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Computes a reduction over rows in the loop nest that uses it, row by row, while the row is in the
 * cache.
 *
 * {@snippet lang=text :
 * m[i]   = max[j](S[i,j])              =>      P[i,j] = exp(S[i,j] - max[j_1](S[i,j_1]))
 * P[i,j] = exp(S[i,j] - m[i])
 * }
 *
 * <p>Applies to a target that is no output, is assigned once over distinct plain indices, cannot
 * fail, and reduces over last axes only. One statement must read it, at its own leading indices, so
 * that the reduction leaves every loop inside of them and runs as often as before. Lowering
 * computes equal copies once.
 */
public final class InlineRowReduction implements Rewrite {
  /** How many nodes the copies of one value may have together. */
  private static final int LARGEST_COPIES = 96;

  /** Longer programs stay as they are written: the search is quadratic. */
  private static final int MOST_STATEMENTS = 256;

  @Override
  public String name() {
    return "inline row reductions";
  }

  @Override
  public Optional<IndexProgram> apply(IndexProgram program) {
    if (program.assignments().size() > MOST_STATEMENTS) {
      return Optional.empty();
    }
    // The last target first: then its own reads of earlier targets are in the one statement that is
    // left.
    for (int n = program.assignments().size() - 1; n >= 0; n--) {
      Assignment definition = program.assignments().get(n);
      Optional<Assignment> reader = reader(program, definition);
      if (reader.isPresent() && isInlinable(program, definition, reader.get())) {
        return Optional.of(inline(program, definition, reader.get()));
      }
    }
    return Optional.empty();
  }

  /** The one statement that reads the target, if there is exactly one. */
  private static Optional<Assignment> reader(IndexProgram program, Assignment definition) {
    List<Assignment> readers =
        program.assignments().stream()
            .filter(a -> !Uses.reads(a.value(), definition.target()).isEmpty())
            .toList();
    return readers.size() == 1 ? Optional.of(readers.getFirst()) : Optional.empty();
  }

  private static boolean isInlinable(
      IndexProgram program, Assignment definition, Assignment reader) {
    String target = definition.target();
    if (program.outputs().contains(target)
        || definition.operator() != AssignmentOperator.ASSIGN
        || Uses.writes(program, target) != 1
        || definition.bindings().isEmpty()
        || variables(definition.subscripts()).size() != definition.subscripts().size()
        || definition.value().mayFail()
        || !reducesRows(definition.value(), Set.of())) {
      return false;
    }
    Contents contents = Contents.of(definition.value());
    if (contents.tensors().stream().anyMatch(tensor -> Uses.writes(program, tensor) > 1)) {
      return false;
    }
    List<IndexExpr.Access> reads = Uses.reads(reader.value(), target);
    if ((long) contents.nodes() * reads.size() > LARGEST_COPIES) {
      return false;
    }
    int rank = definition.subscripts().size();
    if (reader.bindings().size() < rank) {
      return false;
    }
    Set<IndexVariable> leading = new HashSet<>();
    reader.bindings().subList(0, rank).forEach(binding -> leading.add(binding.variable()));
    return reads.stream()
        .allMatch(
            read ->
                read.border() == Border.NONE
                    && variables(read.subscripts()).size() == rank
                    && leading.containsAll(variables(read.subscripts())));
  }

  /** The distinct variables of plain subscripts. */
  private static Set<IndexVariable> variables(List<Subscript> subscripts) {
    Set<IndexVariable> variables = new HashSet<>();
    for (Subscript subscript : subscripts) {
      if (subscript instanceof Subscript.Affine form && form.isVariable()) {
        variables.add(form.variable());
      }
    }
    return variables;
  }

  /** Whether there is a reduction, and every reduced variable stands in last subscripts only. */
  private static boolean reducesRows(IndexExpr expr, Set<IndexVariable> reduced) {
    boolean[] found = {false};
    return rowsOnly(expr, reduced, found) && found[0];
  }

  private static boolean rowsOnly(IndexExpr expr, Set<IndexVariable> reduced, boolean[] found) {
    Set<IndexVariable> inside = reduced;
    if (expr instanceof IndexExpr.Reduction(_, List<IndexBinding> bindings, _)) {
      found[0] = true;
      inside = new HashSet<>(reduced);
      for (IndexBinding binding : bindings) {
        inside.add(binding.variable());
      }
    }
    if (expr instanceof IndexExpr.ArgumentReduction) {
      return false;
    }
    if (expr instanceof IndexExpr.Access access) {
      for (int axis = 0; axis < access.subscripts().size() - 1; axis++) {
        if (access.subscripts().get(axis) instanceof Subscript.Affine(var terms, _)
            && terms.stream().anyMatch(term -> reduced.contains(term.variable()))) {
          return false;
        }
      }
    }
    for (IndexExpr child : expr.children()) {
      if (!rowsOnly(child, inside, found)) {
        return false;
      }
    }
    return true;
  }

  private static IndexProgram inline(
      IndexProgram program, Assignment definition, Assignment reader) {
    Set<String> taken = new HashSet<>();
    reader.bindings().forEach(binding -> taken.add(binding.variable().name()));
    collectNames(reader.value(), taken);
    program.inputs().forEach(input -> taken.add(input.name()));
    program.targets().forEach(target -> taken.add(target.name()));
    IndexExpr fresh = new FreshNames(taken).of(definition.value());
    IndexExpr value = replace(reader.value(), definition, fresh);
    List<Assignment> assignments = new ArrayList<>();
    for (Assignment assignment : program.assignments()) {
      if (assignment.equals(reader)) {
        assignments.add(reader.withValue(value));
      } else if (!assignment.equals(definition)) {
        assignments.add(assignment);
      }
    }
    List<TensorDeclaration> targets =
        program.targets().stream().filter(t -> !t.name().equals(definition.target())).toList();
    return program.withAssignments(targets, assignments);
  }

  private static IndexExpr replace(IndexExpr expr, Assignment definition, IndexExpr value) {
    IndexExpr inside = expr.mapChildren(child -> replace(child, definition, value));
    if (!(inside instanceof IndexExpr.Access access)
        || !access.tensor().equals(definition.target())) {
      return inside;
    }
    Map<IndexVariable, Subscript.Affine> forms = new LinkedHashMap<>();
    for (int axis = 0; axis < access.subscripts().size(); axis++) {
      if (definition.subscripts().get(axis) instanceof Subscript.Affine from
          && access.subscripts().get(axis) instanceof Subscript.Affine to) {
        forms.put(from.variable(), to);
      }
    }
    return new Substitution(forms).apply(value);
  }

  private static void collectNames(IndexExpr expr, Set<String> names) {
    if (expr instanceof IndexExpr.Reduction reduction) {
      reduction.bindings().forEach(binding -> names.add(binding.variable().name()));
    } else if (expr instanceof IndexExpr.ArgumentReduction reduction) {
      reduction.bindings().forEach(binding -> names.add(binding.variable().name()));
    }
    expr.children().forEach(child -> collectNames(child, names));
  }

  /** Renames what reductions bind, so that it differs from every name around. */
  private static final class FreshNames {
    private final Set<String> taken;

    FreshNames(Set<String> taken) {
      this.taken = taken;
    }

    IndexExpr of(IndexExpr expr) {
      IndexExpr inside = expr.mapChildren(this::of);
      if (!(inside instanceof IndexExpr.Reduction(var operator, var bindings, IndexExpr body))) {
        return inside;
      }
      Map<IndexVariable, Subscript.Affine> forms = new HashMap<>();
      List<IndexBinding> renamed = new ArrayList<>();
      for (IndexBinding binding : bindings) {
        var fresh = new IndexVariable(unused(binding.variable().name()));
        renamed.add(new IndexBinding(fresh, binding.extent()));
        forms.put(binding.variable(), (Subscript.Affine) Subscript.of(fresh));
      }
      return new IndexExpr.Reduction(operator, renamed, new Substitution(forms).apply(body));
    }

    private String unused(String stem) {
      String name = stem;
      for (int n = 1; !taken.add(name); n++) {
        name = stem + "_" + n;
      }
      return name;
    }
  }
}
