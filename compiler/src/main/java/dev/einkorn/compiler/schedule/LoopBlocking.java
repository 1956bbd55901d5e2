package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@link Directive.Block}: strip-mines loops and moves the loops over blocks outward. */
final class LoopBlocking {
  private LoopBlocking() {}

  static Stmt apply(LoopNest nest, Directive.Block directive) {
    List<PerfectNest> nests = PerfectNest.split(nest.body());
    PerfectNest main = nests.getLast();
    Set<IndexVariable> kept = Scheduler.targetVariables(main.body());
    List<IndexVariable> reductions =
        main.variables().stream().filter(variable -> !kept.contains(variable)).toList();
    Set<String> names = names(nest);
    List<Stmt.Loop> blocks = new ArrayList<>();
    List<Stmt.Loop> inside = new ArrayList<>(main.loops());
    int first = inside.size();
    for (Directive.TileLoop blocked : directive.loops()) {
      int at = main.variables().indexOf(blocked.variable());
      if (at < 0) {
        throw Scheduler.refusal(directive, "there is no loop " + blocked.variable());
      }
      Stmt.Loop loop = main.loops().get(at);
      if (!loop.isWhole()) {
        throw Scheduler.refusal(directive, "the loop " + blocked.variable() + " is split already");
      }
      if (reductions.indexOf(blocked.variable()) > 0) {
        throw Scheduler.refusal(
            directive,
            "the outermost of the reduction loops "
                + reductions
                + " alone can be blocked, so that sums round the same");
      }
      IndexVariable block = unused(blocked.variable() + "_block", names);
      blocks.add(over(loop, block, blocked.width()));
      inside.set(at, within(loop, block, blocked.width()));
      first = Math.min(first, at);
    }
    List<Stmt.Loop> loops = new ArrayList<>(inside.subList(0, first));
    loops.addAll(blocks);
    List<Stmt> result = new ArrayList<>();
    nests.subList(0, nests.size() - 1).forEach(other -> result.add(other.toStmt()));
    Stmt block = new PerfectNest(inside.subList(first, inside.size()), main.body()).toStmt();
    if (isMove(main.body())) {
      block = new Stmt.Outline("move_" + nest.name(), block);
    }
    result.add(new PerfectNest(loops, block).toStmt());
    return Stmt.sequence(result);
  }

  private static boolean isMove(Stmt body) {
    return body instanceof Stmt.Store(_, Expr.Load _);
  }

  /** A loop over the blocks of a loop's range. */
  static Stmt.Loop over(Stmt.Loop loop, IndexVariable block, long size) {
    return new Stmt.Loop(
        new IndexBinding(block, loop.binding().extent()),
        loop.lower(),
        loop.upper(),
        new Stmt.Step(size, false),
        LoopKind.SEQUENTIAL,
        loop.body());
  }

  /** The loop over the part of its range that the block holds. */
  static Stmt.Loop within(Stmt.Loop loop, IndexVariable block, long size) {
    Expr begin = new Expr.LoopValue(block);
    Expr end =
        new Expr.BinaryOp(BinaryOperator.ADD, begin, new Expr.Constant(size, ElementType.I64));
    return loop.withBounds(begin, new Expr.Call(Function.MIN, List.of(end, loop.upper())));
  }

  /**
   * Whether a loop is over the part of its range that a block of the loop around it holds, or over
   * the tiles of that part, or over what they leave.
   */
  static boolean isWithin(Stmt.Loop loop, Stmt.Loop blocks) {
    Expr begin = new Expr.LoopValue(blocks.variable());
    Expr end =
        new Expr.BinaryOp(
            BinaryOperator.ADD, begin, new Expr.Constant(blocks.step().size(), ElementType.I64));
    return (loop.lower().equals(begin) || isLimited(loop.lower(), end))
        && isLimited(loop.upper(), end);
  }

  /** Whether a bound is made from the end of a block. */
  private static boolean isLimited(Expr bound, Expr end) {
    boolean[] found = {false};
    LoopWalk.subexpressions(
        bound,
        e ->
            found[0] |=
                e instanceof Expr.Call(Function function, List<Expr> bounds, _)
                    && function == Function.MIN
                    && bounds.getFirst().equals(end));
    return found[0];
  }

  /** The names of a nest's tensors and loops. */
  static Set<String> names(LoopNest nest) {
    Set<String> names = new HashSet<>();
    nest.tensors().forEach(tensor -> names.add(tensor.name()));
    nest.scratch().forEach(memory -> names.add(memory.name()));
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop) {
            names.add(loop.variable().name());
          }
        });
    return names;
  }

  /** The wish, or the wish with the first free number. */
  static IndexVariable unused(String wish, Set<String> names) {
    String name = wish;
    for (int n = 1; !names.add(name); n++) {
      name = wish + "_" + n;
    }
    return new IndexVariable(name);
  }
}
