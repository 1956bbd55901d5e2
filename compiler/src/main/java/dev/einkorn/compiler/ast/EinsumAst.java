package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.util.List;
import java.util.Optional;

/**
 * An einsum string as written: {@code ...ik,...kj->...ij}.
 *
 * @param operands the labels of each operand, at least one operand; a scalar has no labels
 * @param operandSpans the range of each operand without spaces around it, empty for a scalar
 * @param output the labels of the result, empty if there is no {@code ->}
 * @param span the whole string
 */
public record EinsumAst(
    List<List<Label>> operands, List<Span> operandSpans, Optional<List<Label>> output, Span span) {
  /** Copies the lists. */
  public EinsumAst {
    operands = operands.stream().map(List::copyOf).toList();
    operandSpans = List.copyOf(operandSpans);
    output = output.map(List::copyOf);
    if (operands.isEmpty() || operands.size() != operandSpans.size()) {
      throw new IllegalArgumentException(
          operands.size() + " operands with " + operandSpans.size() + " spans");
    }
  }

  /** The label of one axis, or of several. */
  public sealed interface Label {
    /** The range of the label. */
    Span span();

    /**
     * The label of one axis: a letter, or a name in brackets ({@code [batch]}; {@code [b]} is the
     * same as {@code b}).
     *
     * @param name the letter or the name, without brackets
     * @param span its range, brackets included
     */
    record Named(String name, Span span) implements Label {}

    /**
     * Any number of axes: {@code ...}.
     *
     * @param span its range
     */
    record Ellipsis(Span span) implements Label {}
  }
}
