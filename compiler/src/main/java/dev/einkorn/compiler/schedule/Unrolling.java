package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Unroll-and-jam of a loop body over a tile: each statement is repeated for every place of the tile
 * that it depends on, and loops inside run once for all of them. Along the tile's vector index a
 * place is a whole vector.
 */
final class Unrolling {
  private final LoopNest nest;
  private final Directive.Tile directive;
  private final List<Directive.TileLoop> dimensions;
  private final Optional<Directive.TileLoop> vector;
  private final LocalNames names;
  private final boolean keepsVariables;
  private final Map<String, Set<IndexVariable>> dependence = new HashMap<>();
  private final Map<String, String> instances = new HashMap<>();

  /** A place in the tile, in the order of its dimensions; 0 along those that do not matter. */
  private record Place(List<Integer> steps) {
    private Place {
      steps = List.copyOf(steps);
    }
  }

  /**
   * For a tile of these loops.
   *
   * @param keepsVariables whether loops over tiles stand around; if not, the tile begins at 0
   */
  Unrolling(LoopNest nest, Directive.Tile directive, LocalNames names, boolean keepsVariables) {
    this.keepsVariables = keepsVariables;
    this.nest = nest;
    this.directive = directive;
    this.dimensions = directive.loops();
    this.names = names;
    this.vector = dimensions.stream().filter(loop -> loop.lanes() > 1).findFirst();
  }

  /** The body for a whole tile. */
  Stmt jam(Stmt body) {
    findDependence(body);
    return repeat(body);
  }

  private void findDependence(Stmt body) {
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Declare declare) {
            dependence.put(declare.local(), new HashSet<>());
          }
        });
    int before;
    int after = 0;
    do {
      before = after;
      LoopWalk.statements(
          body,
          s -> {
            switch (s) {
              case Stmt.Declare(String local, _, Expr value) -> depend(local, value);
              case Stmt.Assign(String local, Expr value) -> depend(local, value);
              case Stmt.Update(String local, _, Expr value) -> depend(local, value);
              case Stmt.Block _,
                  Stmt.Loop _,
                  Stmt.Store _,
                  Stmt.Accumulate _,
                  Stmt.Barrier _,
                  Stmt.Outline _,
                  Stmt.Guard _ -> {}
            }
          });
      after = dependence.values().stream().mapToInt(Set::size).sum();
    } while (after > before);
  }

  private void depend(String local, Expr value) {
    Set<IndexVariable> of = dependence.get(local);
    if (of == null) {
      throw refuse("it writes " + local + ", which is declared outside of the tile");
    }
    of.addAll(dependence(value));
  }

  private Set<IndexVariable> dependence(Expr value) {
    Set<IndexVariable> of = new HashSet<>();
    LoopWalk.subexpressions(
        value,
        e -> {
          switch (e) {
            case Expr.Load(Element element, _) -> of.addAll(dependence(element));
            case Expr.LoopValue(IndexVariable variable) -> {
              if (isTiled(variable)) {
                of.add(variable);
              }
            }
            case Expr.Local(String name, _, _) ->
                of.addAll(dependence.getOrDefault(name, Set.of()));
            case Expr.VectorLoad _,
                Expr.Broadcast _,
                Expr.LaneReduction _,
                Expr.Rank _,
                Expr.Contiguous _ ->
                throw refuse("it computes with vectors already");
            case Expr.ExactProduct _,
                Expr.Constant _,
                Expr.ExtentValue _,
                Expr.UnaryOp _,
                Expr.BinaryOp _,
                Expr.Call _,
                Expr.Cast _,
                Expr.Select _ -> {}
          }
        });
    return of;
  }

  private Set<IndexVariable> dependence(Element element) {
    Set<IndexVariable> of = new HashSet<>();
    for (Directive.TileLoop loop : dimensions) {
      if (element.dependsOn(loop.variable())) {
        of.add(loop.variable());
      }
    }
    return of;
  }

  private boolean isTiled(IndexVariable variable) {
    return dimensions.stream().anyMatch(loop -> loop.variable().equals(variable));
  }

  private Stmt repeat(Stmt stmt) {
    List<Stmt> statements = stmt instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(stmt);
    List<Stmt> repeated = new ArrayList<>();
    for (Stmt s : statements) {
      switch (s) {
        case Stmt.Loop loop -> {
          dependence(loop.lower()).forEach(this::refuseBounds);
          dependence(loop.upper()).forEach(this::refuseBounds);
          repeated.add(loop.withBody(repeat(loop.body())));
        }
        case Stmt.Declare(String local, ElementType type, Expr value) -> {
          Set<IndexVariable> of = dependence.getOrDefault(local, Set.of());
          for (Place place : places(of)) {
            repeated.add(
                new Stmt.Declare(
                    instance(local, place), type, widened(value(value, place), isVector(of))));
          }
        }
        case Stmt.Assign(String local, Expr value) -> {
          Set<IndexVariable> of = dependence.getOrDefault(local, Set.of());
          for (Place place : places(of)) {
            repeated.add(
                new Stmt.Assign(
                    instance(local, place), widened(value(value, place), isVector(of))));
          }
        }
        case Stmt.Update(String local, var operator, Expr value) -> {
          Set<IndexVariable> of = dependence.getOrDefault(local, Set.of());
          for (Place place : places(of)) {
            repeated.add(
                new Stmt.Update(
                    instance(local, place), operator, widened(value(value, place), isVector(of))));
          }
        }
        case Stmt.Store(Element target, Expr value) -> {
          Set<IndexVariable> of = dependence(target);
          if (of.size() < dimensions.size()) {
            throw refuse(target + " does not depend on every index of the tile");
          }
          for (Place place : places(of)) {
            requireNeighbours(target);
            repeated.add(
                new Stmt.Store(at(target, place), widened(value(value, place), isVector(of))));
          }
        }
        case Stmt.Accumulate(Element target, _, _) ->
            throw refuse(target + " is accumulated in memory; promote it first");
        case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
          if (!dependence(condition).isEmpty()) {
            throw refuse("a condition changes within the tile");
          }
          repeated.add(new Stmt.Guard(condition, repeat(whenTrue), repeat(whenFalse)));
        }
        case Stmt.Block _, Stmt.Barrier _, Stmt.Outline _ ->
            throw refuse("its body is not a plain loop body");
      }
    }
    return Stmt.sequence(shareLoads(repeated));
  }

  private void refuseBounds(IndexVariable variable) {
    throw refuse("the bounds of a loop inside depend on " + variable);
  }

  private boolean isVector(Set<IndexVariable> of) {
    return vector.isPresent() && of.contains(vector.get().variable());
  }

  /** All places of the tile that differ along these variables. */
  private List<Place> places(Set<IndexVariable> of) {
    List<List<Integer>> places = List.of(List.of());
    for (Directive.TileLoop loop : dimensions) {
      int count = of.contains(loop.variable()) ? loop.count() : 1;
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> place : places) {
        for (int step = 0; step < count; step++) {
          List<Integer> next = new ArrayList<>(place);
          next.add(step);
          longer.add(next);
        }
      }
      places = longer;
    }
    return places.stream().map(Place::new).toList();
  }

  /** The name of a local for a place of the tile. */
  private String instance(String local, Place place) {
    Set<IndexVariable> of = dependence.getOrDefault(local, Set.of());
    var suffix = new StringBuilder();
    for (int n = 0; n < dimensions.size(); n++) {
      if (of.contains(dimensions.get(n).variable()) && dimensions.get(n).count() > 1) {
        suffix.append('_').append(place.steps().get(n));
      }
    }
    String name = local + suffix;
    return instances.computeIfAbsent(name, wish -> of.isEmpty() ? wish : names.unused(wish));
  }

  private Expr widened(Expr value, boolean vectorWanted) {
    if (!vectorWanted || value.lanes() > 1) {
      return value;
    }
    if (value instanceof Expr.ExactProduct(Expr left, Expr right)) {
      return new Expr.ExactProduct(widened(left, true), widened(right, true));
    }
    return new Expr.Broadcast(value, lanes());
  }

  private int lanes() {
    return vector.orElseThrow().lanes();
  }

  /** The value at a place; a vector if it changes along the vector index. */
  private Expr value(Expr value, Place place) {
    Set<IndexVariable> of = dependence(value);
    if (of.isEmpty()) {
      return value;
    }
    boolean lanes = isVector(of);
    return switch (value) {
      case Expr.Load(Element element, ElementType type) -> {
        Element moved = at(element, place);
        if (!lanes) {
          yield ((Expr.Load) value).mapChildren(child -> value(child, place))
                  instanceof Expr.Load load
              ? new Expr.Load(at(load.element(), place), type)
              : value;
        }
        requireNeighbours(element);
        requireVectorType(type);
        yield new Expr.VectorLoad(moved, type, lanes());
      }
      case Expr.Local(String name, ElementType type, _) ->
          new Expr.Local(instance(name, place), type, lanes ? lanes() : 1);
      case Expr.LoopValue(IndexVariable variable) -> {
        if (lanes) {
          throw refuse("it computes with the value of " + variable);
        }
        long offset = offset(variable, place);
        yield offset == 0
            ? value
            : new Expr.BinaryOp(
                BinaryOperator.ADD, value, new Expr.Constant(offset, ElementType.I64));
      }
      case Expr.BinaryOp(BinaryOperator operator, Expr base, Expr.Constant(Object exponent, _))
          when lanes && operator == BinaryOperator.POWER && exponent.equals(2.0) -> {
        // pow(x, 2) is defined as x * x on every platform.
        Expr square = value(base, place);
        yield new Expr.BinaryOp(BinaryOperator.MULTIPLY, square, square);
      }
      case Expr.UnaryOp _, Expr.BinaryOp _, Expr.ExactProduct _, Expr.Call _, Expr.Select _ -> {
        if (!lanes) {
          yield value.mapChildren(child -> value(child, place));
        }
        requireVectorForm(value);
        boolean condition = value.elementType() == ElementType.BOOL;
        yield value.mapChildren(
            child ->
                child.elementType() == ElementType.BOOL && !condition
                    ? condition(child, place)
                    : widened(value(child, place), true));
      }
      case Expr.Cast(Expr operand, ElementType type) -> {
        if (lanes) {
          requireVectorType(type);
          requireVectorType(operand.elementType());
        }
        yield new Expr.Cast(value(operand, place), type);
      }
      case Expr.Constant _,
          Expr.ExtentValue _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.Contiguous _ ->
          throw new AssertionError(value + " depends on a loop");
    };
  }

  /** A comparison lane by lane, or what logical operators make of comparisons. */
  private Expr condition(Expr condition, Place place) {
    if (condition instanceof Expr.UnaryOp(UnaryOperator operator, Expr operand)) {
      return new Expr.UnaryOp(operator, condition(operand, place));
    }
    if (!(condition instanceof Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right))) {
      throw refuse("a condition is not made of comparisons");
    }
    if (operator.kind() == BinaryOperator.Kind.LOGICAL) {
      if (!isSafe(right)) {
        throw refuse("a condition guards another one");
      }
      return new Expr.BinaryOp(operator, condition(left, place), condition(right, place));
    }
    if (left.elementType() == ElementType.BOOL) {
      throw refuse("a condition is not a comparison of numbers");
    }
    return new Expr.BinaryOp(
        operator, widened(value(left, place), true), widened(value(right, place), true));
  }

  private void requireVectorForm(Expr value) {
    boolean supported =
        switch (value) {
          case Expr.UnaryOp(UnaryOperator operator, _) -> operator == UnaryOperator.NEGATE;
          case Expr.BinaryOp(BinaryOperator operator, Expr left, _) ->
              operator == BinaryOperator.ADD
                  || operator == BinaryOperator.SUBTRACT
                  || operator == BinaryOperator.MULTIPLY
                  || (operator == BinaryOperator.DIVIDE && left.elementType().isFloating());
          case Expr.Call(Function function, _, boolean polynomial) ->
              polynomial
                  || function == Function.ABS
                  || function == Function.SQRT
                  || function == Function.MAX
                  || function == Function.MIN
                  || function == Function.RELU
                  || (function == Function.FMA && value.elementType().isFloating());
          case Expr.Select(_, Expr whenTrue, Expr whenFalse) ->
              isSafe(whenTrue) && isSafe(whenFalse);
          case Expr.ExactProduct _ -> true;
          case Expr.Load _,
              Expr.VectorLoad _,
              Expr.Broadcast _,
              Expr.LaneReduction _,
              Expr.Rank _,
              Expr.Contiguous _,
              Expr.Local _,
              Expr.Constant _,
              Expr.LoopValue _,
              Expr.ExtentValue _,
              Expr.Cast _ ->
              false;
        };
    if (!supported || value.elementType() == ElementType.BOOL) {
      throw refuse("there is no vector form of " + value.getClass().getSimpleName());
    }
  }

  /** Whether a branch may be evaluated where it is not chosen: it reads no shifted element. */
  private static boolean isSafe(Expr branch) {
    boolean[] safe = {true};
    LoopWalk.subexpressions(
        branch,
        e -> {
          if (e instanceof Expr.Load(Element element, _)) {
            safe[0] &=
                element.positions().stream()
                    .allMatch(
                        p ->
                            p instanceof Position.Affine(Subscript.Affine form)
                                && form.isVariable());
          }
        });
    return safe[0];
  }

  private void requireVectorType(ElementType type) {
    if (type == ElementType.BOOL) {
      throw refuse("conditions have no vector form");
    }
  }

  /** The lanes of an element must be neighbours in an array. */
  private void requireNeighbours(Element element) {
    if (vector.isEmpty() || !element.dependsOn(vector.get().variable())) {
      return;
    }
    IndexVariable lane = vector.get().variable();
    TensorParameter tensor = nest.tensor(element.tensor());
    if (tensor.layout().storage() != Layout.Storage.ARRAY) {
      throw refuse(element.tensor() + " is not in an array");
    }
    requireVectorType(tensor.type().elementType());
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      if (!position.dependsOn(lane)) {
        continue;
      }
      boolean unit =
          switch (position) {
            case Position.Affine(Subscript.Affine form) ->
                axis == tensor.layout().unitAxis() && coefficient(form, lane) == 1;
            // Whoever merges loops guards vectors along them by Expr.Contiguous.
            case Position.Merged(var digits, Subscript.Affine rest) ->
                coefficient(rest, lane) == 0
                    && digits.stream().allMatch(d -> coefficient(d.at(), lane) <= 1);
            case Position.Bordered _, Position.Gathered _ -> false;
          };
      if (!unit) {
        throw refuse("neighbours along " + lane + " are not neighbours in " + element);
      }
    }
  }

  private static long coefficient(Subscript.Affine form, IndexVariable variable) {
    return form.terms().stream()
        .filter(term -> term.variable().equals(variable))
        .mapToLong(Subscript.Term::coefficient)
        .sum();
  }

  private long offset(IndexVariable variable, Place place) {
    for (int n = 0; n < dimensions.size(); n++) {
      Directive.TileLoop loop = dimensions.get(n);
      if (loop.variable().equals(variable)) {
        return isLast(loop, place.steps().get(n)) ? 0 : (long) place.steps().get(n) * loop.lanes();
      }
    }
    return 0;
  }

  /** Whether this is the vector at the end of an index that the tile holds whole. */
  private static boolean isLast(Directive.TileLoop loop, int step) {
    return loop.end() instanceof Directive.End.Whole && step == loop.count() - 1;
  }

  /** Whether a position counts from where the tile's loop stands. */
  private boolean isRelative(IndexVariable variable, Place place) {
    for (int n = 0; n < dimensions.size(); n++) {
      Directive.TileLoop loop = dimensions.get(n);
      if (loop.variable().equals(variable)) {
        return keepsVariables
            && (!(loop.end() instanceof Directive.End.Whole) || isLast(loop, place.steps().get(n)));
      }
    }
    return true;
  }

  private Element at(Element element, Place place) {
    return new Element(
        element.tensor(),
        element.positions().stream()
            .map(
                position ->
                    switch (position) {
                      case Position.Affine(Subscript.Affine form) ->
                          new Position.Affine(at(form, place));
                      case Position.Bordered(Subscript.Affine form, var border) ->
                          new Position.Bordered(at(form, place), border);
                      case Position.Merged(var digits, Subscript.Affine rest) ->
                          new Position.Merged(
                              digits.stream()
                                  .map(
                                      d ->
                                          new Position.Digit(
                                              d.coefficient(),
                                              d.merged(),
                                              d.part(),
                                              at(d.at(), place)))
                                  .toList(),
                              at(rest, place));
                      case Position.Gathered _ -> position;
                    })
            .toList());
  }

  private Subscript.Affine at(Subscript.Affine form, Place place) {
    long constant = form.constant();
    for (Subscript.Term term : form.terms()) {
      constant += term.coefficient() * offset(term.variable(), place);
    }
    List<Subscript.Term> terms =
        form.terms().stream().filter(term -> isRelative(term.variable(), place)).toList();
    return new Subscript.Affine(terms, constant);
  }

  /** Declares what several statements load or broadcast right before its first use. */
  private List<Stmt> shareLoads(List<Stmt> statements) {
    Map<Expr, Integer> uses = new LinkedHashMap<>();
    statements.forEach(s -> LoopWalk.mapOwnValues(s, value -> count(value, uses)));
    Map<Expr, Expr> shared = new HashMap<>();
    List<Stmt> result = new ArrayList<>();
    for (Stmt stmt : statements) {
      List<Stmt> declared = new ArrayList<>();
      Stmt replaced = LoopWalk.mapOwnValues(stmt, value -> replace(value, uses, shared, declared));
      result.addAll(declared);
      result.add(replaced);
    }
    return result;
  }

  private static boolean isShareable(Expr value) {
    return value instanceof Expr.VectorLoad
        || (value instanceof Expr.Load(Element element, _) && !element.mayFail())
        || (value instanceof Expr.Broadcast(Expr scalar, _) && !(scalar instanceof Expr.Constant));
  }

  private Expr count(Expr value, Map<Expr, Integer> uses) {
    if (isShareable(value)) {
      uses.merge(value, 1, Integer::sum);
    } else {
      value.children().forEach(child -> count(child, uses));
    }
    return value;
  }

  private Expr replace(
      Expr value, Map<Expr, Integer> uses, Map<Expr, Expr> shared, List<Stmt> declared) {
    if (!isShareable(value)) {
      // A branch must not be evaluated before it is chosen.
      return value instanceof Expr.Select && value.lanes() == 1
          ? value
          : value.mapChildren(child -> replace(child, uses, shared, declared));
    }
    if (uses.getOrDefault(value, 0) < 2) {
      return value;
    }
    return shared.computeIfAbsent(
        value,
        v -> {
          String local = names.unused(stem(v));
          declared.add(new Stmt.Declare(local, v.elementType(), v));
          return new Expr.Local(local, v.elementType(), v.lanes());
        });
  }

  private static String stem(Expr value) {
    return switch (value) {
      case Expr.Load(Element element, _) -> element.tensor() + "_0";
      case Expr.VectorLoad(Element element, _, _) -> element.tensor() + "_0";
      case Expr.Broadcast(Expr.Load(Element element, _), _) -> element.tensor() + "_0";
      case Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.Local _,
          Expr.Constant _,
          Expr.LoopValue _,
          Expr.ExtentValue _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ ->
          "factor";
    };
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
