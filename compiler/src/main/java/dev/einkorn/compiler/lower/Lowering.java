package dev.einkorn.compiler.lower;

import dev.einkorn.compiler.index.ArgumentOperator;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.CanonicalNames;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.Symmetry;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Function;

/** Turns one assignment into a canonical loop nest; see the package documentation for its form. */
public final class Lowering {
  private final IndexProgram program;
  private final Assignment assignment;
  private final Set<String> locals = new HashSet<>();
  private final LinkedHashSet<String> read = new LinkedHashSet<>();

  /**
   * Where statements are appended, and what has been computed where this place can see it.
   *
   * @param statements run before the value that is being lowered
   * @param variables of the loops around
   * @param known reductions by their canonical form, with the local that holds the value
   * @param unguarded the place before the guard that this one is inside of, if it is inside of one
   * @param half whether the guard is open for about half of the iterations
   */
  private record Scope(
      List<Stmt> statements,
      SequencedSet<IndexVariable> variables,
      Map<IndexExpr, Expr.Local> known,
      Optional<Scope> unguarded,
      boolean half) {
    static Scope of(List<IndexBinding> bindings) {
      return new Scope(new ArrayList<>(), new LinkedHashSet<>(), Map.of(), Optional.empty(), false)
          .inside(bindings);
    }

    /** A place inside loops at this place; what is computed there is not seen here. */
    Scope inside(List<IndexBinding> bindings) {
      SequencedSet<IndexVariable> inner = new LinkedHashSet<>(variables);
      bindings.forEach(binding -> inner.add(binding.variable()));
      return new Scope(new ArrayList<>(), inner, new HashMap<>(known), Optional.empty(), false);
    }

    /** A place inside a guard at this place. */
    Scope guarded() {
      return guarded(false);
    }

    /** A place inside a guard at this place, which may be open for about half of the iterations. */
    Scope guarded(boolean halfOpen) {
      return new Scope(
          new ArrayList<>(), variables, new HashMap<>(known), Optional.of(this), halfOpen);
    }

    void add(Stmt stmt) {
      statements.add(stmt);
    }

    Stmt block() {
      return Stmt.sequence(statements);
    }
  }

  private Lowering(IndexProgram program, Assignment assignment) {
    this.program = program;
    this.assignment = assignment;
  }

  /**
   * The canonical nest of a statement.
   *
   * @param layouts what is known of the memory of each tensor, by name
   */
  public static LoopNest lower(
      IndexProgram program, Assignment assignment, Function<String, Layout> layouts) {
    var lowering = new Lowering(program, assignment);
    Stmt body = lowering.body();
    List<TensorParameter> tensors = new ArrayList<>();
    for (String name : lowering.read) {
      tensors.add(new TensorParameter(name, program.typeOf(name), layouts.apply(name)));
    }
    String target = assignment.target();
    tensors.removeIf(tensor -> tensor.name().equals(target)); // Which a step in place reads too.
    tensors.add(new TensorParameter(target, program.typeOf(target), layouts.apply(target)));
    return new LoopNest(target, tensors, body).withSymmetry(Symmetry.of(assignment));
  }

  private Stmt body() {
    Element target = new Element(assignment.target(), affine(assignment.subscripts()));
    List<Stmt> statements = new ArrayList<>();
    if (!assignment.operator().accumulates()) {
      clearUncovered().ifPresent(statements::add);
      if (assignment.value() instanceof IndexExpr.Reduction reduction) {
        Expr identity = Expr.Constant.identity(reduction.operator(), reduction.elementType());
        statements.add(Stmt.loops(assignment.bindings(), new Stmt.Store(target, identity)));
        Scope outer = Scope.of(assignment.bindings());
        LoopRange range = range(reduction, outer);
        Scope inner = outer.inside(reduction.bindings());
        Expr value = value(restricted(reduction, range), inner);
        inner.add(new Stmt.Accumulate(target, reduction.operator(), value));
        statements.add(Stmt.loops(assignment.bindings(), range.around(inner.block())));
        return Stmt.sequence(statements);
      }
    }
    Scope element = Scope.of(assignment.bindings());
    Expr value = value(assignment.value(), element);
    element.add(write(target, value));
    statements.add(Stmt.loops(assignment.bindings(), element.block()));
    return Stmt.sequence(statements);
  }

  /** The loops of a reduction, shrunk by a condition outside of which its body is the identity. */
  private static LoopRange range(IndexExpr.Reduction reduction, Scope scope) {
    return LoopRange.of(reduction.bindings(), condition(reduction), scope.variables());
  }

  private static IndexExpr condition(IndexExpr.Reduction reduction) {
    return reduction.body() instanceof IndexExpr.Select(IndexExpr condition, _, IndexExpr otherwise)
            && isIdentity(reduction.operator(), otherwise)
        ? condition
        : IndexExpr.Literal.of(true);
  }

  /** The body with the part of its condition that the loops do not imply. */
  private static IndexExpr restricted(IndexExpr.Reduction reduction, LoopRange range) {
    if (condition(reduction).equals(IndexExpr.Literal.of(true))
        || !(reduction.body() instanceof IndexExpr.Select select)) {
      return reduction.body();
    }
    return range
        .rest()
        .<IndexExpr>map(rest -> new IndexExpr.Select(rest, select.whenTrue(), select.whenFalse()))
        .orElse(select.whenTrue());
  }

  /**
   * Whether folding the value changes nothing. A float sum never holds -0.0, so adding 0.0 to it is
   * exact.
   */
  private static boolean isIdentity(ReductionOperator operator, IndexExpr expr) {
    return expr instanceof IndexExpr.Literal(Object value, ElementType type)
        && Expr.Constant.identity(operator, type) instanceof Expr.Constant(Object identity, _)
        && value.equals(identity);
  }

  private Stmt write(Element target, Expr value) {
    return switch (assignment.operator()) {
      case ASSIGN -> new Stmt.Store(target, value);
      case ADD -> new Stmt.Accumulate(target, ReductionOperator.SUM, value);
      case MULTIPLY -> new Stmt.Accumulate(target, ReductionOperator.PRODUCT, value);
      case MAX -> new Stmt.Accumulate(target, ReductionOperator.MAX, value);
      case MIN -> new Stmt.Accumulate(target, ReductionOperator.MIN, value);
    };
  }

  /** A nest that zeroes the whole target, where a repeated or constant subscript leaves gaps. */
  private Optional<Stmt> clearUncovered() {
    long covered =
        assignment.subscripts().stream()
            .map(Lowering::affine)
            .filter(Subscript.Affine::isVariable)
            .map(Subscript.Affine::variable)
            .distinct()
            .count();
    if (covered == assignment.subscripts().size()) {
      return Optional.empty();
    }
    List<Extent> extents = program.typeOf(assignment.target()).extents();
    Set<String> taken = new HashSet<>();
    assignment.bindings().forEach(binding -> taken.add(binding.variable().name()));
    List<IndexBinding> bindings = new ArrayList<>();
    List<Position> positions = new ArrayList<>();
    for (Extent extent : extents) {
      var variable = new IndexVariable(unused("z", taken));
      bindings.add(new IndexBinding(variable, extent));
      positions.add(new Position.Affine(affine(Subscript.of(variable))));
    }
    var element = new Element(assignment.target(), positions);
    ElementType type = program.typeOf(assignment.target()).elementType();
    return Optional.of(Stmt.loops(bindings, new Stmt.Store(element, zero(type))));
  }

  /** The value of an expression; statements that must run first are appended to the scope. */
  private Expr value(IndexExpr expr, Scope scope) {
    return switch (expr) {
      case IndexExpr.Access access -> load(access, scope);
      case IndexExpr.Literal(Object constant, ElementType type) ->
          new Expr.Constant(constant, type);
      case IndexExpr.IndexValue(IndexVariable variable) -> new Expr.LoopValue(variable);
      case IndexExpr.ExtentValue(Extent extent) -> new Expr.ExtentValue(extent);
      case IndexExpr.Unary(var operator, IndexExpr operand) ->
          new Expr.UnaryOp(operator, value(operand, scope));
      case IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right)
          when operator.kind() == BinaryOperator.Kind.LOGICAL ->
          logical(operator, left, right, scope);
      case IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right) ->
          new Expr.BinaryOp(operator, value(left, scope), value(right, scope));
      case IndexExpr.Call(var function, var arguments) -> {
        List<Expr> lowered = new ArrayList<>();
        for (IndexExpr argument : arguments) {
          lowered.add(value(argument, scope));
        }
        yield new Expr.Call(function, lowered);
      }
      case IndexExpr.Cast(IndexExpr operand, ElementType type) ->
          new Expr.Cast(value(operand, scope), type);
      case IndexExpr.Select select -> select(select, scope);
      case IndexExpr.Reduction reduction -> shared(reduction, scope);
      case IndexExpr.ArgumentReduction reduction -> shared(reduction, scope);
    };
  }

  private Expr load(IndexExpr.Access access, Scope scope) {
    read.add(access.tensor());
    List<Position> positions = new ArrayList<>();
    for (Subscript subscript : access.subscripts()) {
      int axis = positions.size();
      positions.add(
          switch (subscript) {
            case Subscript.Affine form when access.border() == Border.NONE ->
                new Position.Affine(form);
            case Subscript.Affine form -> new Position.Bordered(form, access.border());
            case Subscript.Gather(IndexExpr index) ->
                new Position.Gathered(
                    value(index, scope),
                    "axis %s of %s, in %s"
                        .formatted(axis, access.tensor(), IndexPrinter.print(access)));
          });
    }
    return new Expr.Load(new Element(access.tensor(), positions), access.elementType());
  }

  private Expr logical(BinaryOperator operator, IndexExpr left, IndexExpr right, Scope scope) {
    Expr first = value(left, scope);
    Scope guarded = scope.guarded();
    Expr second = value(right, guarded);
    if (guarded.statements().isEmpty()) {
      return new Expr.BinaryOp(operator, first, second);
    }
    // The right operand needs statements, which must not run when the left one decides.
    String local = unused("condition", locals);
    var known = new Expr.Local(local, ElementType.BOOL);
    scope.add(new Stmt.Declare(local, ElementType.BOOL, first));
    guarded.add(new Stmt.Assign(local, second));
    Expr undecided = operator == BinaryOperator.AND ? known : not(known);
    scope.add(new Stmt.Guard(undecided, guarded.block(), Stmt.NOTHING));
    return known;
  }

  private Expr select(IndexExpr.Select select, Scope scope) {
    Expr condition = value(select.condition(), scope);
    boolean half = isTriangle(select.condition());
    Scope first = scope.guarded(half);
    Expr whenTrue = value(select.whenTrue(), first);
    Scope second = scope.guarded(half);
    Expr whenFalse = value(select.whenFalse(), second);
    if (first.statements().isEmpty() && second.statements().isEmpty()) {
      return new Expr.Select(condition, whenTrue, whenFalse);
    }
    ElementType type = select.elementType();
    String local = unused("chosen", locals);
    scope.add(new Stmt.Declare(local, type, zero(type)));
    first.add(new Stmt.Assign(local, whenTrue));
    second.add(new Stmt.Assign(local, whenFalse));
    scope.add(new Stmt.Guard(condition, first.block(), second.block()));
    return new Expr.Local(local, type);
  }

  /** The local that holds a reduction: one that is known here already, or a new one. */
  private Expr shared(IndexExpr reduction, Scope scope) {
    IndexExpr key = CanonicalNames.of(reduction);
    Expr.Local known = scope.known().get(key);
    if (known != null) {
      return known;
    }
    if (scope.unguarded().isPresent()
        && (leavesLoops(reduction, scope) || (scope.half() && isContraction(reduction)))) {
      return shared(reduction, scope.unguarded().get());
    }
    Expr.Local local =
        switch (reduction) {
          case IndexExpr.Reduction fold -> fold(fold, scope);
          case IndexExpr.ArgumentReduction search -> search(search, scope);
          case IndexExpr.Access _,
              IndexExpr.Literal _,
              IndexExpr.IndexValue _,
              IndexExpr.ExtentValue _,
              IndexExpr.Unary _,
              IndexExpr.Binary _,
              IndexExpr.Call _,
              IndexExpr.Cast _,
              IndexExpr.Select _ ->
              throw new IllegalArgumentException("not a reduction: " + reduction);
        };
    scope.known().put(key, local);
    return local;
  }

  /**
   * Whether a reduction inside a guard is better computed before it: it cannot fail, and it is the
   * same in every iteration of the innermost loop, so that outside of the guard it can be hoisted
   * out of that loop.
   */
  private static boolean leavesLoops(IndexExpr reduction, Scope scope) {
    return !scope.variables().isEmpty()
        && !reduction.mayFail()
        && !FreeVariables.of(reduction).contains(scope.variables().getLast());
  }

  /** Whether a condition compares two loop variables, as that of a triangle does. */
  private static boolean isTriangle(IndexExpr condition) {
    return condition
            instanceof IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
        && (operator == BinaryOperator.LESS
            || operator == BinaryOperator.LESS_OR_EQUAL
            || operator == BinaryOperator.GREATER
            || operator == BinaryOperator.GREATER_OR_EQUAL)
        && left instanceof IndexExpr.IndexValue(IndexVariable first)
        && right instanceof IndexExpr.IndexValue(IndexVariable second)
        && !first.equals(second);
  }

  /**
   * Whether a reduction is a sum of products that may be computed where nobody asks for it: beside
   * a guard it is a contraction in tiles, inside of one a loop for each element.
   */
  private static boolean isContraction(IndexExpr reduction) {
    return reduction instanceof IndexExpr.Reduction sum
        && sum.operator() == ReductionOperator.SUM
        && sum.body() instanceof IndexExpr.Binary(BinaryOperator times, IndexExpr a, IndexExpr b)
        && times == BinaryOperator.MULTIPLY
        && isPlain(a)
        && isPlain(b);
  }

  /** Whether a value is an element at loop variables, which is never outside of its tensor. */
  private static boolean isPlain(IndexExpr value) {
    return value instanceof IndexExpr.Access access
        && access.subscripts().stream()
            .allMatch(s -> s instanceof Subscript.Affine form && form.isVariable());
  }

  private Expr.Local fold(IndexExpr.Reduction reduction, Scope scope) {
    ElementType type = reduction.elementType();
    String local = unused(stem(reduction.operator().symbol(), reduction.bindings()), locals);
    LoopRange range = range(reduction, scope);
    Scope inner = scope.inside(reduction.bindings());
    Expr value = value(restricted(reduction, range), inner);
    inner.add(new Stmt.Update(local, reduction.operator(), value));
    scope.add(new Stmt.Declare(local, type, Expr.Constant.identity(reduction.operator(), type)));
    scope.add(range.around(inner.block()));
    return new Expr.Local(local, type);
  }

  /**
   * Keeps the best value so far and its position, and replaces them where a later value is strictly
   * better.
   */
  private Expr.Local search(IndexExpr.ArgumentReduction reduction, Scope scope) {
    ElementType type = reduction.body().elementType();
    String stem = stem(reduction.operator().symbol(), reduction.bindings());
    var position = new Expr.Local(unused(stem, locals), ElementType.I64);
    var best = new Expr.Local(unused("best", locals), type);
    var found = new Expr.Local(unused("value", locals), type);
    LoopRange range = LoopRange.of(reduction.bindings(), reduction.condition(), scope.variables());
    Scope inner = scope.inside(reduction.bindings());
    Optional<IndexExpr> rest = range.rest();
    Optional<Expr> condition = rest.map(c -> value(c, inner));
    Scope candidate = rest.isPresent() ? inner.guarded() : inner;
    candidate.add(new Stmt.Declare(found.name(), type, value(reduction.body(), candidate)));
    candidate.add(
        new Stmt.Guard(
            isBetter(reduction.operator(), found, best, position),
            Stmt.sequence(
                List.of(
                    new Stmt.Assign(best.name(), found),
                    new Stmt.Assign(position.name(), rowMajor(reduction.bindings())))),
            Stmt.NOTHING));
    condition.ifPresent(c -> inner.add(new Stmt.Guard(c, candidate.block(), Stmt.NOTHING)));
    scope.add(
        new Stmt.Declare(
            position.name(), ElementType.I64, new Expr.Constant(-1L, ElementType.I64)));
    scope.add(new Stmt.Declare(best.name(), type, zero(type)));
    scope.add(range.around(inner.block()));
    return position;
  }

  private static Expr isBetter(
      ArgumentOperator operator, Expr.Local found, Expr.Local best, Expr.Local position) {
    Expr first = compare(BinaryOperator.LESS, position, new Expr.Constant(0L, ElementType.I64));
    BinaryOperator order =
        switch (operator) {
          case ARGMAX -> BinaryOperator.GREATER;
          case ARGMIN -> BinaryOperator.LESS;
        };
    Expr better = or(first, compare(order, found, best));
    if (!found.elementType().isFloating()) {
      return better;
    }
    // The first NaN wins: it beats every number, and nothing beats it.
    Expr newNan =
        new Expr.BinaryOp(
            BinaryOperator.AND,
            compare(BinaryOperator.NOT_EQUAL, found, found),
            compare(BinaryOperator.EQUAL, best, best));
    return or(better, newNan);
  }

  private static Expr compare(BinaryOperator operator, Expr left, Expr right) {
    return new Expr.BinaryOp(operator, left, right);
  }

  private static Expr or(Expr left, Expr right) {
    return new Expr.BinaryOp(BinaryOperator.OR, left, right);
  }

  private static Expr not(Expr condition) {
    return new Expr.UnaryOp(UnaryOperator.NOT, condition);
  }

  private static Expr rowMajor(List<IndexBinding> bindings) {
    Expr number = new Expr.LoopValue(bindings.getFirst().variable());
    for (IndexBinding binding : bindings.subList(1, bindings.size())) {
      Expr rows =
          new Expr.BinaryOp(
              BinaryOperator.MULTIPLY, number, new Expr.ExtentValue(binding.extent()));
      number = new Expr.BinaryOp(BinaryOperator.ADD, rows, new Expr.LoopValue(binding.variable()));
    }
    return number;
  }

  private static String stem(String operator, List<IndexBinding> bindings) {
    String stem = operator;
    for (IndexBinding binding : bindings) {
      stem += "_" + binding.variable();
    }
    return stem;
  }

  private static List<Position> affine(List<Subscript> subscripts) {
    return subscripts.stream().<Position>map(s -> new Position.Affine(affine(s))).toList();
  }

  private static Subscript.Affine affine(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Affine form -> form;
      case Subscript.Gather _ ->
          throw new IllegalArgumentException("a target cannot be written by gather: " + subscript);
    };
  }

  private static String unused(String stem, Set<String> taken) {
    String name = stem;
    for (int n = 1; !taken.add(name); n++) {
      name = stem + "_" + n;
    }
    return name;
  }

  private static Expr zero(ElementType type) {
    Object value =
        switch (type) {
          case F32, F64 -> 0.0;
          case I32, I64 -> 0L;
          case BOOL -> false;
        };
    return new Expr.Constant(value, type);
  }
}
