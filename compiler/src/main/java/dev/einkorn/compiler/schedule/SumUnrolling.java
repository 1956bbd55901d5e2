package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LinearForm;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** {@link Directive.Unroll}: blocks of a sum, or a whole one, without a loop inside. */
final class SumUnrolling {
  // What is written out becomes operations of one loop body, of which C2 takes a few hundred.
  private static final long MOST_TERMS = 32;

  private final Directive.Unroll directive;
  private boolean found;

  private SumUnrolling(Directive.Unroll directive) {
    this.directive = directive;
  }

  static Stmt apply(LoopNest nest, Directive.Unroll directive) {
    var unrolling = new SumUnrolling(directive);
    Stmt result = unrolling.rewrite(nest.body());
    if (!unrolling.found) {
      throw unrolling.refuse("there are no blocks of a sum over " + directive.variable());
    }
    return result;
  }

  private void requireFew(long terms) {
    if (terms > MOST_TERMS) {
      throw refuse(
          "%s terms are too many to be written out, at most %s".formatted(terms, MOST_TERMS));
    }
  }

  private Stmt rewrite(Stmt stmt) {
    if (stmt instanceof Stmt.Loop blocks && blocks.step().size() > 1) {
      Optional<Stmt.Loop> inside = inside(blocks);
      if (inside.isPresent()) {
        found = true;
        return split(blocks, inside.get());
      }
    }
    return LoopWalk.mapChildren(stmt, this::rewrite);
  }

  /** The loop over the terms of one of these blocks. */
  private Optional<Stmt.Loop> inside(Stmt.Loop blocks) {
    List<Stmt.Loop> loops = new ArrayList<>();
    LoopWalk.statements(
        blocks.body(),
        s -> {
          if (s instanceof Stmt.Loop loop
              && loop.variable().equals(directive.variable())
              && loop.lower().equals(new Expr.LoopValue(blocks.variable()))
              && LoopBlocking.isWithin(loop, blocks)) {
            loops.add(loop);
          }
        });
    return loops.size() == 1 ? Optional.of(loops.getFirst()) : Optional.empty();
  }

  /** Whole blocks without a loop, then the one that is left with its loop. */
  private Stmt split(Stmt.Loop blocks, Stmt.Loop terms) {
    long size = blocks.step().size();
    requireFew(size);
    if (LinearForm.of(blocks.lower()).filter(LinearForm.of(0)::equals).isEmpty()) {
      throw refuse("the blocks do not begin at 0");
    }
    Expr end = end(terms);
    Expr whole = LoopBounds.wholeSteps(end, size);
    Stmt.Loop main = blocks.withBounds(blocks.lower(), whole);
    Stmt.Loop rest = blocks.withBounds(whole, blocks.upper());
    var begin = List.of(new Subscript.Term(blocks.variable(), 1));
    Stmt written = writtenOut(terms, term -> new Subscript.Affine(begin, term), size);
    return Stmt.sequence(List.of(main.withBody(replaced(blocks.body(), terms, written)), rest));
  }

  /** Where all terms end: the bound of the last block. */
  private Expr end(Stmt.Loop terms) {
    if (terms.upper() instanceof Expr.Call(_, List<Expr> bounds, _)) {
      return bounds.getLast();
    }
    throw refuse("the blocks of " + directive.variable() + " do not end at its extent");
  }

  private Stmt writtenOut(Stmt.Loop terms, LongFunction<Subscript.Affine> position, long size) {
    List<Stmt> each =
        terms.body() instanceof Stmt.Block(List<Stmt> statements)
            ? statements
            : List.of(terms.body());
    List<Stmt> all = new ArrayList<>();
    for (long term = 0; term < size; term++) {
      Relocation place = new Relocation().put(directive.variable(), position.apply(term));
      for (Stmt stmt : each) {
        if (!(stmt instanceof Stmt.Update(String local, var operator, Expr value))) {
          throw refuse("a term is more than what is added to a sum");
        }
        all.add(new Stmt.Update(local, operator, moved(place, value)));
      }
    }
    return Stmt.sequence(all);
  }

  private Expr moved(Relocation place, Expr value) {
    try {
      return place.apply(value);
    } catch (Relocation.UnsupportedException e) {
      throw refuse("a term reads along merged indices");
    }
  }

  private static Stmt replaced(Stmt stmt, Stmt old, Stmt other) {
    if (stmt.equals(old)) {
      return other;
    }
    Stmt result = LoopWalk.mapChildren(stmt, inner -> replaced(inner, old, other));
    return result instanceof Stmt.Block(List<Stmt> statements) ? Stmt.sequence(statements) : result;
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
