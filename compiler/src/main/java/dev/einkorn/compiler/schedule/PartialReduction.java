package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
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
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@link Directive.Partial}: each loop over the variable becomes one that folds a block of
 * positions into vectors, the fold of these vectors, and a loop over the positions that are left.
 */
final class PartialReduction {
  private final LoopNest nest;
  private final Directive.Partial directive;
  private final LocalNames names;
  // Where functions leave their results.
  private final Map<ElementType, Scratch> results = new EnumMap<>(ElementType.class);
  private Optional<ScheduleException> refusal = Optional.empty();
  private boolean found;

  private PartialReduction(LoopNest nest, Directive.Partial directive) {
    this.nest = nest;
    this.directive = directive;
    this.names = LocalNames.of(nest.body());
  }

  static LoopNest apply(LoopNest nest, Directive.Partial directive) {
    var reduction = new PartialReduction(nest, directive);
    Stmt result = reduction.rewrite(nest.body(), false);
    if (!reduction.found) {
      throw reduction.refusal.orElseGet(
          () -> reduction.refuse("there is no loop over " + directive.variable()));
    }
    List<Scratch> scratch = new ArrayList<>(nest.scratch());
    scratch.addAll(reduction.results.values());
    return new LoopNest(nest.name(), nest.tensors(), nest.merged(), scratch, result);
  }

  /**
   * The statement with its loops over the variable rewritten. The body of the innermost loop around
   * them becomes a function, so that the target's compiler sees few loops at a time.
   */
  private Stmt rewrite(Stmt stmt, boolean outlined) {
    if (stmt instanceof Stmt.Block(List<Stmt> statements)) {
      return Stmt.sequence(statements.stream().map(s -> rewrite(s, outlined)).toList());
    }
    if (!(stmt instanceof Stmt.Loop loop)) {
      return LoopWalk.mapChildren(
          stmt, inner -> rewrite(inner, outlined || stmt instanceof Stmt.Outline));
    }
    if (loop.variable().equals(directive.variable())) {
      return fold(loop, List.of());
    }
    Optional<List<Stmt.Loop>> around = around(loop);
    if (around.isPresent()) {
      Stmt.Loop inner = (Stmt.Loop) around.get().getLast().body();
      Stmt result = fold(inner, around.get());
      return result.equals(inner) ? loop : result;
    }
    boolean outlines =
        !outlined && !(loop.body() instanceof Stmt.Outline) && foldsHere(loop.body());
    Stmt body = rewrite(loop.body(), outlined || outlines);
    return loop.withBody(
        outlines ? new Stmt.Outline(nest.name() + "_of_" + loop.variable(), body) : body);
  }

  /** The loops directly around one over the variable, if there are such and nothing between. */
  private Optional<List<Stmt.Loop>> around(Stmt.Loop outermost) {
    List<Stmt.Loop> loops = new ArrayList<>();
    Stmt inside = outermost;
    while (inside instanceof Stmt.Loop loop && !loop.variable().equals(directive.variable())) {
      loops.add(loop);
      inside = loop.body();
    }
    return inside instanceof Stmt.Loop
            && loops.stream().allMatch(loop -> loop.kind() == LoopKind.SEQUENTIAL)
            && !PolynomialFunctions.areCalled(inside)
        ? Optional.of(loops)
        : Optional.empty();
  }

  /**
   * The loop with partial results, or as it is if it cannot have them.
   *
   * @param around loops for all of which they last
   */
  private Stmt fold(Stmt.Loop loop, List<Stmt.Loop> around) {
    try {
      Block block = new Block(loop);
      Stmt result = block.write(around);
      found = true;
      return block.callsPolynomials() ? alone(result, block) : result;
    } catch (ScheduleException e) {
      refusal = refusal.or(() -> Optional.of(e));
      return loop;
    }
  }

  /**
   * The fold as a function of its own, which leaves the results in scratch memory: a polynomial is
   * inlined as so many operations that C2 takes only one into a method.
   */
  private Stmt alone(Stmt fold, Block block) {
    List<Stmt> function = new ArrayList<>();
    List<Stmt> around = new ArrayList<>();
    long place = 0;
    Scratch memory = results(block.type, block.folds.size());
    for (Stmt.Update update : block.folds) {
      String inner = names.unused(update.local() + "_of_" + directive.variable());
      Expr identity = Expr.Constant.identity(update.operator(), block.type);
      function.add(new Stmt.Declare(inner, block.type, identity));
      fold = renamed(fold, update.local(), inner);
      var at = new Position.Affine(new Subscript.Affine(List.of(), place++));
      var element = new Element(memory.name(), List.of(at));
      around.add(new Stmt.Store(element, new Expr.Local(inner, block.type)));
      around.add(
          new Stmt.Update(update.local(), update.operator(), new Expr.Load(element, block.type)));
    }
    function.add(fold);
    around.stream().filter(Stmt.Store.class::isInstance).forEach(function::add);
    List<Stmt> all = new ArrayList<>();
    String name = nest.name() + "_over_" + directive.variable();
    all.add(new Stmt.Outline(name, Stmt.sequence(function)));
    around.stream().filter(Stmt.Update.class::isInstance).forEach(all::add);
    return Stmt.sequence(all);
  }

  private static Stmt renamed(Stmt stmt, String from, String to) {
    return stmt instanceof Stmt.Update(String local, var operator, Expr value) && local.equals(from)
        ? new Stmt.Update(to, operator, value)
        : LoopWalk.mapChildren(stmt, inner -> renamed(inner, from, to));
  }

  private Scratch results(ElementType type, int count) {
    Scratch known = results.get(type);
    long length = known == null ? count : Math.max(count, known.elements());
    String name =
        known == null ? unusedTensor(nest.name() + "_" + type + "_results") : known.name();
    var extents = List.<Extent>of(new Extent.Fixed(length));
    Scratch memory = new Scratch(name, new TensorType(type, extents), false);
    results.put(type, memory);
    return memory;
  }

  private String unusedTensor(String stem) {
    Set<String> taken = new HashSet<>();
    nest.tensors().forEach(tensor -> taken.add(tensor.name()));
    nest.scratch().forEach(memory -> taken.add(memory.name()));
    String name = stem;
    for (int n = 1; taken.contains(name); n++) {
      name = stem + "_" + n;
    }
    return name;
  }

  /**
   * Whether the body has a loop over the variable, declares all locals that it writes, and is the
   * innermost body that does.
   */
  private boolean foldsHere(Stmt body) {
    Set<String> declared = new HashSet<>();
    Set<String> written = new HashSet<>();
    boolean[] folds = {false};
    boolean[] inside = {false};
    LoopWalk.statements(
        body,
        s -> {
          switch (s) {
            case Stmt.Loop loop -> {
              boolean here = loop.variable().equals(directive.variable());
              folds[0] |= here;
              inside[0] |= !here && foldsHere(loop.body());
            }
            case Stmt.Declare(String local, _, _) -> declared.add(local);
            case Stmt.Assign(String local, _) -> written.add(local);
            case Stmt.Update(String local, _, _) -> written.add(local);
            case Stmt.Block _,
                Stmt.Store _,
                Stmt.Accumulate _,
                Stmt.Guard _,
                Stmt.Barrier _,
                Stmt.Outline _ -> {}
          }
        });
    return folds[0] && !inside[0] && declared.containsAll(written);
  }

  /** One loop over the variable. */
  private final class Block {
    private final Stmt.Loop loop;
    private final List<Stmt> body;
    private final ElementType type;
    private final int lanes;
    private final int vectors;
    private final List<Stmt.Update> folds = new ArrayList<>();

    Block(Stmt.Loop loop) {
      this.loop = loop;
      this.body =
          loop.body() instanceof Stmt.Block(List<Stmt> statements)
              ? statements
              : List.of(loop.body());
      if (loop.kind() != LoopKind.SEQUENTIAL || !loop.step().equals(Stmt.Step.ONE)) {
        throw refuse("the loop over " + loop.variable() + " is split already");
      }
      this.type = check();
      // Without vectors, the partial results are the lanes of one array.
      this.lanes = directive.lanes() == 1 ? directive.partials() : directive.lanes();
      this.vectors = directive.partials() / lanes;
    }

    boolean callsPolynomials() {
      return PolynomialFunctions.areCalled(loop.body());
    }

    /** The type of what the loop folds, if it only folds. */
    private ElementType check() {
      Set<String> updated = new HashSet<>();
      Set<ElementType> types = new HashSet<>();
      Set<String> declared = new HashSet<>();
      for (Stmt stmt : body) {
        switch (stmt) {
          case Stmt.Update(String local, ReductionOperator operator, Expr value) -> {
            if (operator.isLogical() || declared.contains(local) || !updated.add(local)) {
              throw refuse("it does not fold numbers into locals, each once");
            }
            types.add(value.elementType());
            folds.add(new Stmt.Update(local, operator, value));
          }
          case Stmt.Declare(String local, _, _) -> declared.add(local);
          case Stmt.Block _,
              Stmt.Loop _,
              Stmt.Store _,
              Stmt.Accumulate _,
              Stmt.Assign _,
              Stmt.Guard _,
              Stmt.Barrier _,
              Stmt.Outline _ ->
              throw refuse("the loop over " + loop.variable() + " does more than fold values");
        }
      }
      if (types.size() != 1) {
        throw refuse("the loop over " + loop.variable() + " folds " + types.size() + " types");
      }
      LoopWalk.values(
          loop.body(),
          value -> {
            if (value instanceof Expr.Local(String name, _, _) && updated.contains(name)) {
              throw refuse("the loop over " + loop.variable() + " reads " + name);
            }
          });
      return types.iterator().next();
    }

    Stmt write(List<Stmt.Loop> around) {
      List<Stmt> before = new ArrayList<>();
      List<Stmt> blocks = new ArrayList<>();
      List<Stmt> after = new ArrayList<>();
      var values = new LaneValues[vectors];
      for (int n = 0; n < vectors; n++) {
        values[n] = new LaneValues(nest, directive, loop.variable(), type);
      }
      for (Stmt stmt : body) {
        switch (stmt) {
          case Stmt.Declare(String local, _, Expr value) -> {
            if (!values[0].varies(value)) {
              blocks.add(stmt);
              continue;
            }
            for (int n = 0; n < vectors; n++) {
              var vector = new Expr.Local(names.unused(local + "_" + n), type, lanes);
              Expr lanewise = values[n].at(value, (long) n * lanes, lanes);
              blocks.add(new Stmt.Declare(vector.name(), type, lanewise));
              values[n].rename(local, vector);
            }
          }
          case Stmt.Update(String local, ReductionOperator operator, Expr value) -> {
            List<Expr.Local> partials = new ArrayList<>();
            var identity = new Expr.Broadcast(Expr.Constant.identity(operator, type), lanes);
            for (int n = 0; n < vectors; n++) {
              var partial = new Expr.Local(names.unused(local + "_" + n), type, lanes);
              partials.add(partial);
              before.add(new Stmt.Declare(partial.name(), type, identity));
              Expr lanewise = values[n].at(value, (long) n * lanes, lanes);
              blocks.add(new Stmt.Update(partial.name(), operator, lanewise));
            }
            fold(local, operator, partials, after);
          }
          case Stmt.Block _,
              Stmt.Loop _,
              Stmt.Store _,
              Stmt.Accumulate _,
              Stmt.Assign _,
              Stmt.Guard _,
              Stmt.Barrier _,
              Stmt.Outline _ ->
              throw new AssertionError("not a fold: " + stmt);
        }
      }
      Expr end = binary(BinaryOperator.SUBTRACT, loop.upper(), constant(directive.partials() - 1));
      Stmt wholeBlocks =
          loop.withBounds(loop.lower(), end)
              .withStep(new Stmt.Step(directive.partials(), false))
              .withBody(Stmt.sequence(blocks));
      Stmt rest = loop.withBounds(rest(), loop.upper());
      List<Stmt> all = new ArrayList<>(before);
      if (around.isEmpty()) {
        all.add(wholeBlocks);
        all.addAll(after);
        all.add(rest);
      } else {
        all.add(new PerfectNest(around, Stmt.sequence(List.of(wholeBlocks, rest))).toStmt());
        all.addAll(after);
      }
      return new Stmt.Block(all);
    }

    /** Folds the vectors by halves, then the lanes of the one that is left. */
    private void fold(
        String local, ReductionOperator operator, List<Expr.Local> partials, List<Stmt> after) {
      for (int half = vectors / 2; half > 0; half /= 2) {
        for (int n = 0; n < half; n++) {
          after.add(new Stmt.Update(partials.get(n).name(), operator, partials.get(n + half)));
        }
      }
      after.add(
          new Stmt.Update(local, operator, new Expr.LaneReduction(operator, partials.getFirst())));
    }

    /** The first position that is left when the blocks are done. */
    private Expr rest() {
      if (loop.isWhole()) {
        return wholeBlocks(loop.upper());
      }
      Expr length =
          new Expr.Call(
              Function.MAX,
              List.of(constant(0), binary(BinaryOperator.SUBTRACT, loop.upper(), loop.lower())));
      return binary(BinaryOperator.ADD, loop.lower(), wholeBlocks(length));
    }

    private Expr wholeBlocks(Expr length) {
      Expr blocks = binary(BinaryOperator.FLOOR_DIVIDE, length, constant(directive.partials()));
      return binary(BinaryOperator.MULTIPLY, blocks, constant(directive.partials()));
    }
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
