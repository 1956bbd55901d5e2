package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/** {@link Directive.Stage}. */
final class Staging {
  private final LoopNest nest;
  private final Directive.Stage directive;
  private final PerfectNest perfect;
  private final Optional<SumBlocking> reduction;
  private final SequencedMap<IndexVariable, IndexVariable> blocks = new LinkedHashMap<>();
  private final Scratch scratch;
  private final Element staged;

  private Staging(LoopNest nest, Directive.Stage directive) {
    this.nest = nest;
    this.directive = directive;
    this.perfect = PerfectNest.of(nest.body());
    this.reduction = SumBlocking.of(nest);
    Set<String> names = LoopBlocking.names(nest);
    List<Extent> extents = new ArrayList<>();
    for (Directive.TileLoop loop : directive.loops()) {
      if (!directive.whole().contains(loop.variable())) {
        blocks.put(loop.variable(), LoopBlocking.unused(loop.variable() + "_block", names));
      }
      extents.add(new Extent.Fixed(loop.width()));
    }
    this.staged = staged();
    TensorParameter tensor = nest.tensor(directive.tensor());
    this.scratch =
        new Scratch(
            LoopBlocking.unused(directive.tensor() + "_block", names).name(),
            new TensorType(tensor.type().elementType(), extents),
            false);
  }

  static LoopNest apply(LoopNest nest, Directive.Stage directive) {
    if (nest.tensors().stream().noneMatch(t -> t.name().equals(directive.tensor()))) {
      throw Scheduler.refusal(directive, "the nest reads no tensor " + directive.tensor());
    }
    return new Staging(nest, directive).build();
  }

  /**
   * The one element of the tensor that the nest reads; of several the one in whose order vectors
   * cannot run along the copy's last axis.
   */
  private Element staged() {
    Set<Element> read = new LinkedHashSet<>();
    LoopWalk.values(
        nest.body(),
        value -> {
          if (value instanceof Expr.Load(Element element, _)
              && element.tensor().equals(directive.tensor())) {
            read.add(element);
          }
        });
    List<Element> candidates =
        read.size() == 1
            ? List.copyOf(read)
            : read.stream().filter(element -> !runsAlongLastAxis(element)).toList();
    if (candidates.size() != 1
        || !candidates.getFirst().positions().stream()
            .allMatch(Position.Affine.class::isInstance)) {
      throw refuse("it takes one affine element of " + directive.tensor() + ", not " + read);
    }
    return candidates.getFirst();
  }

  private boolean runsAlongLastAxis(Element element) {
    int unitAxis = nest.tensor(directive.tensor()).layout().unitAxis();
    return unitAxis != Layout.NO_AXIS
        && element.positions().get(unitAxis).dependsOn(directive.loops().getLast().variable());
  }

  private LoopNest build() {
    List<Stmt.Loop> outer = perfect.loops();
    if (reduction.isEmpty() && !(perfect.body() instanceof Stmt.Store)) {
      throw refuse("the nest is neither one store nor one promoted reduction");
    }
    int first = outer.size();
    for (IndexVariable variable : variables()) {
      boolean summed = reduction.filter(r -> r.sum().variable().equals(variable)).isPresent();
      int at = perfect.variables().indexOf(variable);
      if (at < 0 && !summed) {
        throw refuse("there is no loop " + variable + " of the target or outermost of the sum");
      }
      if (at >= 0) {
        if (!outer.get(at).isWhole()) {
          throw refuse("the loop " + variable + " is split already");
        }
        first = Math.min(first, at);
      }
    }
    requireFixed(first);
    List<Stmt.Loop> inside = new ArrayList<>();
    for (Stmt.Loop loop : outer.subList(first, outer.size())) {
      inside.add(part(loop));
    }
    Stmt body = perfect.body();
    if (reduction.isPresent() && blocks.containsKey(reduction.get().sum().variable())) {
      IndexVariable summed = reduction.get().sum().variable();
      body = reduction.get().within(block(summed), size(summed));
    }
    Stmt staged =
        Stmt.sequence(
            List.of(
                new Stmt.Outline("stage_" + directive.tensor(), copy()),
                new PerfectNest(inside, read(body)).toStmt()));
    Stmt result = overBlocks(staged);
    Optional<Expr> fits = fits();
    if (fits.isPresent()) {
      Stmt unstaged = new PerfectNest(inside, body).toStmt();
      result = new Stmt.Guard(fits.get(), result, overBlocks(unstaged));
    }
    result = new PerfectNest(outer.subList(0, first), result).toStmt();
    List<Scratch> all = new ArrayList<>(nest.scratch());
    all.add(scratch);
    return new LoopNest(nest.name(), nest.tensors(), nest.merged(), all, result);
  }

  /** Loops inside the blocks that are not staged must not move the element. */
  private void requireFixed(int first) {
    Set<IndexVariable> moving = new LinkedHashSet<>();
    LoopWalk.statements(
        new PerfectNest(perfect.loops().subList(first, perfect.loops().size()), perfect.body())
            .toStmt(),
        s -> {
          if (s instanceof Stmt.Loop loop && staged.dependsOn(loop.variable())) {
            moving.add(loop.variable());
          }
        });
    moving.removeAll(variables());
    if (!moving.isEmpty()) {
      throw refuse(staged + " changes with " + moving + ", which is not staged");
    }
  }

  private List<IndexVariable> variables() {
    return directive.loops().stream().map(Directive.TileLoop::variable).toList();
  }

  /** The part of a loop that a block holds. */
  private Stmt.Loop part(Stmt.Loop loop) {
    return blocks.containsKey(loop.variable())
        ? LoopBlocking.within(loop, block(loop.variable()), size(loop.variable()))
        : loop;
  }

  /** Whether a block holds what it is to hold whole. */
  private Optional<Expr> fits() {
    Optional<Expr> all = Optional.empty();
    for (IndexVariable variable : variables()) {
      if (directive.whole().contains(variable)) {
        Expr fits =
            new Expr.BinaryOp(
                BinaryOperator.LESS_OR_EQUAL,
                loop(variable).upper(),
                new Expr.Constant(size(variable), ElementType.I64));
        all =
            Optional.of(
                all.<Expr>map(others -> new Expr.BinaryOp(BinaryOperator.AND, others, fits))
                    .orElse(fits));
      }
    }
    return all;
  }

  private IndexVariable block(IndexVariable variable) {
    IndexVariable block = blocks.get(variable);
    if (block == null) {
      throw new AssertionError(variable + " is not staged");
    }
    return block;
  }

  private Stmt overBlocks(Stmt body) {
    Stmt result = body;
    for (IndexVariable variable : blocks.sequencedKeySet().reversed()) {
      result = overBlocks(variable).withBody(result);
    }
    return result;
  }

  private Stmt.Loop overBlocks(IndexVariable variable) {
    IndexVariable block = block(variable);
    if (reduction.isPresent() && reduction.get().sum().variable().equals(variable)) {
      return reduction.get().over(block, size(variable));
    }
    return LoopBlocking.over(loop(variable), block, size(variable));
  }

  private Stmt.Loop loop(IndexVariable variable) {
    if (reduction.isPresent() && reduction.get().sum().variable().equals(variable)) {
      return reduction.get().sum();
    }
    return perfect.loops().get(perfect.variables().indexOf(variable));
  }

  private long size(IndexVariable variable) {
    return directive.loops().stream()
        .filter(loop -> loop.variable().equals(variable))
        .findFirst()
        .orElseThrow()
        .width();
  }

  /** Copies a block, along the unit stride of the tensor. */
  private Stmt copy() {
    int unitAxis = nest.tensor(directive.tensor()).layout().unitAxis();
    List<IndexVariable> order = new ArrayList<>(variables());
    if (unitAxis != Layout.NO_AXIS) {
      for (IndexVariable variable : List.copyOf(order)) {
        if (staged.positions().get(unitAxis).dependsOn(variable)) {
          order.remove(variable);
          order.add(variable);
        }
      }
    }
    Stmt result =
        new Stmt.Store(
            place(), new Expr.Load(staged, nest.tensor(directive.tensor()).type().elementType()));
    for (IndexVariable variable : order.reversed()) {
      result = part(loop(variable)).withBody(result);
    }
    return result;
  }

  private Element place() {
    List<Position> positions = new ArrayList<>();
    for (IndexVariable variable : variables()) {
      List<Subscript.Term> terms = new ArrayList<>();
      terms.add(new Subscript.Term(variable, 1));
      if (blocks.containsKey(variable)) {
        terms.add(new Subscript.Term(block(variable), -1));
      }
      positions.add(new Position.Affine(new Subscript.Affine(terms, 0)));
    }
    return new Element(scratch.name(), positions);
  }

  private Stmt read(Stmt stmt) {
    return LoopWalk.mapOwnValues(LoopWalk.mapChildren(stmt, this::read), this::read);
  }

  private Expr read(Expr value) {
    return value instanceof Expr.Load(Element element, var type) && element.equals(staged)
        ? new Expr.Load(place(), type)
        : value.mapChildren(this::read);
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
