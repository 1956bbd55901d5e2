package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.source.Span;
import java.math.BigInteger;
import java.util.List;
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

  /** An element of a tensor; a scalar has no indices. */
  record Read(String tensor, List<Index> indices, Span span) implements Term {
    public Read {
      indices = List.copyOf(indices);
    }

    /** The access in canonical form: {@code A[i,0]}. */
    String text() {
      return Term.accessText(tensor, indices);
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

  /** A reduction; the written ones have scopes of their own, the implicit ones the statement's. */
  record Reduce(ReductionKind kind, List<Variable> variables, Term body, Span span)
      implements Term {
    public Reduce {
      variables = List.copyOf(variables);
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

    /** A position that is the same always. */
    record Fixed(long position, Span span) implements Index {
      @Override
      public String toString() {
        return Long.toString(position);
      }
    }
  }

  /** The operands in written order. */
  default List<Term> children() {
    return switch (this) {
      case IntegerNumber _, RealNumber _, Truth _, Position _, Read _ -> List.of();
      case Prefix(_, Term operand, _) -> List.of(operand);
      case Infix(_, Term left, Term right, _) -> List.of(left, right);
      case Apply(_, List<Term> arguments, _) -> arguments;
      case Reduce(_, _, Term body, _) -> List.of(body);
      case Broken(List<Term> parts, _) -> parts;
    };
  }

  /** An access or a target in canonical form: {@code A[i,0]}, or {@code s} for a scalar. */
  static String accessText(String tensor, List<? extends Index> indices) {
    return indices.isEmpty()
        ? tensor
        : tensor + indices.stream().map(Index::toString).collect(Collectors.joining(",", "[", "]"));
  }
}
