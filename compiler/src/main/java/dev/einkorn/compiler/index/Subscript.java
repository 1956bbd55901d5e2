package dev.einkorn.compiler.index;

import java.util.List;

/** What stands at one axis of an access. */
public sealed interface Subscript {

  /**
   * An affine form with integer coefficients: {@code sum of coefficient * variable, plus constant}.
   * A plain index is the form with one term of coefficient 1 and constant 0. Terms are in written
   * order, each variable once.
   */
  record Affine(List<Term> terms, long constant) implements Subscript {
    public Affine {
      terms = List.copyOf(terms);
      if (terms.stream().map(Term::variable).distinct().count() != terms.size()) {
        throw new IllegalArgumentException("a variable stands twice in subscript " + terms);
      }
    }

    /** Whether this is one variable alone. */
    public boolean isVariable() {
      return constant == 0 && terms.size() == 1 && terms.getFirst().coefficient() == 1;
    }

    /** The variable that {@link #isVariable() stands alone} here. */
    public IndexVariable variable() {
      if (!isVariable()) {
        throw new IllegalStateException("not a plain variable: " + this);
      }
      return terms.getFirst().variable();
    }

    @Override
    public String toString() {
      var text = new StringBuilder();
      for (Term term : terms) {
        long magnitude = Math.abs(term.coefficient());
        String sign = term.coefficient() < 0 ? "-" : "+";
        if (text.isEmpty()) {
          text.append(sign.equals("-") ? "-" : "");
        } else {
          text.append(' ').append(sign).append(' ');
        }
        text.append(magnitude == 1 ? "" : magnitude + "*").append(term.variable());
      }
      if (text.isEmpty()) {
        text.append(constant);
      } else if (constant != 0) {
        text.append(constant < 0 ? " - " : " + ").append(Math.abs(constant));
      }
      return text.toString();
    }
  }

  /** One term of an {@link Affine} form. */
  record Term(IndexVariable variable, long coefficient) {
    public Term {
      if (coefficient == 0) {
        throw new IllegalArgumentException("coefficient of " + variable + " is 0");
      }
    }
  }

  /**
   * A position that is computed: {@code idx[k]} in {@code T[idx[k], j]}. Checked when it is
   * reached; out of range is a run-time error that names tensor, axis, value and extent.
   *
   * @param index an integer
   */
  record Gather(IndexExpr index) implements Subscript {
    public Gather {
      if (!index.elementType().isInteger()) {
        throw new IllegalArgumentException("a gather index of type " + index.elementType());
      }
    }
  }

  /** The subscript that is {@code variable} alone. */
  static Subscript of(IndexVariable variable) {
    return new Affine(List.of(new Term(variable, 1)), 0);
  }

  /** The subscript that is the same position always. */
  static Subscript of(long position) {
    return new Affine(List.of(), position);
  }
}
