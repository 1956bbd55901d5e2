package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.ast.EinsumAst.Label;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.grammar.EinsumLexer;
import dev.einkorn.grammar.EinsumParser;
import dev.einkorn.grammar.EinsumParser.EinsumContext;
import dev.einkorn.grammar.EinsumParser.LabelContext;
import dev.einkorn.grammar.EinsumParser.LabelsContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.antlr.v4.runtime.tree.TerminalNode;

/**
 * Reads einsum strings. Errors are {@link ErrorCode#INVALID_EINSUM}. Checked here is the form; that
 * the labels of the output occur in an operand, and that the operands fit, is for the checker.
 */
public final class EinsumReader {
  private final Diagnostics diagnostics;
  private final TokenSpans spans;
  private final int length;

  private EinsumReader(SourceText source, Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
    this.spans = new TokenSpans(source.text());
    this.length = source.text().length();
  }

  /** Reads an einsum string; empty, with errors reported, if it is not one. */
  public static Optional<EinsumAst> parse(SourceText source, Diagnostics diagnostics) {
    int length = source.text().length();
    if (length > IndexNotationReader.MAXIMUM_TEXT) {
      diagnostics.error(
          ErrorCode.LIMIT_EXCEEDED,
          Span.at(0),
          "the einsum string is %s characters long; at most %s are supported"
              .formatted(length, IndexNotationReader.MAXIMUM_TEXT));
      return Optional.empty();
    }
    EinsumParser parser =
        new EinsumParser(
            new CommonTokenStream(
                new EinsumLexer(CharStreams.fromString(source.text(), source.name()))));
    parser.removeErrorListeners();
    parser.setErrorHandler(new StopAtFirstError());
    EinsumReader reader = new EinsumReader(source, diagnostics);
    try {
      int errors = diagnostics.errorCount();
      EinsumAst einsum = reader.einsum(parser.einsum(), new Span(0, length));
      return diagnostics.errorCount() == errors ? Optional.of(einsum) : Optional.empty();
    } catch (ParseCancellationException e) {
      diagnostics.add(reader.syntaxError(StopAtFirstError.cause(e)));
      return Optional.empty();
    }
  }

  private EinsumAst einsum(EinsumContext einsum, Span whole) {
    List<List<Label>> operands = new ArrayList<>();
    List<Span> operandSpans = new ArrayList<>();
    for (LabelsContext labels : einsum.labels()) {
      if (labels != einsum.output) {
        operandSpans.add(span(labels));
        operands.add(labels(labels));
      }
    }
    Optional<List<Label>> output = Optional.ofNullable(einsum.output).map(this::labels);
    return new EinsumAst(operands, operandSpans, output, whole);
  }

  /** The range of the labels; for a scalar, the place before the token that follows. */
  private Span span(LabelsContext labels) {
    return labels.label().isEmpty()
        ? Span.at(spans.of(labels.getStart()).start())
        : spans.of((ParserRuleContext) labels);
  }

  private List<Label> labels(LabelsContext context) {
    List<Label> labels = new ArrayList<>();
    boolean ellipsis = false;
    for (LabelContext each : context.label()) {
      Label label = label(each);
      if (ellipsis && label instanceof Label.Ellipsis) {
        diagnostics.error(
            ErrorCode.INVALID_EINSUM, label.span(), "a second '...' in one list of labels");
      }
      ellipsis |= label instanceof Label.Ellipsis;
      labels.add(label);
    }
    return labels;
  }

  private Label label(LabelContext label) {
    Span span = spans.of(label);
    if (label.ELLIPSIS() != null) {
      return new Label.Ellipsis(span);
    }
    String text = label.getText();
    if (label.LBRACKET() == null) {
      return new Label.Named(text, span);
    }
    String name = text.substring(1, text.length() - 1);
    if (hasGap(label)) {
      diagnostics.error(ErrorCode.INVALID_EINSUM, span, "a space inside the name of a label");
    }
    int characters = label.getChildCount() - 2;
    if (characters > IndexNotationReader.MAXIMUM_NAME) {
      diagnostics.error(
          ErrorCode.LIMIT_EXCEEDED,
          span,
          "the name is %s characters long; at most %s are supported"
              .formatted(characters, IndexNotationReader.MAXIMUM_NAME));
    }
    return new Label.Named(name, span);
  }

  /** Whether the characters of a name in brackets do not follow each other directly. */
  private static boolean hasGap(LabelContext label) {
    for (int i = 2; i < label.getChildCount() - 1; i++) {
      if (token(label, i).getStartIndex() != token(label, i - 1).getStopIndex() + 1) {
        return true;
      }
    }
    return false;
  }

  private static Token token(LabelContext label, int child) {
    return ((TerminalNode) label.getChild(child)).getSymbol();
  }

  private Diagnostic syntaxError(RecognitionException e) {
    Token found = e.getOffendingToken();
    boolean atEnd = found.getType() == Token.EOF;
    Span span = atEnd ? Span.at(length) : spans.of(found);
    String expected = expectation(e);
    String text = atEnd ? "the end" : "'" + found.getText() + "'";
    Diagnostic diagnostic =
        Diagnostic.error(
            ErrorCode.INVALID_EINSUM, span, "expected " + expected + ", found " + text);
    return switch (found.getText()) {
      case "." -> diagnostic.withHint("an ellipsis is written ...");
      case "\u2026" -> diagnostic.withHint("an ellipsis is written ...");
      case "-", ">", "=", "\u2192" -> diagnostic.withHint("the result follows ->");
      case "_", "[" -> diagnostic.withHint("a label is a letter, or a name in brackets: [batch]");
      default ->
          found.getType() == EinsumLexer.DIGIT
              ? diagnostic.withHint("a label is a letter, or a name in brackets: [batch]")
              : diagnostic;
    };
  }

  private static String expectation(RecognitionException e) {
    IntervalSet expected = e.getExpectedTokens();
    if (expected.contains(EinsumLexer.RBRACKET)) {
      return "']'";
    }
    if (expected.contains(EinsumLexer.UNDERSCORE)) {
      return "a name";
    }
    return expected.contains(EinsumLexer.ARROW) ? "a label, ',' or '->'" : "a label or the end";
  }
}
