package dev.einkorn.compiler.optimize.rule;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.BoundExtents;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.optimize.algebra.CanonicalForm;
import dev.einkorn.compiler.optimize.algebra.Factors;
import dev.einkorn.compiler.optimize.algebra.Term;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Computes a sum, or another fold, once that several statements hold: as a whole, or as the sum of
 * two factors of a product; and a function of what a target has an element for that is needed at
 * other positions, too. Names of indices and the order of factors do not matter.
 *
 * {@snippet lang=text :
 * P[i,k] = sum[j](A[i,j] * B[j,k]) + C[i,k]        t1[i,k] = sum[j](A[i,j] * B[j,k])
 * Q[m,n] = sum[j](A[m,j] * B[j,n] * D[m,n])   =>   P[i,k]  = t1[i,k] + C[i,k]
 *                                                  Q[m,n]  = D[m,n] * t1[m,n]
 *
 * P[i,j] = exp(A[i,j]) / sum[k](exp(A[i,k]))  =>   t1[i,j] = exp(A[i,j])
 *                                                  P[i,j]  = t1[i,j] / sum[k](t1[i,k])
 *
 * P[i] = sum[j](A[i,j] * x[j])                =>   P[i] = sum[j](A[i,j] * x[j])
 * Q[i] = exp(sum[k](x[k] * A[i,k]))                Q[i] = exp(P[i])
 * }
 *
 * <p>Applies to values over accesses with plain indices, which are inside their bounds wherever
 * they stand, of tensors that no later statement writes, and that cannot fail. The opposite of
 * {@link InlineSum}: {@link dev.einkorn.compiler.optimize.PlanSearch} keeps what makes the plan
 * cheaper.
 */
public final class ShareValue {
  /** What is a sum in products with more factors is for the search of contraction orders. */
  private static final int MOST_FACTORS = 8;

  /**
   * A value that stands in a statement.
   *
   * @param key equal for equal values
   * @param value a fold, or a function
   * @param variables of the value, in an order that equal values have in common
   * @param bindings what it folds over
   * @param rest the other factors of the same sum
   */
  private record Part(
      String key,
      IndexExpr value,
      List<IndexVariable> variables,
      List<IndexBinding> bindings,
      List<IndexExpr> rest) {
    boolean isFunction() {
      return bindings.isEmpty();
    }

    List<IndexVariable> free() {
      List<IndexVariable> free = new ArrayList<>(variables);
      bindings.forEach(binding -> free.remove(binding.variable()));
      return free;
    }
  }

  /**
   * What the rewrite leads to.
   *
   * @param target what holds the fold, one of the program's targets or a new one
   * @param holders the targets of the statements that held it
   */
  public record Shared(IndexProgram program, String target, List<String> holders) {}

  /**
   * Keys of the values that may be shared, the largest first.
   *
   * @param functions whether functions are, too, beside folds
   */
  public List<String> candidates(IndexProgram program, boolean functions) {
    List<List<Part>> all = all(program);
    Map<String, Part> parts = new LinkedHashMap<>();
    all.forEach(of -> of.forEach(part -> parts.putIfAbsent(part.key(), part)));
    Map<String, List<Integer>> places = new HashMap<>();
    for (int n = 0; n < all.size(); n++) {
      for (Part part : all.get(n)) {
        List<Integer> known = places.computeIfAbsent(part.key(), _ -> new ArrayList<>());
        if (!known.contains(n)) {
          known.add(n);
        }
      }
    }
    return parts.values().stream()
        .filter(part -> functions || !part.isFunction())
        .filter(part -> isShared(program, all, part, places.getOrDefault(part.key(), List.of())))
        .sorted(
            Comparator.comparingInt((Part part) -> -Contents.of(part.value()).nodes())
                .thenComparing(Part::key))
        .map(Part::key)
        .toList();
  }

  /**
   * Whether a value stands in several places that can share it and is the same in all of them:
   * folds in several statements, functions at several positions, one of which is that of a target,
   * so that they take no more memory than it and can lie there.
   */
  private static boolean isShared(
      IndexProgram program, List<List<Part>> all, Part part, List<Integer> places) {
    boolean several = places.size() > 1;
    if (part.isFunction()) {
      Set<List<Object>> positions = new HashSet<>();
      boolean fits = false;
      for (int place : places) {
        Assignment assignment = program.assignments().get(place);
        for (Part found : all.get(place)) {
          if (found.key().equals(part.key())) {
            positions.add(List.of(place, found.variables()));
            fits |= isAtTarget(assignment, found);
          }
        }
      }
      several = fits && positions.size() > 1;
    }
    return several
        && Contents.of(part.value()).tensors().stream()
            .allMatch(tensor -> lastWrite(program, tensor) < places.getFirst());
  }

  /** The parts of each statement. */
  private static List<List<Part>> all(IndexProgram program) {
    return program.assignments().stream().map(ShareValue::parts).toList();
  }

  /** Whether a value has one element for each of the statement's, over distinct plain indices. */
  private static boolean isAtTarget(Assignment assignment, Part part) {
    Set<IndexVariable> axes = new HashSet<>();
    for (Subscript subscript : assignment.subscripts()) {
      if (!(subscript instanceof Subscript.Affine form)
          || !form.isVariable()
          || !axes.add(form.variable())) {
        return false;
      }
    }
    return axes.equals(new HashSet<>(part.free()));
  }

  /** The number of the last statement that writes a tensor, or -1. */
  private static int lastWrite(IndexProgram program, String tensor) {
    int last = program.assignments().size() - 1;
    while (last >= 0 && !program.assignments().get(last).target().equals(tensor)) {
      last--;
    }
    return last;
  }

  /** The program with a value computed once; empty if the rewrite does not apply. */
  public Optional<Shared> apply(IndexProgram program, String key) {
    List<List<Part>> all = all(program);
    List<Integer> places = new ArrayList<>();
    Part part = null;
    for (int n = 0; n < all.size(); n++) {
      Optional<Part> found = all.get(n).stream().filter(p -> p.key().equals(key)).findFirst();
      if (found.isPresent()) {
        part = part == null ? found.get() : part;
        places.add(n);
      }
    }
    if (part == null || !isShared(program, all, part, places)) {
      return Optional.empty();
    }
    Assignment first = program.assignments().get(places.getFirst());
    List<TensorDeclaration> targets = new ArrayList<>(program.targets());
    int whole =
        places.stream()
            .filter(n -> isWhole(program, program.assignments().get(n), key))
            .findFirst()
            .orElse(-1);
    Assignment holder =
        whole >= 0 ? program.assignments().get(whole) : newHolder(program, first, key, targets);
    List<Assignment> assignments = new ArrayList<>();
    for (int n = 0; n < program.assignments().size(); n++) {
      // What the fold reads is there before the first statement that holds it.
      if (n == places.getFirst()) {
        assignments.add(holder);
      }
      if (n != whole) {
        assignments.add(reading(program.assignments().get(n), holder, key));
      }
    }
    List<String> holders =
        places.stream().map(n -> program.assignments().get(n).target()).distinct().toList();
    return Optional.of(
        new Shared(program.withAssignments(targets, assignments), holder.target(), holders));
  }

  /** Whether a statement stores nothing but the value. */
  private static boolean isWhole(IndexProgram program, Assignment assignment, String key) {
    return assignment.operator() == AssignmentOperator.ASSIGN
        && Uses.writes(program, assignment.target()) == 1
        && program.typeOf(assignment.target()).elementType() == assignment.value().elementType()
        && at(assignment.value(), BoundExtents.of(assignment)).stream()
            .filter(part -> part.key().equals(key) && part.rest().isEmpty())
            .anyMatch(part -> isAtTarget(assignment, part));
  }

  private static Assignment newHolder(
      IndexProgram program, Assignment first, String key, List<TensorDeclaration> targets) {
    Part part = find(first, key).orElseThrow();
    Map<IndexVariable, Extent> extents = BoundExtents.of(first);
    Set<IndexVariable> axes = new LinkedHashSet<>();
    first.bindings().forEach(binding -> axes.add(binding.variable()));
    axes.addAll(part.free());
    axes.retainAll(part.free());
    List<IndexBinding> bindings = new ArrayList<>();
    for (IndexVariable axis : axes) {
      Extent extent = extents.get(axis);
      if (extent == null) {
        throw new AssertionError("no extent of " + axis);
      }
      bindings.add(new IndexBinding(axis, extent));
    }
    Set<String> taken = new HashSet<>();
    program.inputs().forEach(input -> taken.add(input.name()));
    program.targets().forEach(target -> taken.add(target.name()));
    String name = unused(taken);
    IndexExpr value = part.value();
    targets.addFirst(
        new TensorDeclaration(
            name,
            new TensorType(
                value.elementType(), bindings.stream().map(IndexBinding::extent).toList())));
    return new Assignment(
        name,
        axes.stream().<Subscript>map(Subscript::of).toList(),
        bindings,
        AssignmentOperator.ASSIGN,
        value);
  }

  private static String unused(Set<String> taken) {
    int number = 1;
    while (taken.contains("t" + number)) {
      number++;
    }
    return "t" + number;
  }

  /** The statement with the target of another one in place of its value. */
  private static Assignment reading(Assignment assignment, Assignment holder, String key) {
    Part held = find(holder, key).orElseThrow();
    List<Integer> order =
        holder.subscripts().stream()
            .map(axis -> held.variables().indexOf(((Subscript.Affine) axis).variable()))
            .toList();
    return assignment.withValue(
        replaced(assignment.value(), BoundExtents.of(assignment), holder.target(), order, key));
  }

  private static IndexExpr replaced(
      IndexExpr value,
      Map<IndexVariable, Extent> extents,
      String target,
      List<Integer> order,
      String key) {
    IndexExpr here = value;
    Optional<Part> found =
        at(value, extents).stream().filter(part -> part.key().equals(key)).findFirst();
    if (found.isPresent()) {
      Part part = found.get();
      IndexExpr access =
          new IndexExpr.Access(
              target,
              order.stream().<Subscript>map(n -> Subscript.of(part.variables().get(n))).toList(),
              value.elementType());
      List<IndexExpr> factors = new ArrayList<>(part.rest());
      factors.add(access);
      List<IndexBinding> left = new ArrayList<>();
      if (value instanceof IndexExpr.Reduction reduction) {
        left.addAll(reduction.bindings());
        left.removeAll(part.bindings());
      }
      IndexExpr product = Factors.product(factors);
      here =
          left.isEmpty() ? product : new IndexExpr.Reduction(ReductionOperator.SUM, left, product);
    }
    return here.mapChildren(child -> replaced(child, extents, target, order, key));
  }

  private static Optional<Part> find(Assignment assignment, String key) {
    return parts(assignment).stream().filter(part -> part.key().equals(key)).findFirst();
  }

  private static List<Part> parts(Assignment assignment) {
    List<Part> found = new ArrayList<>();
    collect(assignment.value(), BoundExtents.of(assignment), found);
    return found;
  }

  private static void collect(
      IndexExpr value, Map<IndexVariable, Extent> extents, List<Part> found) {
    found.addAll(at(value, extents));
    value.children().forEach(child -> collect(child, extents, found));
  }

  /** What an expression itself can share: a fold, the sums of two of its factors, a function. */
  private static List<Part> at(IndexExpr value, Map<IndexVariable, Extent> extents) {
    return switch (value) {
      case IndexExpr.Reduction reduction -> folds(reduction, extents);
      case IndexExpr.Call call when call.function().isSeries() && isPlain(call) ->
          List.of(part("function", call, List.of(), List.of(call), List.of(), extents));
      default -> List.of();
    };
  }

  private static List<Part> folds(
      IndexExpr.Reduction reduction, Map<IndexVariable, Extent> extents) {
    List<Part> found = new ArrayList<>();
    if (reduction.operator() != ReductionOperator.SUM || !reduction.elementType().isNumeric()) {
      fold(reduction, List.of(reduction.body()), List.of(), extents).ifPresent(found::add);
      return found;
    }
    List<IndexExpr> factors = Factors.of(reduction.body());
    fold(reduction, factors, List.of(), extents).ifPresent(found::add);
    for (int one = 0; one < factors.size() && 2 < factors.size(); one++) {
      for (int two = one + 1; two < factors.size() && factors.size() <= MOST_FACTORS; two++) {
        List<IndexExpr> rest = new ArrayList<>(factors);
        rest.remove(two);
        rest.remove(one);
        fold(reduction, List.of(factors.get(one), factors.get(two)), rest, extents)
            .ifPresent(found::add);
      }
    }
    return found;
  }

  /** Some factors summed over what no other one has, if there is such an index. */
  private static Optional<Part> fold(
      IndexExpr.Reduction reduction,
      List<IndexExpr> factors,
      List<IndexExpr> rest,
      Map<IndexVariable, Extent> extents) {
    Set<IndexVariable> own = new HashSet<>();
    Set<IndexVariable> others = new HashSet<>();
    factors.forEach(factor -> own.addAll(FreeVariables.of(factor)));
    rest.forEach(factor -> others.addAll(FreeVariables.of(factor)));
    List<IndexBinding> bindings =
        reduction.bindings().stream()
            .filter(b -> own.contains(b.variable()) && !others.contains(b.variable()))
            .toList();
    if (bindings.isEmpty()
        || (rest.isEmpty() && bindings.size() < reduction.bindings().size())
        || !factors.stream().allMatch(ShareValue::isPlain)) {
      return Optional.empty();
    }
    IndexExpr value =
        new IndexExpr.Reduction(reduction.operator(), bindings, Factors.product(factors));
    String kind = reduction.operator().toString();
    return Optional.of(part(kind, value, bindings, factors, rest, extents));
  }

  private static Part part(
      String kind,
      IndexExpr value,
      List<IndexBinding> bindings,
      List<IndexExpr> factors,
      List<IndexExpr> rest,
      Map<IndexVariable, Extent> extents) {
    List<Term> terms = new ArrayList<>();
    factors.forEach(factor -> terms.add(new Term.Factor(factor)));
    CanonicalForm form = CanonicalForm.upToFree(new Term.Product(1, bindings, terms));
    String key =
        "%s of %s over %s: %s"
            .formatted(
                kind,
                value.elementType(),
                form.variables().stream().map(extents::get).toList(),
                form.text());
    return new Part(key, value, form.variables(), bindings, rest);
  }

  private static boolean isPlain(IndexExpr value) {
    return !value.mayFail() && hasPlainAccesses(value);
  }

  private static boolean hasPlainAccesses(IndexExpr value) {
    boolean plain =
        !(value instanceof IndexExpr.Access access)
            || (access.border() == Border.NONE
                && access.subscripts().stream()
                    .allMatch(s -> s instanceof Subscript.Affine form && form.isVariable()));
    return plain && value.children().stream().allMatch(ShareValue::hasPlainAccesses);
  }
}
