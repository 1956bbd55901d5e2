package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.runtime.ElementType;
import java.util.List;

/**
 * A statement of a loop nest. Statements run in order; a tensor that a nest writes is read by it
 * only through {@link Accumulate}.
 */
public sealed interface Stmt {

  /** Statements one after the other; the scope of the locals that they declare. */
  record Block(List<Stmt> statements) implements Stmt {
    public Block {
      statements = List.copyOf(statements);
    }
  }

  /**
   * How a loop's variable moves on.
   *
   * @param size what is added to it, at least 1
   * @param clamped whether the last value is moved back to {@code upper - size}, so that {@code
   *     variable .. variable+size-1} stay below the upper bound; the range must then be empty or
   *     end at least one step after the first position there is, and iterations may compute the
   *     same elements twice, also those before the range
   */
  record Step(long size, boolean clamped) {
    /** One after the other. */
    public static final Step ONE = new Step(1, false);
  }

  /**
   * Runs the body for the values {@code lower, lower + step, ..} below {@code upper} of the
   * variable.
   *
   * @param binding the variable with its whole range, within which the bounds lie
   * @param lower of type {@code i64}, over variables of enclosing loops
   * @param upper likewise; not above the lower bound where nothing is to run
   */
  record Loop(IndexBinding binding, Expr lower, Expr upper, Step step, LoopKind kind, Stmt body)
      implements Stmt {
    /** A loop over every value of a range. */
    public Loop(IndexBinding binding, Expr lower, Expr upper, LoopKind kind, Stmt body) {
      this(binding, lower, upper, Step.ONE, kind, body);
    }

    /** A loop over the whole range. */
    public Loop(IndexBinding binding, LoopKind kind, Stmt body) {
      this(
          binding,
          new Expr.Constant(0L, ElementType.I64),
          new Expr.ExtentValue(binding.extent()),
          kind,
          body);
    }

    /** This loop over another range. */
    public Loop withBounds(Expr newLower, Expr newUpper) {
      return new Loop(binding, newLower, newUpper, step, kind, body);
    }

    /** Whether the loop covers the whole range of its variable. */
    public boolean isWhole() {
      return equals(new Loop(binding, kind, body));
    }

    /** The loop's variable. */
    public IndexVariable variable() {
      return binding.variable();
    }

    /** This loop around another body. */
    public Loop withBody(Stmt newBody) {
      return newBody == body ? this : new Loop(binding, lower, upper, step, kind, newBody);
    }

    /** This loop carried out in another way. */
    public Loop withKind(LoopKind newKind) {
      return new Loop(binding, lower, upper, step, newKind, body);
    }

    /** This loop with another step. */
    public Loop withStep(Step newStep) {
      return new Loop(binding, lower, upper, newStep, kind, body);
    }
  }

  /** {@code E[n,k] = value}; a value with lanes goes to as many neighbours along the unit axis. */
  record Store(Element target, Expr value) implements Stmt {}

  /** {@code E[n,k] = E[n,k] op value}. */
  record Accumulate(Element target, ReductionOperator operator, Expr value) implements Stmt {}

  /** Declares a local of the enclosing block, with as many lanes as the value has. */
  record Declare(String local, ElementType elementType, Expr value) implements Stmt {}

  /** {@code local = value}. */
  record Assign(String local, Expr value) implements Stmt {}

  /** {@code local = local op value}. */
  record Update(String local, ReductionOperator operator, Expr value) implements Stmt {}

  /** Runs one of two statements. */
  record Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) implements Stmt {}

  /** Waits until every worker of the team has come here. */
  record Barrier() implements Stmt {}

  /**
   * A part that becomes a function of its own, so that the target's compiler optimizes it by
   * itself. It reads what is declared around it and declares nothing for what follows.
   */
  record Outline(String name, Stmt body) implements Stmt {}

  /** Nothing. */
  Stmt NOTHING = new Block(List.of());

  /** The statements as one: a single one stays itself, blocks inside are flattened. */
  static Stmt sequence(List<? extends Stmt> statements) {
    List<Stmt> flat =
        statements.stream()
            .flatMap(
                s -> s instanceof Block(List<Stmt> inner) ? inner.stream() : List.of(s).stream())
            .map(Stmt.class::cast)
            .toList();
    return flat.size() == 1 ? flat.getFirst() : new Block(flat);
  }

  /** The body inside one sequential loop a binding, first binding outermost. */
  static Stmt loops(List<IndexBinding> bindings, Stmt body) {
    Stmt nest = body;
    for (IndexBinding binding : bindings.reversed()) {
      nest = new Loop(binding, LoopKind.SEQUENTIAL, nest);
    }
    return nest;
  }
}
