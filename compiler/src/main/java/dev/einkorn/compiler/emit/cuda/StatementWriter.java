package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Statements as CUDA C++. Loops that threads share out begin at the thread's own iteration and step
 * over those of the others; what was folded in them is folded across the threads behind the loop.
 */
final class StatementWriter {
  /** Where a thread begins in a loop that is shared out, and how far it steps. */
  record Share(String start, String step) {
    /** Blocks that share out a loop, whose threads share out what each block has of it. */
    Share around(Share threads) {
      return new Share(
          start + " * " + threads.step + " + " + threads.start, step + " * " + threads.step);
    }
  }

  /**
   * The threads that compute one element together.
   *
   * @param axis {@code x} or {@code y}; empty if each thread computes alone
   * @param count of threads
   * @param grouped whether a block computes several elements
   */
  record Lanes(String axis, int count, boolean grouped) {
    /** Each thread computes alone. */
    static final Lanes ALONE = new Lanes("", 1, true);

    boolean isAlone() {
      return axis.isEmpty();
    }
  }

  private final KernelNames names;
  private final CudaExpressions expressions;
  private final Map<IndexVariable, Share> shares;
  private final Map<IndexVariable, Share> chunks;
  private final Lanes lanes;
  private final String inside;
  private final List<String> lines = new ArrayList<>();
  private final Set<ElementType> scratch = EnumSet.noneOf(ElementType.class);
  private int depth;
  // How many loops around are shared out among threads.
  private int shared;
  // How many loops around are shared out among blocks.
  private int chunked;
  // How many loops and conditions are around.
  private int control;

  /**
   * Writes statements.
   *
   * @param shares loops that are shared out among threads
   * @param chunks loops that are shared out among blocks
   * @param inside a condition for stores; empty if there is none
   */
  StatementWriter(
      KernelNames names,
      CudaExpressions expressions,
      Map<IndexVariable, Share> shares,
      Map<IndexVariable, Share> chunks,
      Lanes lanes,
      String inside) {
    this.names = names;
    this.expressions = expressions;
    this.shares = shares;
    this.chunks = chunks;
    this.lanes = lanes;
    this.inside = inside;
  }

  /** What has been written. */
  List<String> lines() {
    return lines;
  }

  /** The types for which threads fold through shared memory. */
  Set<ElementType> scratch() {
    return scratch;
  }

  /** A line at the present depth. */
  void line(String text) {
    lines.add("  ".repeat(depth) + text);
  }

  /** Begins a block, which {@link #close} ends. */
  void open(String head) {
    line(head + " {");
    depth++;
  }

  void close() {
    depth--;
    line("}");
  }

  void write(Stmt stmt) {
    switch (stmt) {
      case Stmt.Block(List<Stmt> statements) -> block(statements);
      case Stmt.Loop loop -> loop(loop);
      case Stmt.Store(Element target, Expr value) ->
          store(expressions.stored(target) + " = " + expressions.toStored(value) + ";");
      case Stmt.Accumulate(Element target, ReductionOperator operator, Expr value) ->
          store(accumulated(target, operator, value));
      case Stmt.Declare(String local, ElementType type, Expr value) ->
          line(
              CudaWords.valueType(type)
                  + " "
                  + names.local(local)
                  + " = "
                  + expressions.write(value)
                  + ";");
      case Stmt.Assign(String local, Expr value) ->
          line(names.local(local) + " = " + expressions.write(value) + ";");
      case Stmt.Update(String local, ReductionOperator operator, Expr value) ->
          line(names.local(local) + " = " + folded(names.local(local), operator, value) + ";");
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        open("if (" + expressions.write(condition) + ")");
        control++;
        write(whenTrue);
        depth--;
        if (!whenFalse.equals(Stmt.NOTHING)) {
          line("} else {");
          depth++;
          write(whenFalse);
          depth--;
        }
        control--;
        line("}");
      }
      case Stmt.Barrier _, Stmt.Outline _ ->
          throw new IllegalArgumentException("a statement for CPUs on a GPU: " + stmt);
    }
  }

  private void block(List<Stmt> statements) {
    Map<String, ElementType> declared = new LinkedHashMap<>();
    for (Stmt stmt : statements) {
      write(stmt);
      if (stmt instanceof Stmt.Declare(String local, ElementType type, _)) {
        declared.put(local, type);
      }
      if (!lanes.isAlone() && shared == 0) {
        Map<String, ReductionOperator> parts = new LinkedHashMap<>();
        folds(stmt, false, parts);
        parts.forEach(
            (local, operator) -> {
              ElementType type = declared.get(local);
              if (type != null) {
                combine(names.local(local), type, operator);
              }
            });
      }
    }
  }

  /** Locals that are folded inside of a loop that is shared out. */
  private void folds(Stmt stmt, boolean isShared, Map<String, ReductionOperator> found) {
    switch (stmt) {
      case Stmt.Loop loop ->
          folds(loop.body(), isShared || shares.containsKey(loop.variable()), found);
      case Stmt.Block(List<Stmt> statements) -> statements.forEach(s -> folds(s, isShared, found));
      case Stmt.Guard(_, Stmt whenTrue, Stmt whenFalse) -> {
        folds(whenTrue, isShared, found);
        folds(whenFalse, isShared, found);
      }
      case Stmt.Update(String local, ReductionOperator operator, _) -> {
        if (isShared) {
          found.put(local, operator);
        }
      }
      case Stmt.Outline _,
          Stmt.Store _,
          Stmt.Accumulate _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Barrier _ -> {}
    }
  }

  /** Folds the threads' parts of a local. */
  private void combine(String local, ElementType type, ReductionOperator operator) {
    if (control > 0 && lanes.grouped()) {
      throw new ScheduleException(
          "threads of several elements cannot fold "
              + local
              + " inside a loop or a condition: one element may need more rounds than another");
    }
    String function = "fold_" + lanes.axis();
    names.needs(function);
    names.needs(CudaWords.fold(operator));
    scratch.add(type);
    boolean condition = type == ElementType.BOOL;
    line(
        "%s = %s<%s, %s>(%s, scratch_%s)%s;"
            .formatted(
                local,
                function,
                CudaWords.fold(operator),
                lanes.count(),
                condition ? "(int) " + local : local,
                type,
                condition ? " != 0" : ""));
  }

  private void loop(Stmt.Loop loop) {
    String variable = names.loop(loop.variable());
    String lower = expressions.bound(loop.lower());
    String upper = expressions.bound(loop.upper());
    // Inside of a loop that is shared out among threads, a thread runs all iterations of another
    // one; so does a block inside of one that is shared out among blocks.
    @Nullable Share threads = shared > 0 ? null : shares.get(loop.variable());
    @Nullable Share blocks = chunked > 0 ? null : chunks.get(loop.variable());
    @Nullable Share share =
        blocks == null ? threads : threads == null ? blocks : blocks.around(threads);
    String step = variable + "++";
    if (share != null) {
      lower = (lower.equals("0") || lower.equals("0LL") ? "" : lower + " + ") + share.start();
      step = variable + " += " + share.step();
    }
    shared += threads == null ? 0 : 1;
    chunked += blocks == null ? 0 : 1;
    if (loop.step().size() != 1) {
      throw new IllegalArgumentException("a loop for CPUs on a GPU: " + loop.binding());
    }
    if (share != null && isInnermost(loop)) {
      // Several iterations at a time, so that their loads overlap.
      line("#pragma unroll 4");
    }
    open(
        "for (%s %s = %s; %s < %s; %s)"
            .formatted(names.index(), variable, lower, variable, upper, step));
    control++;
    write(loop.body());
    control--;
    close();
    shared -= threads == null ? 0 : 1;
    chunked -= blocks == null ? 0 : 1;
  }

  private static boolean isInnermost(Stmt.Loop loop) {
    boolean[] found = {false};
    LoopWalk.statements(
        loop.body(), s -> found[0] |= s instanceof Stmt.Loop || s instanceof Stmt.Guard);
    return !found[0];
  }

  private void store(String assignment) {
    List<String> conditions = new ArrayList<>();
    if (!inside.isEmpty()) {
      conditions.add(inside);
    }
    if (!lanes.isAlone() && shared == 0) {
      conditions.add("threadIdx." + lanes.axis() + " == 0");
    }
    if (conditions.isEmpty()) {
      line(assignment);
    } else {
      open("if (" + String.join(" && ", conditions) + ")");
      line(assignment);
      close();
    }
  }

  private String accumulated(Element target, ReductionOperator operator, Expr value) {
    String element = expressions.stored(target);
    if (value.elementType() == ElementType.BOOL) {
      String old = element + " != 0";
      String symbol = operator == ReductionOperator.ANY ? " | " : " & ";
      return element + " = (" + old + ")" + symbol + "(" + expressions.write(value) + ") ? 1 : 0;";
    }
    return element + " = " + folded(element, operator, value) + ";";
  }

  /** The place folded with a value. */
  private String folded(String place, ReductionOperator operator, Expr value) {
    ElementType type = value.elementType();
    if (value instanceof Expr.ExactProduct(Expr left, Expr right)) {
      String function = type == ElementType.F32 ? "fmaf" : "fma";
      return function
          + "("
          + expressions.write(left)
          + ", "
          + expressions.write(right)
          + ", "
          + place
          + ")";
    }
    String written = expressions.write(value);
    return switch (operator) {
      case SUM, PRODUCT -> {
        String symbol = operator == ReductionOperator.SUM ? "+" : "*";
        if (type.isInteger()) {
          names.needs("wrap");
          String function = operator == ReductionOperator.SUM ? "wrap_add" : "wrap_mul";
          yield function + "(" + place + ", " + written + ")";
        }
        boolean plain = !written.contains(" ") || written.matches("\\w+\\[[^\\[\\]]*]");
        yield place + " " + symbol + " " + (plain ? written : "(" + written + ")");
      }
      case MAX, MIN -> {
        String function = operator == ReductionOperator.MAX ? "greatest" : "least";
        names.needs(function);
        yield function + "(" + place + ", " + written + ")";
      }
      case ANY -> place + " | (" + written + ")";
      case ALL -> place + " & (" + written + ")";
    };
  }
}
