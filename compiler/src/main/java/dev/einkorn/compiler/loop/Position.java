package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import java.util.List;

/** Where an {@link Element} stands along one axis. */
public sealed interface Position {

  /** An affine form of loop variables that never leaves the axis. */
  record Affine(Subscript.Affine form) implements Position {
    @Override
    public String toString() {
      return form.toString();
    }
  }

  /**
   * An affine form that may leave the axis; the border says what is read there.
   *
   * @param border any but NONE
   */
  record Bordered(Subscript.Affine form, Border border) implements Position {
    @Override
    public String toString() {
      return border.symbol() + "(" + form + ")";
    }
  }

  /**
   * A computed position, checked when it is reached.
   *
   * @param index an integer
   * @param access axis, tensor and text of the access in the program, for the error
   */
  record Gathered(Expr index, String access) implements Position {
    @Override
    public String toString() {
      return LoopPrinter.print(index);
    }
  }

  /**
   * An affine form of which some variables are digits of merged loops.
   *
   * @param rest the terms over loop variables, and the constant
   */
  record Merged(List<Digit> digits, Subscript.Affine rest) implements Position {
    public Merged {
      digits = List.copyOf(digits);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      for (Digit digit : digits) {
        text.append(text.isEmpty() ? "" : " + ").append(digit);
      }
      String tail = rest.toString();
      return tail.equals("0") ? text.toString() : text + " + " + tail;
    }
  }

  /**
   * A multiple of the value that one part of a {@link MergedIndex} takes: {@code 2*y(m + 3)}.
   *
   * @param merged the loop that walks several variables at once
   * @param part which of them
   * @param at where the loop stands, over loop variables
   */
  record Digit(long coefficient, IndexVariable merged, IndexVariable part, Subscript.Affine at) {
    @Override
    public String toString() {
      return (coefficient == 1 ? "" : coefficient + "*") + part + "(" + at + ")";
    }
  }

  /** Whether the position changes with this loop variable. */
  default boolean dependsOn(IndexVariable variable) {
    return switch (this) {
      case Affine(Subscript.Affine form) -> mentions(form, variable);
      case Bordered(Subscript.Affine form, _) -> mentions(form, variable);
      case Merged(List<Digit> digits, Subscript.Affine rest) ->
          mentions(rest, variable)
              || digits.stream().anyMatch(digit -> mentions(digit.at(), variable));
      case Gathered(Expr index, _) -> {
        boolean[] found = {false};
        LoopWalk.subexpressions(
            index,
            e ->
                found[0] |=
                    switch (e) {
                      case Expr.Load(Element element, _) -> element.dependsOn(variable);
                      case Expr.LoopValue(IndexVariable used) -> used.equals(variable);
                      // A local may hold anything that was computed inside the loop.
                      case Expr.Local _ -> true;
                      case Expr.VectorLoad _, Expr.Contiguous _ ->
                          throw new IllegalArgumentException("gather by a vector: " + e);
                      case Expr.Constant _,
                          Expr.ExtentValue _,
                          Expr.Broadcast _,
                          Expr.LaneReduction _,
                          Expr.Rank _,
                          Expr.ExactProduct _,
                          Expr.UnaryOp _,
                          Expr.BinaryOp _,
                          Expr.Call _,
                          Expr.Cast _,
                          Expr.Select _ ->
                          false;
                    });
        yield found[0];
      }
    };
  }

  private static boolean mentions(Subscript.Affine form, IndexVariable variable) {
    return form.terms().stream().anyMatch(term -> term.variable().equals(variable));
  }
}
