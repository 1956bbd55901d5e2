package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.math.BigInteger;
import java.util.List;

/**
 * An expression as written: {@code a * sum[k](A[i,k] ^ 2)}.
 *
 * <p>No expression that the reader returns nests deeper than {@value
 * IndexNotationReader#MAXIMUM_DEPTH}, so recursion over one is safe.
 */
public sealed interface Expression extends AstNode {

  /**
   * A number without a sign: {@code 2} or {@code 1.5e-3}.
   *
   * @param text the number as written, at most {@value IndexNotationReader#MAXIMUM_NAME} characters
   * @param integer whether it has neither point nor exponent
   * @param span its range
   */
  record NumberLiteral(String text, boolean integer, Span span) implements Expression {

    /**
     * The value of an integer, of any size.
     *
     * @throws NumberFormatException if this is not an integer
     */
    public BigInteger integerValue() {
      return new BigInteger(text);
    }

    /** The nearest f64; infinity if the number is too large for one. */
    public double doubleValue() {
      return Double.parseDouble(text);
    }
  }

  /**
   * A named constant.
   *
   * @param constant which
   * @param span its range
   */
  record ConstantLiteral(Constant constant, Span span) implements Expression {}

  /**
   * A name alone: an index used as a number, or a scalar tensor.
   *
   * @param name the name
   * @param span its range
   */
  record Name(String name, Span span) implements Expression {}

  /**
   * An access to a tensor: {@code A[i,2*x+1,idx[k]]}, or {@code s[]} to a scalar.
   *
   * @param name the tensor's name
   * @param nameSpan the range of the name
   * @param subscripts the subscripts
   * @param span the whole access
   */
  record Access(String name, Span nameSpan, List<Subscript> subscripts, Span span)
      implements Expression {
    /** Copies the list. */
    public Access {
      subscripts = List.copyOf(subscripts);
    }
  }

  /**
   * A prefix operator and its operand.
   *
   * @param operator the operator
   * @param operand the operand
   * @param span both
   */
  record Unary(UnaryOperator operator, Expression operand, Span span) implements Expression {}

  /**
   * An infix operator and its operands.
   *
   * @param operator the operator
   * @param left the left operand
   * @param right the right operand
   * @param span all three
   */
  record Binary(BinaryOperator operator, Expression left, Expression right, Span span)
      implements Expression {}

  /**
   * A call: functions, casts, borders, {@code select(c,a,b)} and {@code extent(A,0)} alike.
   *
   * @param name the function's name; it may not exist
   * @param nameSpan the range of the name
   * @param arguments the arguments
   * @param span the whole call
   */
  record Call(String name, Span nameSpan, List<Expression> arguments, Span span)
      implements Expression {
    /** Copies the list. */
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * An explicit reduction: {@code sum[j,k](A[i,j,k] where j <= i)}.
   *
   * @param name the reduction's name; it may not exist
   * @param nameSpan the range of the name
   * @param indices the indices it binds, at least one; one may be named twice
   * @param body what is reduced
   * @param where the conditions; those joined by {@code and} are separate elements
   * @param span the whole reduction
   */
  record Reduction(
      String name,
      Span nameSpan,
      List<IndexBinding> indices,
      Expression body,
      List<Expression> where,
      Span span)
      implements Expression {
    /** Copies the lists. */
    public Reduction {
      indices = List.copyOf(indices);
      where = List.copyOf(where);
      if (indices.isEmpty()) {
        throw new IllegalArgumentException("a reduction without indices: " + name);
      }
    }
  }
}
