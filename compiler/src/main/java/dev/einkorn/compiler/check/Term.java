package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.source.Span;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An expression in which every name is resolved, not yet typed: {@code Read(A, [i,k])} for {@code
 * A[i,k]}.
 */
sealed interface Term {

  /** The range of the text. */
  Span span();

  /** An integer literal, of any size. */
  record IntegerNumber(BigInteger value, Span span) implements Term {}

  /** A real literal, or one of {@code pi inf nan}. */
  record RealNumber(double value, Span span) implements Term {}

  /** {@code true} or {@code false}. */
  record Truth(boolean value, Span span) implements Term {}

  /** An index used as a number. */
  record Position(Variable variable, Span span) implements Term {}

  /** An extent used as a number: {@code extent(A, 0)}. */
  record Size(String tensor, int axis, Span span) implements Term {}

  /** An element of a tensor, with its border; a scalar has no indices. */
  record Read(String tensor, List<Index> indices, Border border, Span span) implements Term {
    public Read {
      indices = List.copyOf(indices);
    }

    /** The access in canonical form: {@code A[i,0]} or {@code zero(A[i-1,0])}. */
    String text() {
      String access = Term.accessText(tensor, indices);
      return border == Border.NONE ? access : border.symbol() + "(" + access + ")";
    }
  }

  /** A prefix operator. */
  record Prefix(UnaryOperator operator, Term operand, Span span) implements Term {}

  /** An infix operator; its operands may have different types. */
  record Infix(BinaryOperator operator, Term left, Term right, Span span) implements Term {}

  /** A function, cast or selection with the right number of arguments. */
  record Apply(Callee callee, List<Term> arguments, Span span) implements Term {
    public Apply {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * A reduction; the written ones have scopes of their own, the implicit ones the statement's. Its
   * conditions are those of its {@code where}; some of them only give an extent.
   */
  record Reduce(
      ReductionKind kind, List<Variable> variables, Term body, List<Term> conditions, Span span)
      implements Term {
    public Reduce {
      variables = List.copyOf(variables);
      conditions = List.copyOf(conditions);
    }
  }

  /** A part with an error that has been reported; what could be understood of it. */
  record Broken(List<Term> parts, Span span) implements Term {
    public Broken {
      parts = List.copyOf(parts);
    }
  }

  /** What stands at one axis. */
  sealed interface Index {
    /** The range of the text. */
    Span span();

    /** An index alone. */
    record Plain(Variable variable, Span span) implements Index {
      @Override
      public String toString() {
        return variable.name();
      }
    }

    /** A sum of indices times integers and a constant, other than an index alone. */
    record Affine(List<Part> parts, long constant, Span span) implements Index {
      public Affine {
        parts = List.copyOf(parts);
      }

      @Override
      public String toString() {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
          long magnitude = Math.abs(part.coefficient());
          text.append(part.coefficient() < 0 ? "-" : text.isEmpty() ? "" : "+");
          text.append(magnitude == 1 ? "" : magnitude + "*").append(part.variable());
        }
        if (constant != 0 || text.isEmpty()) {
          text.append(constant < 0 || text.isEmpty() ? "" : "+").append(constant);
        }
        return text.toString();
      }
    }

    /** A position that is computed; {@code text} is how it was written. */
    record Gather(Term value, String text, Span span) implements Index {
      @Override
      public String toString() {
        return text;
      }
    }

    /** The variables with their coefficients; none of a gather. */
    default List<Part> parts() {
      return switch (this) {
        case Plain(Variable variable, _) -> List.of(new Part(variable, 1));
        case Affine affine -> affine.parts;
        case Gather _ -> List.of();
      };
    }
  }

  /** One summand of an affine index; the coefficient is not 0. */
  record Part(Variable variable, long coefficient) {}

  /** The operands in written order, gathered positions and conditions of reductions included. */
  default List<Term> children() {
    return switch (this) {
      case IntegerNumber _, RealNumber _, Truth _, Position _, Size _ -> List.of();
      case Read(_, List<Index> indices, _, _) -> gathered(indices);
      case Prefix(_, Term operand, _) -> List.of(operand);
      case Infix(_, Term left, Term right, _) -> List.of(left, right);
      case Apply(_, List<Term> arguments, _) -> arguments;
      case Reduce(_, _, Term body, List<Term> conditions, _) -> {
        List<Term> all = new ArrayList<>(List.of(body));
        all.addAll(conditions);
        yield all;
      }
      case Broken(List<Term> parts, _) -> parts;
    };
  }

  /** The variables in it, those that its reductions bind included. */
  default Set<Variable> allVariables() {
    Set<Variable> variables = new LinkedHashSet<>();
    if (this instanceof Position(Variable variable, _)) {
      variables.add(variable);
    }
    if (this instanceof Read read) {
      read.indices.forEach(index -> index.parts().forEach(part -> variables.add(part.variable())));
    }
    children().forEach(child -> variables.addAll(child.allVariables()));
    return variables;
  }

  private static List<Term> gathered(List<Index> indices) {
    List<Term> values = new ArrayList<>();
    for (Index index : indices) {
      if (index instanceof Index.Gather(Term value, _, _)) {
        values.add(value);
      }
    }
    return values;
  }

  /** An access or a target in canonical form: {@code A[i,0]}, or {@code s} for a scalar. */
  static String accessText(String tensor, List<? extends Index> indices) {
    return indices.isEmpty()
        ? tensor
        : tensor + indices.stream().map(Index::toString).collect(Collectors.joining(",", "[", "]"));
  }
}
