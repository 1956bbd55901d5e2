package dev.einkorn.compiler.emit.java;

import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.FunctionRun;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;

/** The text of calls that stand for whole loops. The loops' variables are where these begin. */
final class RuntimeCalls {
  private final LoopNest nest;
  private final OperandNames names;
  private final ExpressionWriter expressions;

  RuntimeCalls(LoopNest nest, OperandNames names, ExpressionWriter expressions) {
    this.nest = nest;
    this.names = names;
    this.expressions = expressions;
  }

  /** A block of elements that changes its unit stride. */
  String transpose(TransposedMove move) {
    return "$moves:T.transpose(%s, %s, %s, %s, %s, %s, %s, %s);"
        .formatted(
            names.data(move.source().tensor()),
            expressions.arrayPosition(move.source()),
            names.strideAlong(
                nest.tensor(move.source().tensor()), move.source(), move.rows().variable()),
            names.data(move.target().tensor()),
            expressions.arrayPosition(move.target()),
            names.strideAlong(
                nest.tensor(move.target().tensor()), move.target(), move.columns().variable()),
            trips(move.rows()),
            trips(move.columns()));
  }

  /** A function of neighbours. */
  String run(FunctionRun run) {
    Element target = run.target();
    List<String> arguments = new ArrayList<>();
    if (!run.argument().isJust(target)) {
      Element source = run.argument().source();
      ElementType type = nest.tensor(target.tensor()).type().elementType();
      arguments.add(names.data(source.tensor()));
      arguments.add(expressions.arrayPosition(source));
      arguments.add(
          run.argument().factor().map(expressions::write).orElse(JavaWords.constant(1.0, type)));
      arguments.add(
          run.argument().summand().map(expressions::write).orElse(JavaWords.constant(-0.0, type)));
    }
    arguments.add(names.data(target.tensor()));
    arguments.add(expressions.arrayPosition(target));
    arguments.add(count(run));
    return "$runs:T." + run.function().symbol() + "(" + String.join(", ", arguments) + ");";
  }

  private String count(FunctionRun run) {
    String first = trips(run.loops().getFirst());
    return run.loops().size() == 1
        ? first
        : "(%s) * %s".formatted(first, expressions.bound(run.loops().getLast().upper()));
  }

  private String trips(Stmt.Loop loop) {
    return expressions.bound(loop.upper()) + " - " + names.loop(loop.variable());
  }
}
