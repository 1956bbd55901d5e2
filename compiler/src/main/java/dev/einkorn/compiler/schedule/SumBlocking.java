package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * {@link Directive.Resume}: a nest whose one promoted reduction is taken up from the target block
 * after block.
 *
 * @param outer the loops over the target's indices
 * @param accumulator the local with what the reduction begins with
 * @param sum the outermost loop of the reduction
 * @param store of the result
 */
record SumBlocking(
    List<Stmt.Loop> outer, Stmt.Declare accumulator, Stmt.Loop sum, Stmt.Store store) {

  static Stmt apply(LoopNest nest, Directive.Resume directive) {
    SumBlocking form =
        of(nest)
            .orElseThrow(
                () -> Scheduler.refusal(directive, "the nest is not one promoted reduction"));
    if (!form.sum().variable().equals(directive.variable())) {
      throw Scheduler.refusal(
          directive, "the outermost reduction loop is " + form.sum().variable());
    }
    IndexVariable block =
        LoopBlocking.unused(directive.variable() + "_block", LoopBlocking.names(nest));
    int around = Math.max(0, form.outer().size() - 1);
    if (directive.around().isPresent()) {
      IndexVariable outermost = directive.around().get();
      around = form.outer().stream().map(Stmt.Loop::variable).toList().indexOf(outermost);
      if (around < 0) {
        throw Scheduler.refusal(directive, "there is no loop " + outermost + " of the target");
      }
    }
    Stmt inside =
        new PerfectNest(
                form.outer().subList(around, form.outer().size()),
                form.within(block, directive.size()))
            .toStmt();
    Stmt blocks = form.over(block, directive.size()).withBody(inside);
    return new PerfectNest(form.outer().subList(0, around), blocks).toStmt();
  }

  /** The form of a nest, if it has it. */
  static Optional<SumBlocking> of(LoopNest nest) {
    PerfectNest perfect = PerfectNest.of(nest.body());
    if (!(perfect.body() instanceof Stmt.Block(List<Stmt> statements))
        || statements.size() != 3
        || !(statements.get(0) instanceof Stmt.Declare declare)
        || !(declare.value() instanceof Expr.Constant)
        || !(statements.get(1) instanceof Stmt.Loop sum)
        || !(statements.get(2) instanceof Stmt.Store store)
        || !sum.isWhole()
        || !perfect.loops().stream()
            // Loops over blocks bring each element once.
            .filter(loop -> loop.step().equals(Stmt.Step.ONE))
            .map(Stmt.Loop::variable)
            .allMatch(Scheduler.targetVariables(store)::contains)
        || nest.tensor(nest.name()).type().elementType() != declare.elementType()) {
      return Optional.empty();
    }
    return Optional.of(new SumBlocking(perfect.loops(), declare, sum, store));
  }

  /** The loop over the blocks; an empty reduction has one, which is empty. */
  Stmt.Loop over(IndexVariable block, long size) {
    Stmt.Loop blocks = LoopBlocking.over(sum, block, size);
    Expr atLeastOne =
        new Expr.Call(Function.MAX, List.of(new Expr.Constant(1L, ElementType.I64), sum.upper()));
    return blocks.withBounds(blocks.lower(), atLeastOne);
  }

  /** What one element takes in from a block. */
  Stmt within(IndexVariable block, long size) {
    String local = accumulator.local();
    Expr partial = new Expr.Local(local, accumulator.elementType());
    Element target = store.target();
    Expr goesOn =
        new Expr.BinaryOp(
            BinaryOperator.GREATER,
            new Expr.LoopValue(block),
            new Expr.Constant(0L, ElementType.I64));
    Expr isLast =
        new Expr.BinaryOp(
            BinaryOperator.GREATER_OR_EQUAL,
            new Expr.BinaryOp(
                BinaryOperator.ADD,
                new Expr.LoopValue(block),
                new Expr.Constant(size, ElementType.I64)),
            sum.upper());
    Stmt unfinished = new Stmt.Store(target, partial);
    return Stmt.sequence(
        List.of(
            accumulator,
            new Stmt.Guard(
                goesOn,
                new Stmt.Assign(local, new Expr.Load(target, accumulator.elementType())),
                Stmt.NOTHING),
            LoopBlocking.within(sum, block, size),
            store.equals(unfinished) ? store : new Stmt.Guard(isLast, store, unfinished)));
  }
}
