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
 * Computes a target where it is read instead of storing it.
 *
 * {@snippet lang=text :
 * C[i,j] = x[i] + y[j]                 =>      s[j] = sum[i](x[i] + y[j])
 * s[j]   = sum[i](C[i,j])
 * }
 *
 * <p>Applies to a target that is no output, is assigned once over distinct plain indices, and whose
 * value neither reduces nor can fail. A value with a division or a function call is inlined only
 * where each element is read once, so that nothing expensive is computed twice; and only as long as
 * the copies stay small.
 */
public final class InlineTarget implements Rewrite {
  /** How many nodes the copies of one value may have together. */
  private static final int LARGEST_COPIES = 64;

  @Override
  public String name() {
    return "inline targets";
  }

  @Override
  public Optional<IndexProgram> apply(IndexProgram program) {
    Map<String, Assignment> inlined = new HashMap<>();
    Map<String, Integer> writes = new HashMap<>();
    program.assignments().forEach(a -> writes.merge(a.target(), 1, Integer::sum));
    Map<String, List<Read>> reads = reads(program);
    List<Assignment> kept = new ArrayList<>();
    for (Assignment assignment : program.assignments()) {
      Assignment expanded = assignment.withValue(expand(assignment.value(), inlined));
      String target = assignment.target();
      boolean candidate =
          !program.outputs().contains(target) && writes.getOrDefault(target, 0) == 1;
      if (candidate && isInlinable(expanded, reads.getOrDefault(target, List.of()), writes)) {
        inlined.put(target, expanded);
      } else {
        kept.add(expanded);
      }
    }
    if (inlined.isEmpty()) {
      return Optional.empty();
    }
    List<TensorDeclaration> targets =
        program.targets().stream().filter(t -> !inlined.containsKey(t.name())).toList();
    return Optional.of(program.withAssignments(targets, kept));
  }

  private static boolean isInlinable(
      Assignment assignment, List<Read> reads, Map<String, Integer> writes) {
    if (assignment.operator() != AssignmentOperator.ASSIGN || !hasDistinctIndices(assignment)) {
      return false;
    }
    Contents contents = Contents.of(assignment.value());
    if (contents.reduces() || assignment.value().mayFail()) {
      return false;
    }
    // A tensor that is accumulated into later would be read with its later value.
    if (contents.tensors().stream().anyMatch(tensor -> writes.getOrDefault(tensor, 0) > 1)) {
      return false;
    }
    if ((long) contents.nodes() * reads.size() > LARGEST_COPIES) {
      return false;
    }
    // Borders and gathers speak of the target's own axes, which are gone once it is inlined.
    if (!reads.stream().allMatch(Read::plain)) {
      return false;
    }
    return !contents.expensive() || (reads.size() == 1 && reads.getFirst().once());
  }

  private static boolean hasDistinctIndices(Assignment assignment) {
    Set<IndexVariable> seen = new HashSet<>();
    for (Subscript subscript : assignment.subscripts()) {
      switch (subscript) {
        case Subscript.Affine form -> {
          if (!form.isVariable() || !seen.add(form.variable())) {
            return false;
          }
        }
        case Subscript.Gather _ -> {
          return false;
        }
      }
    }
    return true;
  }

  private static IndexExpr expand(IndexExpr expr, Map<String, Assignment> inlined) {
    IndexExpr inside = expr.mapChildren(child -> expand(child, inlined));
    if (inside instanceof IndexExpr.Access access && inlined.containsKey(access.tensor())) {
      Assignment definition = inlined.get(access.tensor());
      Map<IndexVariable, Subscript.Affine> forms = new LinkedHashMap<>();
      for (int axis = 0; axis < access.subscripts().size(); axis++) {
        forms.put(
            plain(definition.subscripts().get(axis)).variable(),
            plain(access.subscripts().get(axis)));
      }
      return new Substitution(forms).apply(definition.value());
    }
    return inside;
  }

  private static Subscript.Affine plain(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Affine form -> form;
      case Subscript.Gather _ ->
          throw new IllegalArgumentException("not an affine subscript: " + subscript);
    };
  }

  /**
   * One place where a target is read.
   *
   * @param plain whether all subscripts are affine and stay inside the target
   * @param once whether no element is read by two iterations there
   */
  private record Read(boolean plain, boolean once) {}

  private static Map<String, List<Read>> reads(IndexProgram program) {
    Map<String, List<Read>> reads = new HashMap<>();
    for (Assignment assignment : program.assignments()) {
      Set<IndexVariable> bound = new HashSet<>();
      assignment.bindings().forEach(binding -> bound.add(binding.variable()));
      collectReads(assignment.value(), bound, reads);
    }
    return reads;
  }

  private static void collectReads(
      IndexExpr expr, Set<IndexVariable> bound, Map<String, List<Read>> reads) {
    switch (expr) {
      case IndexExpr.Access access -> {
        // Two iterations meet in one element of C[x+r], but not of C[2*x,r].
        Set<IndexVariable> told = new HashSet<>();
        boolean plain = access.border() == Border.NONE;
        for (Subscript subscript : access.subscripts()) {
          if (subscript instanceof Subscript.Affine form) {
            if (form.terms().size() == 1) {
              told.add(form.terms().getFirst().variable());
            }
          } else {
            plain = false;
          }
        }
        reads
            .computeIfAbsent(access.tensor(), _ -> new ArrayList<>())
            .add(new Read(plain, told.containsAll(bound)));
        access.children().forEach(child -> collectReads(child, bound, reads));
      }
      case IndexExpr.ArgumentReduction reduction -> {
        Set<IndexVariable> inner = new HashSet<>(bound);
        reduction.bindings().forEach(binding -> inner.add(binding.variable()));
        reduction.children().forEach(child -> collectReads(child, inner, reads));
      }
      case IndexExpr.Reduction(_, List<IndexBinding> bindings, IndexExpr body) -> {
        Set<IndexVariable> inner = new HashSet<>(bound);
        bindings.forEach(binding -> inner.add(binding.variable()));
        collectReads(body, inner, reads);
      }
      case IndexExpr.Literal _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ ->
          expr.children().forEach(child -> collectReads(child, bound, reads));
    }
  }
}
