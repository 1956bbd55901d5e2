package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LinearForm;
import dev.einkorn.compiler.loop.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values and elements with loop variables replaced by where a blocked loop stands: by an affine
 * form, or by a digit of a merged loop.
 */
final class Relocation {
  private sealed interface Place {
    record Form(Subscript.Affine form) implements Place {}

    record Digit(IndexVariable merged, Subscript.Affine at) implements Place {}
  }

  /** A variable stands for something that has no form here. */
  static final class UnsupportedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedException(String message) {
      super(message);
    }
  }

  private final Map<IndexVariable, Place> places = new HashMap<>();

  /** The variable is this form from now on. */
  Relocation put(IndexVariable variable, Subscript.Affine form) {
    places.put(variable, new Place.Form(form));
    return this;
  }

  /** The variable is its digit of the merged loop's value from now on. */
  Relocation put(IndexVariable variable, IndexVariable merged, Subscript.Affine at) {
    places.put(variable, new Place.Digit(merged, at));
    return this;
  }

  Element apply(Element element) {
    return new Element(element.tensor(), element.positions().stream().map(this::apply).toList());
  }

  Expr apply(Expr value) {
    return switch (value) {
      case Expr.Load(Element element, var type) -> new Expr.Load(apply(element), type);
      case Expr.LoopValue(IndexVariable variable) ->
          switch (places.get(variable)) {
            case null -> value;
            case Place.Form(Subscript.Affine form) -> toExpr(form);
            case Place.Digit _ ->
                throw new UnsupportedException("the value of " + variable + " is used");
          };
      case Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.Local _,
          Expr.Constant _,
          Expr.ExtentValue _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ ->
          value.mapChildren(this::apply);
    };
  }

  private static Expr toExpr(Subscript.Affine form) {
    LinearForm sum = LinearForm.of(form.constant());
    for (Subscript.Term term : form.terms()) {
      sum = sum.plus(LinearForm.of(term.variable()).times(term.coefficient()));
    }
    return sum.toExpr();
  }

  private Position apply(Position position) {
    return switch (position) {
      case Position.Affine(Subscript.Affine form) -> apply(form);
      case Position.Bordered(Subscript.Affine form, var border) -> {
        if (!(apply(form) instanceof Position.Affine(Subscript.Affine moved))) {
          throw new UnsupportedException("a border along merged indices");
        }
        yield new Position.Bordered(moved, border);
      }
      case Position.Gathered(Expr index, String access) ->
          new Position.Gathered(apply(index), access);
      case Position.Merged _ -> throw new UnsupportedException("indices are merged already");
    };
  }

  private Position apply(Subscript.Affine form) {
    Map<IndexVariable, Long> terms = new LinkedHashMap<>();
    long constant = form.constant();
    List<Position.Digit> digits = new ArrayList<>();
    for (Subscript.Term term : form.terms()) {
      switch (places.get(term.variable())) {
        case null -> terms.merge(term.variable(), term.coefficient(), Long::sum);
        case Place.Form(Subscript.Affine moved) -> {
          constant += term.coefficient() * moved.constant();
          for (Subscript.Term inner : moved.terms()) {
            terms.merge(inner.variable(), term.coefficient() * inner.coefficient(), Long::sum);
          }
        }
        case Place.Digit(IndexVariable merged, Subscript.Affine at) ->
            digits.add(new Position.Digit(term.coefficient(), merged, term.variable(), at));
      }
    }
    List<Subscript.Term> rest = new ArrayList<>();
    terms.forEach(
        (variable, coefficient) -> {
          if (coefficient != 0) {
            rest.add(new Subscript.Term(variable, coefficient));
          }
        });
    Subscript.Affine affine = new Subscript.Affine(rest, constant);
    return digits.isEmpty() ? new Position.Affine(affine) : new Position.Merged(digits, affine);
  }
}
