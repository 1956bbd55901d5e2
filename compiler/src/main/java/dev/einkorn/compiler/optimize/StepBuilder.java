package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.optimize.algebra.CanonicalForm;
import dev.einkorn.compiler.optimize.algebra.Divisor;
import dev.einkorn.compiler.optimize.algebra.Factors;
import dev.einkorn.compiler.optimize.algebra.Term;
import dev.einkorn.compiler.optimize.path.ContractionPath;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Makes the steps that compute polynomials: a temporary for each sum that something else reads, and
 * statements for the target. Equal sums are computed once, whatever their indices are called and
 * wherever they stand. What is counted as cost is what is built.
 */
final class StepBuilder {
  /** Terms of a product for each element of a factor that is worth storing. */
  private static final double MUCH_LARGER = 64;

  private final PlanRequest request;
  private final ProductOrder order;
  private final ElementType type;
  private final Map<IndexVariable, Extent> extents;
  private final Set<String> taken;

  /** What equal sums are stored in, by their canonical forms. */
  private final Map<String, String> known;

  private final List<Assignment> steps = new ArrayList<>();
  private final List<TensorDeclaration> temporaries = new ArrayList<>();
  private final List<String> shared = new ArrayList<>();
  private final List<Ordered> products = new ArrayList<>();
  private double nanos;

  /**
   * A builder of steps of one element type.
   *
   * @param extents of the variables that are bound around what is built
   * @param taken names that no temporary may have
   * @param known sums that are stored already; those of this builder are added
   */
  StepBuilder(
      PlanRequest request,
      ProductOrder order,
      ElementType type,
      Map<IndexVariable, Extent> extents,
      Set<String> taken,
      Map<String, String> known) {
    this.request = request;
    this.order = order;
    this.type = type;
    this.extents = new HashMap<>(extents);
    this.taken = new HashSet<>(taken);
    this.known = new LinkedHashMap<>(known);
  }

  /** The statements so far, temporaries before what reads them. */
  List<Assignment> steps() {
    return steps;
  }

  /** The tensors that the statements store beside their targets. */
  List<TensorDeclaration> temporaries() {
    return temporaries;
  }

  /** The temporaries that more than one step reads because equal sums are computed once. */
  List<String> shared() {
    return shared;
  }

  /**
   * A product of several factors and the order in which they are contracted.
   *
   * @param path over the positions of the factors
   */
  record Ordered(ContractionPath path, List<IndexExpr> factors) {
    Ordered {
      factors = List.copyOf(factors);
    }
  }

  /** The products so far, those inside of factors first. */
  List<Ordered> products() {
    return products;
  }

  /** The type of everything that is built. */
  ElementType type() {
    return type;
  }

  /** Everything that is stored now, by canonical form. */
  Map<String, String> known() {
    return known;
  }

  /** The predicted time of the statements. */
  double nanos() {
    return nanos;
  }

  /** Adds the statements that give a target the value of a polynomial. */
  void assign(Assignment written, Term.Sum sum) {
    assign(written, sum, Optional.empty());
  }

  /**
   * Adds the statements that give a target the value of one product.
   *
   * @param pinned the order of its factors
   * @throws IllegalArgumentException if that does not fit the product
   */
  void assign(Assignment written, Term.Product product, ContractionTree pinned) {
    assign(written, new Term.Sum(List.of(product)), Optional.of(pinned));
  }

  private void assign(Assignment written, Term.Sum sum, Optional<ContractionTree> pinned) {
    Set<IndexVariable> whole = new HashSet<>();
    written.bindings().forEach(binding -> whole.add(binding.variable()));
    List<Piece> reductions = new ArrayList<>();
    List<IndexExpr> rest = new ArrayList<>();
    boolean adds =
        written.operator() == AssignmentOperator.ASSIGN
            || written.operator() == AssignmentOperator.ADD;
    for (Term.Product product : sum.products()) {
      Piece piece = piece(product, whole, pinned);
      boolean mayBeLast = adds || reductions.isEmpty();
      if (piece.reduces() && mayBeLast && (whole.isEmpty() || piece.isBestOpen())) {
        reductions.add(piece);
      } else {
        rest.add(stored(piece));
      }
    }
    AssignmentOperator operator = written.operator();
    IndexExpr value = null;
    for (IndexExpr summand : rest) {
      value = value == null ? summand : plus(value, summand);
    }
    if (reductions.isEmpty()) {
      statement(written, operator, value == null ? zero() : value);
      return;
    }
    IndexExpr apart = value != null && isBestAlone(reductions.getFirst()) ? value : null;
    IndexExpr beside = apart == null ? value : null;
    for (Piece reduction : reductions) {
      IndexExpr summand = reduction.expression();
      statement(written, operator, beside == null ? summand : plus(summand, beside));
      beside = null;
      operator = operator == AssignmentOperator.ASSIGN ? AssignmentOperator.ADD : operator;
    }
    if (apart != null) {
      statement(written, operator, apart);
    }
  }

  /**
   * Whether a sum is better off without summands beside it: it streams through memory as a
   * statement of its own, unless it is a product of two sides, and its values are few beside its
   * terms.
   */
  private boolean isBestAlone(Piece piece) {
    double terms = 1;
    for (Leaves sum : piece.inside()) {
      if (!(sum.expression() instanceof IndexExpr.Reduction reduction) || Sides.areTwo(reduction)) {
        return false;
      }
      for (IndexBinding binding : reduction.bindings()) {
        terms *= extent(binding.variable());
      }
    }
    return terms >= MUCH_LARGER;
  }

  /** Adds the statement whose value has a polynomial somewhere inside. */
  void assign(Assignment written, Term.Sum sum, UnaryOperator<IndexExpr> around) {
    statement(written, written.operator(), around.apply(value(sum)));
  }

  /** The value of a polynomial that stands inside of something else. */
  private IndexExpr value(Term.Sum sum) {
    if (sum.products().size() == 1) {
      Term.Product product = sum.products().getFirst();
      return piece(product, product.free(), Optional.empty()).expression();
    }
    IndexExpr value = null;
    for (Term.Product product : sum.products()) {
      IndexExpr summand = stored(piece(product, Set.of(), Optional.empty()));
      value = value == null ? summand : plus(value, summand);
    }
    return value == null ? zero() : value;
  }

  /**
   * {@code coefficient * factor * .. * sum[..](..)}.
   *
   * @param outside factors beside the one sum
   * @param inside at most one sum
   */
  private record Piece(
      double coefficient, List<IndexExpr> outside, List<Leaves> inside, ElementType type) {
    boolean reduces() {
      return !inside.isEmpty();
    }

    /**
     * Whether its sum is best left where it is multiplied. A product of two sides has an epilogue
     * for that; any other sum streams through memory if it is a statement of its own, which it
     * cannot do with factors around it, and its values are few beside its terms.
     */
    boolean isBestOpen() {
      return outside.isEmpty()
          || inside.stream()
              .allMatch(
                  sum ->
                      sum.expression() instanceof IndexExpr.Reduction reduction
                          && Sides.areTwo(reduction));
    }

    /** This piece with more factors outside. */
    Piece over(List<IndexExpr> divisors) {
      List<IndexExpr> factors = new ArrayList<>(outside);
      factors.addAll(divisors);
      return new Piece(coefficient, factors, inside, type);
    }

    IndexExpr expression() {
      List<IndexExpr> factors = new ArrayList<>(outside);
      inside.forEach(leaves -> factors.add(leaves.expression()));
      if (factors.isEmpty()) {
        return literal(coefficient, type);
      }
      IndexExpr product = Factors.product(factors);
      if (coefficient == 1) {
        return product;
      }
      return coefficient == -1
          ? new IndexExpr.Unary(dev.einkorn.compiler.index.UnaryOperator.NEGATE, product)
          : new IndexExpr.Binary(BinaryOperator.MULTIPLY, literal(coefficient, type), product);
    }
  }

  /** The piece with its sum stored, so that it may stand anywhere. */
  private IndexExpr stored(Piece piece) {
    if (!piece.reduces()) {
      return piece.expression();
    }
    List<IndexExpr> factors = new ArrayList<>(piece.outside());
    piece.inside().forEach(leaves -> factors.add(store(leaves)));
    return new Piece(piece.coefficient(), factors, List.of(), type).expression();
  }

  /**
   * A product, with its last sum not stored if that has all the variables that are asked for.
   *
   * @param whole the variables that the value is computed for
   * @param pinned the order of the factors, if it is not to be looked for
   */
  private Piece piece(
      Term.Product written, Set<IndexVariable> whole, Optional<ContractionTree> pinned) {
    written.summed().forEach(b -> extents.put(b.variable(), b.extent()));
    Term.Product product = pinned.isPresent() ? written : reuse(written);
    if (product.factors().isEmpty()) {
      return new Piece(product.coefficient(), List.of(), List.of(), type);
    }
    List<Term> divisors = divisorsOfSums(product);
    if (!divisors.isEmpty() && pinned.isEmpty()) {
      List<Term> dividend = new ArrayList<>(product.factors());
      dividend.removeAll(divisors);
      return piece(
              new Term.Product(product.coefficient(), product.summed(), dividend), whole, pinned)
          .over(divisors.stream().map(d -> withoutReductions(operand(d))).toList());
    }
    List<IndexExpr> operands = new ArrayList<>();
    Map<String, Integer> identities = new HashMap<>();
    List<Integer> identity = new ArrayList<>();
    boolean sums = !product.summed().isEmpty();
    for (Term factor : product.factors()) {
      operands.add(sums ? withoutReductions(operand(factor)) : operand(factor));
      identity.add(identities.computeIfAbsent(order.form(factor).text(), _ -> identities.size()));
    }
    if (pinned.isEmpty()) {
      storeRepeated(product, identity, operands);
    }
    List<SequencedSet<IndexVariable>> free = operands.stream().map(FreeVariables::of).toList();
    Set<IndexVariable> result = product.free();
    ContractionPath path =
        order.path(free, distinct(identity, free), result, this::extent, type, pinned);
    if (operands.size() > 1) {
      products.add(new Ordered(path, operands));
    }
    ContractionTree tree = path.tree();
    var evaluation = new Evaluation(operands, product.summed());
    if (tree instanceof ContractionTree.Pair(ContractionTree left, ContractionTree right)) {
      List<Leaves> values = evaluation.parts(List.of(left, right), result);
      return evaluation.summedHere(values, result).isEmpty()
          ? lastSumOpen(product, values, whole)
          : open(product, evaluation.combine(values, result), whole);
    }
    return open(product, evaluation.evaluate(tree, result), whole);
  }

  /**
   * Stores factors that are sums of tensors and stand in the product more than once, under other
   * names of indices, if the product is much larger: as in {@code (A[i,k] + B[i,k]) * (A[j,k] +
   * B[j,k])}.
   */
  private void storeRepeated(
      Term.Product product, List<Integer> identity, List<IndexExpr> operands) {
    double loop = 1;
    for (IndexVariable variable : variables(operands)) {
      loop *= extent(variable);
    }
    for (int n = 0; n < operands.size(); n++) {
      double elements = 1;
      for (IndexVariable variable : FreeVariables.of(operands.get(n))) {
        elements *= extent(variable);
      }
      if (product.factors().get(n) instanceof Term.Sum
          && Collections.frequency(identity, identity.get(n)) > 1
          && !product.summed().isEmpty()
          && elements * MUCH_LARGER <= loop
          && elements * type.byteSize() <= request.intermediateBytes()) {
        operands.set(n, store(new Leaves(List.of(operands.get(n)), List.of())));
      }
    }
  }

  private static Set<IndexVariable> variables(List<IndexExpr> operands) {
    Set<IndexVariable> all = new LinkedHashSet<>();
    operands.forEach(operand -> all.addAll(FreeVariables.of(operand)));
    return all;
  }

  /** What a sum is divided by as a whole: once for each element instead of once for each term. */
  private static List<Term> divisorsOfSums(Term.Product product) {
    return product.factors().stream()
        .filter(f -> f instanceof Term.Factor(IndexExpr value) && Divisor.is(value))
        .filter(f -> !product.summed().isEmpty())
        .filter(f -> product.bound().stream().noneMatch(f.free()::contains))
        .toList();
  }

  /** Equal tensors of different shapes are different to a network. */
  private List<Integer> distinct(
      List<Integer> identity, List<? extends SequencedSet<IndexVariable>> free) {
    Map<List<Object>, Integer> numbers = new HashMap<>();
    List<Integer> result = new ArrayList<>();
    for (int n = 0; n < identity.size(); n++) {
      List<Object> key = new ArrayList<>();
      key.add(identity.get(n));
      free.get(n).forEach(variable -> key.add(extent(variable)));
      result.add(numbers.computeIfAbsent(key, _ -> numbers.size()));
    }
    return result;
  }

  private Piece open(Term.Product product, Leaves value, Set<IndexVariable> whole) {
    if (value.summed().isEmpty()) {
      return new Piece(product.coefficient(), value.values(), List.of(), type);
    }
    return value.free().containsAll(whole)
        ? new Piece(product.coefficient(), List.of(), List.of(value), type)
        : new Piece(product.coefficient(), List.of(store(value)), List.of(), type);
  }

  /** A product of values of which one may stay a sum. */
  private Piece lastSumOpen(Term.Product product, List<Leaves> values, Set<IndexVariable> whole) {
    List<IndexExpr> outside = new ArrayList<>();
    List<Leaves> inside = new ArrayList<>();
    for (Leaves value : values) {
      if (value.summed().isEmpty()) {
        outside.addAll(value.values());
      } else if (inside.isEmpty()
          && value.free().containsAll(whole)
          && value.free().containsAll(product.free())) {
        inside.add(value);
      } else {
        outside.add(store(value));
      }
    }
    return new Piece(product.coefficient(), outside, inside, type);
  }

  private static List<Integer> leaves(ContractionTree tree) {
    List<Integer> leaves = new ArrayList<>();
    List<ContractionTree> left = new ArrayList<>(List.of(tree));
    while (!left.isEmpty()) {
      switch (left.removeLast()) {
        case ContractionTree.Leaf(int operand) -> leaves.add(operand);
        case ContractionTree.Sum(ContractionTree.Leaf(int operand)) -> leaves.add(operand);
        case ContractionTree.Pair(ContractionTree a, ContractionTree b) -> {
          left.add(a);
          left.add(b);
        }
        case ContractionTree.Join(List<ContractionTree> parts) -> left.addAll(parts);
      }
    }
    return leaves;
  }

  /** A factor as an expression: a sum among the factors is computed where it is read. */
  private IndexExpr operand(Term factor) {
    return switch (factor) {
      case Term.Factor(IndexExpr value) -> value;
      case Term.Sum sum -> {
        IndexExpr value = null;
        for (Term.Product product : sum.products()) {
          IndexExpr summand = stored(piece(product, Set.of(), Optional.empty()));
          value = value == null ? summand : plus(value, summand);
        }
        yield value == null ? zero() : value;
      }
      case Term.Product _ -> throw new IllegalArgumentException("a product in a product");
    };
  }

  /**
   * A factor of a sum that folds nothing itself: a value that does would be no side of a tiled
   * product.
   */
  private IndexExpr withoutReductions(IndexExpr factor) {
    if (!Sides.reduces(factor)) {
      return factor;
    }
    return Divisor.is(factor)
        ? Divisor.of(store(new Leaves(List.of(Divisor.value(factor)), List.of())))
        : store(new Leaves(List.of(factor), List.of()));
  }

  /** Evaluates contraction trees. */
  private final class Evaluation {
    private final List<IndexExpr> operands;
    private final List<IndexBinding> summed;

    Evaluation(List<IndexExpr> operands, List<IndexBinding> summed) {
      this.operands = operands;
      this.summed = summed;
    }

    /**
     * The value of a subtree.
     *
     * @param needed the variables that something outside of it has
     */
    Leaves evaluate(ContractionTree tree, Set<IndexVariable> needed) {
      return switch (tree) {
        case ContractionTree.Leaf(int operand) -> combine(List.of(leaf(operand)), needed);
        case ContractionTree.Sum(ContractionTree.Leaf(int operand)) ->
            combine(List.of(leaf(operand)), needed);
        case ContractionTree.Pair(ContractionTree left, ContractionTree right) ->
            combine(parts(List.of(left, right), needed), needed);
        case ContractionTree.Join(List<ContractionTree> parts) ->
            combine(parts(parts, needed), needed);
      };
    }

    private Leaves leaf(int operand) {
      return new Leaves(List.of(operands.get(operand)), List.of());
    }

    /** The values of the subtrees of one nest. */
    List<Leaves> parts(List<ContractionTree> parts, Set<IndexVariable> needed) {
      List<Leaves> values = new ArrayList<>();
      for (ContractionTree part : parts) {
        Set<IndexVariable> outside = new HashSet<>(needed);
        for (ContractionTree other : parts) {
          if (other != part) {
            leaves(other).forEach(n -> outside.addAll(FreeVariables.of(operands.get(n))));
          }
        }
        // What an operand alone has is summed in the nest that reads it, unless the tree says
        // that it has a nest of its own.
        values.add(
            part instanceof ContractionTree.Leaf(int operand)
                ? leaf(operand)
                : evaluate(part, outside));
      }
      return values;
    }

    /** The variables that values have and nobody else needs. */
    List<IndexBinding> summedHere(List<Leaves> values, Set<IndexVariable> needed) {
      Set<IndexVariable> free = new HashSet<>();
      values.forEach(value -> free.addAll(value.free()));
      return summed.stream()
          .filter(b -> free.contains(b.variable()) && !needed.contains(b.variable()))
          .toList();
    }

    /** A product of values, summed over what nobody else needs; sums among them are stored. */
    Leaves combine(List<Leaves> values, Set<IndexVariable> needed) {
      List<IndexBinding> here = summedHere(values, needed);
      List<IndexExpr> all = new ArrayList<>();
      for (Leaves value : values) {
        if (value.summed().isEmpty()) {
          all.addAll(value.values());
        } else {
          all.add(store(value));
        }
      }
      return new Leaves(all, here);
    }
  }

  /**
   * Where a sum is stored, or would be.
   *
   * @param key equal for equal sums
   * @param axes of the temporary, by the variables of the sum
   */
  private record Place(String key, List<IndexVariable> axes, List<Extent> shape) {
    List<Subscript> subscripts() {
      return axes.stream().map(Subscript::of).toList();
    }
  }

  private Place place(Leaves value) {
    List<Term> factors = new ArrayList<>();
    value.values().forEach(v -> factors.add(new Term.Factor(v)));
    CanonicalForm form = order.form(new Term.Product(1, value.summed(), factors));
    Set<IndexVariable> free = value.free();
    // In the order of the form, so that equal values share a place; but memory is best written and
    // read along what lies together in a factor.
    List<IndexVariable> axes =
        form.variables().stream()
            .filter(free::contains)
            .sorted(Comparator.comparingInt(axis -> -placesFromEnd(axis, value.values())))
            .toList();
    List<Extent> shape = axes.stream().map(this::extentOf).toList();
    return new Place(type + " " + shape + " " + form.text(), axes, shape);
  }

  /** How many axes an access has after that of a variable, at least. */
  private static int placesFromEnd(IndexVariable variable, List<IndexExpr> values) {
    int least = Integer.MAX_VALUE;
    for (IndexExpr value : values) {
      if (value instanceof IndexExpr.Access access) {
        int axis = SlabGrowth.axisOf(variable, access.subscripts());
        if (axis >= 0) {
          least = Math.min(least, access.subscripts().size() - 1 - axis);
        }
      }
      least = Math.min(least, placesFromEnd(variable, value.children()));
    }
    return least;
  }

  /** The temporary that holds a sum. */
  private IndexExpr store(Leaves value) {
    Place place = place(value);
    Optional<IndexExpr> stored = stored(place);
    if (stored.isPresent()) {
      return stored.get();
    }
    String name = unusedName();
    known.put(place.key(), name);
    temporaries.add(new TensorDeclaration(name, new TensorType(type, place.shape())));
    List<IndexBinding> bindings =
        place.axes().stream().map(axis -> new IndexBinding(axis, extentOf(axis))).toList();
    add(
        new Assignment(
            name, place.subscripts(), bindings, AssignmentOperator.ASSIGN, value.expression()));
    return new IndexExpr.Access(name, place.subscripts(), type);
  }

  /** What is stored already in a place. */
  private Optional<IndexExpr> stored(Place place) {
    String name = known.get(place.key());
    if (name == null) {
      return Optional.empty();
    }
    if (!shared.contains(name)) {
      shared.add(name);
    }
    return Optional.of(new IndexExpr.Access(name, place.subscripts(), type));
  }

  /** The product with sums over one or two of its factors that are stored already. */
  private Term.Product reuse(Term.Product product) {
    if (known.isEmpty() || product.factors().size() < 2) {
      return product;
    }
    List<Term> factors = product.factors();
    for (int first = 0; first < factors.size(); first++) {
      for (int second = first; second < factors.size(); second++) {
        List<Term> chosen =
            first == second
                ? List.of(factors.get(first))
                : List.of(factors.get(first), factors.get(second));
        List<Term> others = new ArrayList<>(factors);
        chosen.forEach(others::remove);
        Optional<Term.Product> reused = reused(product, chosen, others);
        if (reused.isPresent()) {
          return reuse(reused.get());
        }
      }
    }
    return product;
  }

  private Optional<Term.Product> reused(
      Term.Product product, List<Term> chosen, List<Term> others) {
    List<IndexExpr> values = new ArrayList<>();
    Set<IndexVariable> free = new HashSet<>();
    for (Term factor : chosen) {
      if (!(factor instanceof Term.Factor(IndexExpr value))) {
        return Optional.empty();
      }
      values.add(value);
      free.addAll(factor.free());
    }
    Set<IndexVariable> needed = new HashSet<>(product.free());
    others.forEach(factor -> needed.addAll(factor.free()));
    List<IndexBinding> here =
        product.summed().stream()
            .filter(b -> free.contains(b.variable()) && !needed.contains(b.variable()))
            .toList();
    // The whole product is a statement's own sum, which may have been stored in another form.
    if (here.isEmpty() || others.isEmpty()) {
      return Optional.empty();
    }
    Optional<IndexExpr> stored = stored(place(new Leaves(values, here)));
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    List<IndexBinding> summed = new ArrayList<>(product.summed());
    summed.removeAll(here);
    List<Term> factors = new ArrayList<>(others);
    factors.add(new Term.Factor(stored.get()));
    return Optional.of(new Term.Product(product.coefficient(), summed, factors));
  }

  private void statement(Assignment written, AssignmentOperator operator, IndexExpr value) {
    add(
        new Assignment(
            written.target(), written.subscripts(), written.bindings(), operator, value));
  }

  private void add(Assignment written) {
    Assignment step = TwoSides.arranged(written, this::extent);
    steps.add(VariableNames.readable(step, taken));
    nanos += new NestCosts(request).nanos(step);
  }

  private String unusedName() {
    int number = 1;
    while (!taken.add("t" + number)) {
      number++;
    }
    return "t" + number;
  }

  private Extent extentOf(IndexVariable variable) {
    Extent extent = extents.get(variable);
    if (extent == null) {
      throw new AssertionError("no extent of " + variable);
    }
    return extent;
  }

  private double extent(IndexVariable variable) {
    return request.sizes().applyAsLong(extentOf(variable));
  }

  private IndexExpr zero() {
    return literal(0, type);
  }

  private static IndexExpr literal(double value, ElementType type) {
    return type.isFloating()
        ? IndexExpr.Literal.of(value, type)
        : IndexExpr.Literal.of((long) value, type);
  }

  private static IndexExpr plus(IndexExpr left, IndexExpr right) {
    return right instanceof IndexExpr.Unary(var operator, IndexExpr operand)
            && operator == dev.einkorn.compiler.index.UnaryOperator.NEGATE
        ? new IndexExpr.Binary(BinaryOperator.SUBTRACT, left, operand)
        : new IndexExpr.Binary(BinaryOperator.ADD, left, right);
  }
}
