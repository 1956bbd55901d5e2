package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.MergedIndex;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Consumer;

/** {@link Directive.Merge}, and which loops are worth it. */
final class LoopMerging {
  /** Rows of so many elements are long enough for vectors by themselves. */
  private static final long LONG_ROW = 256;

  /** A loop of fewer iterations is mostly beginning and ending, wherever it stands. */
  private static final long SHORT_LOOP = 16;

  private static final Position START = new Position.Affine(new Subscript.Affine(List.of(), 0));

  private final LoopNest nest;
  private final Directive.Merge directive;
  private Optional<MergedIndex> merged = Optional.empty();

  private LoopMerging(LoopNest nest, Directive.Merge directive) {
    this.nest = nest;
    this.directive = directive;
  }

  static LoopNest apply(LoopNest nest, Directive.Merge directive) {
    return new LoopMerging(nest, directive).merge();
  }

  /**
   * Merges of neighbouring loops that end in a short one, which may be longer if something lies
   * side by side along it. Sizes and strides decide, so that all machines merge the same.
   */
  static List<Directive> directives(LoopNest nest, CallShape shape) {
    SequencedSet<Directive> directives = new LinkedHashSet<>();
    for (List<Stmt.Loop> loops : chains(nest.body())) {
      directives.addAll(directives(nest, loops, shape));
    }
    Set<IndexVariable> seen = new HashSet<>();
    return directives.stream()
        .filter(
            directive ->
                directive instanceof Directive.Merge merge
                    && merge.parts().stream().allMatch(seen::add))
        .toList();
  }

  /** The loops that stand directly inside each other. */
  private static List<List<Stmt.Loop>> chains(Stmt stmt) {
    List<List<Stmt.Loop>> chains = new ArrayList<>();
    Stmt inside = stmt;
    if (stmt instanceof Stmt.Loop) {
      PerfectNest perfect = PerfectNest.of(stmt);
      chains.add(perfect.loops());
      inside = perfect.body();
    }
    LoopWalk.mapChildren(
        inside,
        child -> {
          chains.addAll(chains(child));
          return child;
        });
    return chains;
  }

  private static List<Directive> directives(LoopNest nest, List<Stmt.Loop> loops, CallShape shape) {
    List<Directive> directives = new ArrayList<>();
    int end = loops.size() - 1;
    while (end > 0) {
      int start = end;
      long row = shape.value(loops.get(end).binding().extent());
      if (row < SHORT_LOOP || liesSideBySide(nest, loops.get(end).variable())) {
        while (start > 0
            && row < LONG_ROW
            && Scheduler.isLegal(nest, merge(nest, loops.subList(start - 1, end + 1)))) {
          start--;
          row *= shape.value(loops.get(start).binding().extent());
        }
      }
      if (start < end) {
        directives.add(merge(nest, loops.subList(start, end + 1)));
      }
      end = start - 1;
    }
    return directives;
  }

  /** Loops under a name of their own: {@code hwc} walks h, w and c. */
  private static Directive merge(LoopNest nest, List<Stmt.Loop> loops) {
    List<IndexVariable> parts = loops.stream().map(Stmt.Loop::variable).toList();
    String name = String.join("", parts.stream().map(IndexVariable::name).toList());
    while (isTaken(nest, name)) {
      name += "_";
    }
    return new Directive.Merge(new IndexVariable(name), parts);
  }

  /** Whether a size or a loop has the name already. */
  private static boolean isTaken(LoopNest nest, String name) {
    var size = new Extent.Symbolic(name);
    boolean[] taken = {
      nest.sizes().contains(name)
          || nest.tensors().stream().anyMatch(tensor -> tensor.type().extents().contains(size))
    };
    LoopWalk.statements(
        nest.body(),
        s -> taken[0] |= s instanceof Stmt.Loop loop && loop.variable().name().equals(name));
    return taken[0];
  }

  private static boolean liesSideBySide(LoopNest nest, IndexVariable variable) {
    boolean[] found = {false};
    elements(
        nest.body(),
        element -> {
          int axis = nest.tensor(element.tensor()).layout().unitAxis();
          found[0] |= axis != Layout.NO_AXIS && isAt(element, axis, variable);
        });
    return found[0];
  }

  private static void elements(Stmt body, Consumer<Element> visit) {
    LoopWalk.values(
        body,
        value -> {
          if (value instanceof Expr.Load(Element element, _)) {
            visit.accept(element);
          }
        });
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Store(Element element, _)) {
            visit.accept(element);
          } else if (s instanceof Stmt.Accumulate(Element element, _, _)) {
            visit.accept(element);
          }
        });
  }

  private static boolean isAt(Element element, int axis, IndexVariable variable) {
    return element.positions().get(axis) instanceof Position.Affine(Subscript.Affine form)
        && form.isVariable()
        && form.variable().equals(variable);
  }

  private LoopNest merge() {
    if (!nest.scratch().isEmpty()) {
      throw refuse("there is scratch memory already");
    }
    if (isTaken(nest, directive.merged().name())) {
      throw refuse("there is an index " + directive.merged() + " already");
    }
    List<IndexVariable> parts = directive.parts();
    if (nest.symmetry()
        .filter(pair -> parts.contains(pair.first()) || parts.contains(pair.second()))
        .isPresent()) {
      throw refuse("one of the indices is one of a symmetric pair");
    }
    Stmt body = statement(nest.body());
    List<MergedIndex> all = new ArrayList<>(nest.merged());
    all.add(merged.orElseThrow(() -> refuse("there are no such loops inside each other")));
    return new LoopNest(nest.name(), nest.tensors(), all, nest.scratch(), nest.symmetry(), body);
  }

  private Stmt statement(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Loop loop when directive.parts().contains(loop.variable()) -> loops(loop);
      case Stmt.Loop loop -> {
        value(loop.lower());
        value(loop.upper());
        yield loop.withBody(statement(loop.body()));
      }
      case Stmt.Store(Element target, Expr value) -> new Stmt.Store(element(target), value(value));
      case Stmt.Accumulate(Element target, var operator, Expr value) ->
          new Stmt.Accumulate(element(target), operator, value(value));
      case Stmt.Declare _, Stmt.Assign _, Stmt.Update _ -> LoopWalk.mapOwnValues(stmt, this::value);
      case Stmt.Block _, Stmt.Guard _, Stmt.Outline _, Stmt.Barrier _ ->
          LoopWalk.mapChildren(LoopWalk.mapOwnValues(stmt, this::value), this::statement);
    };
  }

  /** The loops as one. */
  private Stmt loops(Stmt.Loop outermost) {
    List<IndexBinding> parts = new ArrayList<>();
    Stmt inside = outermost;
    for (IndexVariable part : directive.parts()) {
      if (!(inside instanceof Stmt.Loop loop) || !loop.variable().equals(part)) {
        throw refuse("the loops do not stand directly inside each other in this order");
      }
      if (!loop.isWhole() || loop.kind() != outermost.kind()) {
        throw refuse("the loop " + part + " is not one over its whole range");
      }
      parts.add(loop.binding());
      inside = loop.body();
    }
    var index = new MergedIndex(directive.merged(), parts);
    if (merged.filter(other -> !other.equals(index)).isPresent()) {
      throw refuse("the ranges of the loops differ from place to place");
    }
    merged = Optional.of(index);
    return new Stmt.Loop(index.binding(), outermost.kind(), statement(inside));
  }

  private Expr value(Expr value) {
    return switch (value) {
      case Expr.LoopValue(IndexVariable variable) when directive.parts().contains(variable) ->
          throw refuse("the value of " + variable + " is used");
      case Expr.Load load ->
          load.mapChildren(this::value) instanceof Expr.Load(Element element, var type)
              ? new Expr.Load(element(element), type)
              : load;
      case Expr.VectorLoad _,
          Expr.Contiguous _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _ ->
          throw refuse("it computes with vectors already");
      case Expr.LoopValue _,
          Expr.Local _,
          Expr.Constant _,
          Expr.ExtentValue _,
          Expr.ExactProduct _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ ->
          value.mapChildren(this::value);
    };
  }

  /** The element at the start of all axes but the last, and on that one as far as all go. */
  private Element element(Element element) {
    List<IndexVariable> parts = directive.parts();
    if (parts.stream().noneMatch(element::dependsOn)) {
      return element;
    }
    Map<IndexVariable, Integer> axes = new HashMap<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      for (IndexVariable part : parts) {
        if (element.positions().get(axis).dependsOn(part)
            && (!isAt(element, axis, part) || axes.put(part, axis) != null)) {
          throw refuse(element + " is not read plainly along " + part);
        }
      }
    }
    Layout layout = nest.tensor(element.tensor()).layout();
    Integer first = axes.get(parts.getFirst());
    for (int n = 0; n < parts.size(); n++) {
      Integer axis = axes.get(parts.get(n));
      if (first == null || axis == null || axis != first + n) {
        throw refuse(element + " does not have the indices side by side");
      }
      if (n > 0 && !layout.joined().contains(axis - 1)) {
        throw refuse("axis %s of %s may be cut short".formatted(axis, element.tensor()));
      }
    }
    List<Position> positions = new ArrayList<>(element.positions());
    for (int n = 0; n < parts.size(); n++) {
      positions.set(
          axes.getOrDefault(parts.get(n), 0),
          n < parts.size() - 1
              ? START
              : new Position.Affine(
                  new Subscript.Affine(List.of(new Subscript.Term(directive.merged(), 1)), 0)));
    }
    return new Element(element.tensor(), positions);
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
