package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@link Directive.SplitReduction}: the loop runs once a chunk, each chunk from the identity on;
 * then one worker folds the results of the chunks, in their order.
 */
final class ReductionSplitting {
  private final LoopNest nest;
  private final Directive.SplitReduction directive;
  private final Set<String> taken = new HashSet<>();

  /** A local that the loop folds values into. */
  private record Fold(String local, ReductionOperator operator, ElementType type, String parts) {}

  private ReductionSplitting(LoopNest nest, Directive.SplitReduction directive) {
    this.nest = nest;
    this.directive = directive;
    nest.tensors().forEach(tensor -> taken.add(tensor.name()));
    nest.scratch().forEach(memory -> taken.add(memory.name()));
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop) {
            taken.add(loop.variable().name());
          }
        });
  }

  static LoopNest apply(LoopNest nest, Directive.SplitReduction directive) {
    return new ReductionSplitting(nest, directive).split();
  }

  private LoopNest split() {
    List<Stmt> statements =
        nest.body() instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(nest.body());
    int place = 0;
    while (place < statements.size() && !isSplit(statements.get(place))) {
      place++;
    }
    if (place == statements.size() || !(statements.get(place) instanceof Stmt.Loop loop)) {
      throw refuse("no outermost loop is over " + directive.variable());
    }
    if (!loop.isWhole() || loop.kind() != LoopKind.SEQUENTIAL || nest.isParallel()) {
      throw refuse("the loop over " + loop.variable() + " is split already");
    }
    List<Stmt> before = new ArrayList<>(statements.subList(0, place));
    List<Stmt> after = statements.subList(place + 1, statements.size());
    Map<String, Fold> folds = folds(loop, before);
    if (!after.stream().allMatch(s -> s instanceof Stmt.Store || s instanceof Stmt.Declare)
        || !before.stream().allMatch(s -> s instanceof Stmt.Declare)) {
      throw refuse("the nest does more than fold values over " + loop.variable());
    }
    before.removeIf(s -> s instanceof Stmt.Declare declare && folds.containsKey(declare.local()));
    List<Stmt> result = new ArrayList<>(before);
    result.add(chunks(loop, folds));
    result.add(new Stmt.Barrier());
    result.add(total(loop, folds, after));
    List<Scratch> scratch = new ArrayList<>(nest.scratch());
    for (Fold fold : folds.values()) {
      var extents = List.<Extent>of(new Extent.Fixed(directive.chunks()));
      scratch.add(new Scratch(fold.parts(), new TensorType(fold.type(), extents), true));
    }
    return new LoopNest(nest.name(), nest.tensors(), nest.merged(), scratch, Stmt.sequence(result));
  }

  private boolean isSplit(Stmt stmt) {
    return stmt instanceof Stmt.Loop loop && loop.variable().equals(directive.variable());
  }

  private Map<String, Fold> folds(Stmt.Loop loop, List<Stmt> before) {
    Set<String> declared = new HashSet<>();
    Map<String, Fold> folds = new LinkedHashMap<>();
    LoopWalk.statements(
        loop.body(),
        s -> {
          switch (s) {
            case Stmt.Declare(String local, _, _) -> declared.add(local);
            case Stmt.Update(String local, ReductionOperator operator, Expr value)
                when !declared.contains(local) -> {
              if (operator.isLogical()) {
                throw refuse(local + " folds conditions");
              }
              Fold known = folds.get(local);
              if (known == null) {
                String parts = unused(local + "_parts");
                folds.put(local, new Fold(local, operator, value.elementType(), parts));
              } else if (known.operator() != operator) {
                throw refuse("two operators fold into " + local);
              }
            }
            case Stmt.Assign(String local, _) when !declared.contains(local) ->
                throw refuse("the loop assigns " + local);
            case Stmt.Store _, Stmt.Accumulate _ ->
                throw refuse("the loop writes a tensor; promote its element to a local first");
            case Stmt.Barrier _ -> throw refuse("the loop has a barrier");
            case Stmt.Block _,
                Stmt.Loop _,
                Stmt.Assign _,
                Stmt.Update _,
                Stmt.Outline _,
                Stmt.Guard _ -> {}
          }
        });
    if (folds.isEmpty()) {
      throw refuse("the loop folds nothing");
    }
    LoopWalk.values(
        loop.body(),
        value -> {
          if (value instanceof Expr.Local(String name, _, _) && folds.containsKey(name)) {
            throw refuse("the loop reads " + name);
          }
        });
    for (Fold fold : folds.values()) {
      Expr identity = Expr.Constant.identity(fold.operator(), fold.type());
      if (!before.contains(new Stmt.Declare(fold.local(), fold.type(), identity))) {
        throw refuse(fold.local() + " does not start at the identity");
      }
    }
    return folds;
  }

  private Stmt chunks(Stmt.Loop loop, Map<String, Fold> folds) {
    var chunk = new IndexVariable(unused(nest.name() + "_chunk"));
    List<Stmt> body = new ArrayList<>();
    for (Fold fold : folds.values()) {
      body.add(declaration(fold));
    }
    Expr begin = binary(BinaryOperator.MULTIPLY, new Expr.LoopValue(chunk), length(loop));
    Expr left = binary(BinaryOperator.SUBTRACT, loop.upper(), begin);
    Expr own = new Expr.Call(Function.MIN, List.of(length(loop), left));
    body.add(loop.withBounds(begin, binary(BinaryOperator.ADD, begin, own)));
    for (Fold fold : folds.values()) {
      body.add(new Stmt.Store(part(fold, chunk), new Expr.Local(fold.local(), fold.type())));
    }
    return over(chunk, count(loop), LoopKind.PARALLEL, Stmt.sequence(body));
  }

  private Stmt total(Stmt.Loop loop, Map<String, Fold> folds, List<Stmt> after) {
    List<Stmt> body = new ArrayList<>();
    for (Fold fold : folds.values()) {
      var part = new IndexVariable(unused(nest.name() + "_part"));
      body.add(declaration(fold));
      Expr value = new Expr.Load(part(fold, part), fold.type());
      Stmt update = new Stmt.Update(fold.local(), fold.operator(), value);
      body.add(over(part, count(loop), LoopKind.SEQUENTIAL, update));
    }
    body.addAll(after);
    // A loop of one iteration: one worker has it.
    var once = new IndexVariable(unused(nest.name() + "_total"));
    return new Stmt.Loop(
        new IndexBinding(once, new Extent.Fixed(1)), LoopKind.PARALLEL, Stmt.sequence(body));
  }

  private static Stmt declaration(Fold fold) {
    Expr identity = Expr.Constant.identity(fold.operator(), fold.type());
    return new Stmt.Declare(fold.local(), fold.type(), identity);
  }

  private static Element part(Fold fold, IndexVariable chunk) {
    Subscript.Affine place = new Subscript.Affine(List.of(new Subscript.Term(chunk, 1)), 0);
    return new Element(fold.parts(), List.of(new Position.Affine(place)));
  }

  private Stmt over(IndexVariable variable, Expr count, LoopKind kind, Stmt body) {
    var binding = new IndexBinding(variable, new Extent.Fixed(directive.chunks()));
    return new Stmt.Loop(binding, constant(0), count, kind, body);
  }

  /**
   * The length of all chunks but the last: {@code ceil(extent / chunks)} rounded up to a multiple
   * of the grain, at least one.
   */
  private Expr length(Stmt.Loop loop) {
    long all = Math.multiplyExact((long) directive.chunks(), (long) directive.grain());
    Expr last = binary(BinaryOperator.SUBTRACT, loop.upper(), constant(1));
    Expr grains =
        binary(
            BinaryOperator.ADD,
            binary(BinaryOperator.FLOOR_DIVIDE, last, constant(all)),
            constant(1));
    Expr length = binary(BinaryOperator.MULTIPLY, grains, constant(directive.grain()));
    return new Expr.Call(Function.MAX, List.of(constant(1), length));
  }

  /** How many chunks there are: none are empty. */
  private Expr count(Stmt.Loop loop) {
    Expr last = binary(BinaryOperator.SUBTRACT, loop.upper(), constant(1));
    return binary(
        BinaryOperator.ADD, binary(BinaryOperator.FLOOR_DIVIDE, last, length(loop)), constant(1));
  }

  private String unused(String stem) {
    String name = stem;
    for (int n = 1; !taken.add(name); n++) {
      name = stem + "_" + n;
    }
    return name;
  }

  private static Expr binary(BinaryOperator operator, Expr left, Expr right) {
    return new Expr.BinaryOp(operator, left, right);
  }

  private static Expr constant(long value) {
    return new Expr.Constant(value, ElementType.I64);
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
