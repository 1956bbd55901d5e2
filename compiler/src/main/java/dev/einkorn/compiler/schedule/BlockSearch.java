package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@link Directive.Search}, and which loops are worth it. */
final class BlockSearch {
  /** Elements of a block, of which few have to be searched. */
  private static final int BLOCK = 128;

  /** Below, one element after the other is as fast. */
  private static final long LEAST = 2 * BLOCK;

  /** Bytes of the partial results of a block's fold. */
  private static final int PARTIAL_BYTES = 32;

  private final Directive.Search directive;
  private final Set<String> names;
  private final LocalNames locals;
  private boolean applied;

  private BlockSearch(LoopNest nest, Directive.Search directive) {
    this.directive = directive;
    this.names = LoopBlocking.names(nest);
    this.locals = LocalNames.of(nest.body());
  }

  static Stmt apply(LoopNest nest, Directive.Search directive) {
    var search = new BlockSearch(nest, directive);
    Stmt body = search.rewrite(nest.body());
    if (!search.applied) {
      throw Scheduler.refusal(
          directive,
          "no loop over " + directive.variable() + " looks for a least or largest value");
    }
    return body;
  }

  /** Searches by blocks whose folds have vectors; sizes and the lanes of the machine decide. */
  static List<Directive> directives(LoopNest nest, CallShape shape, Target target) {
    Map<IndexVariable, ElementType> searched = new LinkedHashMap<>();
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop && shape.value(loop.binding().extent()) >= LEAST) {
            Search.of(loop)
                .ifPresent(search -> searched.put(loop.variable(), search.found.elementType()));
          }
        });
    List<Directive> directives = new ArrayList<>();
    searched.forEach(
        (variable, type) -> {
          int partials = PARTIAL_BYTES / type.byteSize();
          int lanes = Math.min(partials, target.lanes(type));
          List<Directive> both =
              List.of(
                  new Directive.Search(variable, BLOCK),
                  new Directive.Partial(variable, partials, lanes));
          if (lanes > 1 && Scheduler.isLegal(nest, new Schedule(both))) {
            directives.addAll(both);
          }
        });
    return directives;
  }

  private Stmt rewrite(Stmt stmt) {
    if (stmt instanceof Stmt.Loop loop
        && loop.variable().equals(directive.variable())
        && loop.step().equals(Stmt.Step.ONE)
        && loop.kind() == LoopKind.SEQUENTIAL) {
      Optional<Search> search = Search.of(loop);
      applied |= search.isPresent();
      return search.map(found -> blocks(loop, found)).orElse(loop);
    }
    return LoopWalk.mapChildren(stmt, this::rewrite);
  }

  private Stmt blocks(Stmt.Loop loop, Search search) {
    IndexVariable block = LoopBlocking.unused(loop.variable() + "_block", names);
    ElementType type = search.found.elementType();
    String stem = search.operator.symbol() + "_" + loop.variable();
    var ofBlock = new Expr.Local(locals.unused(stem + "_of_block"), type);
    var best = new Expr.Local(locals.unused(stem), type);
    var at = new Expr.Local(locals.unused(stem + "_block"), ElementType.I64);
    Expr isBetter =
        replaced(
            search.isBetter, Map.of(search.found, ofBlock, search.best, best, search.position, at));
    List<Stmt> fold = new ArrayList<>(search.before);
    fold.add(new Stmt.Update(ofBlock.name(), search.operator, search.value));
    Stmt.Loop blocks =
        LoopBlocking.over(loop, block, directive.size())
            .withBody(
                Stmt.sequence(
                    List.of(
                        new Stmt.Declare(
                            ofBlock.name(), type, Expr.Constant.identity(search.operator, type)),
                        LoopBlocking.within(loop, block, directive.size())
                            .withBody(Stmt.sequence(fold)),
                        new Stmt.Guard(
                            isBetter,
                            Stmt.sequence(
                                List.of(
                                    new Stmt.Assign(best.name(), ofBlock),
                                    new Stmt.Assign(at.name(), new Expr.LoopValue(block)))),
                            Stmt.NOTHING))));
    Expr end =
        LoopBounds.min(LoopBounds.plus(at, LoopBounds.number(directive.size())), loop.upper());
    // Nothing is found in an empty range.
    Stmt last = loop.withBounds(LoopBounds.max(at, loop.lower()), end);
    return Stmt.sequence(
        List.of(
            new Stmt.Declare(
                best.name(), type, Expr.Constant.identity(ReductionOperator.SUM, type)),
            new Stmt.Declare(at.name(), ElementType.I64, new Expr.Constant(-1L, ElementType.I64)),
            blocks,
            last));
  }

  private static Expr replaced(Expr value, Map<Expr, Expr> by) {
    Expr other = by.get(value);
    return other != null ? other : value.mapChildren(child -> replaced(child, by));
  }

  /**
   * A loop that keeps the best of its values, and where it was.
   *
   * @param before what the value is made of
   * @param value of an iteration
   * @param found the local that holds the value
   * @param best the local that holds the best value
   * @param position the local that holds its position
   * @param isBetter whether the value is better than the best one
   * @param operator gives the best of several values
   */
  private record Search(
      List<Stmt> before,
      Expr value,
      Expr.Local found,
      Expr.Local best,
      Expr.Local position,
      Expr isBetter,
      ReductionOperator operator) {
    static Optional<Search> of(Stmt.Loop loop) {
      if (!(loop.body() instanceof Stmt.Block(List<Stmt> statements))
          || !(statements.getLast() instanceof Stmt.Guard(Expr isBetter, Stmt then, Stmt otherwise))
          || !otherwise.equals(Stmt.NOTHING)
          || !(statements.get(statements.size() - 2)
              instanceof Stmt.Declare(String name, ElementType type, Expr value))) {
        return Optional.empty();
      }
      var found = new Expr.Local(name, type);
      if (!type.isNumeric()
          || !(then instanceof Stmt.Block(List<Stmt> kept))
          || kept.size() != 2
          || !(kept.getFirst() instanceof Stmt.Assign(String best, Expr assigned))
          || !assigned.equals(found)
          || !(kept.getLast() instanceof Stmt.Assign(String position, _))) {
        return Optional.empty();
      }
      return operator(isBetter, found)
          .map(
              operator ->
                  new Search(
                      statements.subList(0, statements.size() - 2),
                      value,
                      found,
                      new Expr.Local(best, type),
                      new Expr.Local(position, ElementType.I64),
                      isBetter,
                      operator));
    }

    private static Optional<ReductionOperator> operator(Expr isBetter, Expr.Local found) {
      List<ReductionOperator> operators = new ArrayList<>();
      LoopWalk.subexpressions(
          isBetter,
          e -> {
            if (e instanceof Expr.BinaryOp(BinaryOperator order, Expr left, _)
                && left.equals(found)) {
              if (order == BinaryOperator.LESS) {
                operators.add(ReductionOperator.MIN);
              } else if (order == BinaryOperator.GREATER) {
                operators.add(ReductionOperator.MAX);
              }
            }
          });
      return operators.size() == 1 ? Optional.of(operators.getFirst()) : Optional.empty();
    }
  }
}
