package dev.einkorn.compiler.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Renders diagnostics of one program for people. A program that has a name or more than one line
 * gets a location line.
 *
 * <pre>{@code
 * error[EXTENT_MISMATCH]: index k has extent 4 in A[i,k] but 5 in B[k,j]
 *   --> product.tx:2:14
 *   C[i,j] = A[i,k] * B[k,j]
 *                ^      ^
 *   hint: A is f32[3,4], B is f32[5,6]
 * }</pre>
 *
 * <p>Ranges on one line share a caret line; the caret line copies the tabs of the source line, so
 * that both are indented alike. Of a range of several lines the first and the last are shown. Lines
 * of more than 160 columns are shown as windows around the ranges. Control characters are shown as
 * U+FFFD.
 */
public final class DiagnosticRenderer {
  private static final int WIDEST_LINE = 160;
  private static final String CUT = "...";
  private static final String INDENT = "  ";

  private final SourceText source;

  /** A renderer for diagnostics whose spans are in {@code source}. */
  public DiagnosticRenderer(SourceText source) {
    this.source = source;
  }

  /** The diagnostics one after the other, an empty line between them, no newline at the end. */
  public String render(List<Diagnostic> diagnostics) {
    return diagnostics.stream().map(this::render).collect(Collectors.joining("\n\n"));
  }

  /** One diagnostic, without a newline at the end. */
  public String render(Diagnostic diagnostic) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s[%s]: %s"
            .formatted(
                diagnostic.severity().name().toLowerCase(Locale.ROOT),
                diagnostic.code(),
                diagnostic.message()));
    location(diagnostic.span(), lines);
    excerpt(diagnostic, lines);
    for (String hint : diagnostic.hints()) {
      lines.add(INDENT + "hint: " + hint);
    }
    return String.join("\n", lines);
  }

  private void location(Span span, List<String> lines) {
    String text = source.text();
    boolean oneLine = source.nextLine(source.lineEnd(0)) >= text.length();
    if (source.name().isEmpty() && oneLine) {
      return;
    }
    SourceText.Position position = source.position(span.start());
    String prefix = source.name().isEmpty() ? "" : source.name() + ":";
    lines.add(INDENT + "--> " + prefix + position.line() + ":" + position.column());
  }

  /** Source lines with their caret lines, the line of the diagnostic's own span first. */
  private void excerpt(Diagnostic diagnostic, List<String> lines) {
    Map<Span, List<Span>> marksOfLine = new LinkedHashMap<>();
    mark(diagnostic.span(), marksOfLine);
    diagnostic.further().forEach(span -> mark(span, marksOfLine));
    marksOfLine.forEach(
        (line, marks) -> {
          for (List<Span> group : windows(line, marks)) {
            renderLine(line, group, lines);
          }
        });
  }

  /** Splits {@code span} into one mark for its first and, if that is another, its last line. */
  private void mark(Span span, Map<Span, List<Span>> marksOfLine) {
    int start = Math.min(span.start(), source.text().length());
    int end = Math.min(span.end(), source.text().length());
    Span first = source.lineAround(start);
    marksOfLine
        .computeIfAbsent(first, _ -> new ArrayList<>())
        .add(new Span(Math.min(start, first.end()), Math.min(Math.max(start, end), first.end())));
    if (end > first.end()) {
      Span last = source.lineAround(end - 1);
      int lastEnd = Math.min(end, last.end());
      if (last.start() > first.start() && lastEnd > last.start()) {
        marksOfLine
            .computeIfAbsent(last, _ -> new ArrayList<>())
            .add(new Span(last.start(), lastEnd));
      }
    }
  }

  /** Groups the marks of a line so that each group fits one window. */
  private List<List<Span>> windows(Span line, List<Span> marks) {
    if (columns(line.start(), line.end()) <= WIDEST_LINE) {
      return List.of(marks);
    }
    List<Span> sorted =
        marks.stream().sorted(Comparator.comparingInt(Span::start)).collect(Collectors.toList());
    List<List<Span>> groups = new ArrayList<>();
    int groupStart = 0;
    for (Span mark : sorted) {
      if (groups.isEmpty() || columns(groupStart, mark.end()) > WIDEST_LINE / 2) {
        groups.add(new ArrayList<>());
        groupStart = mark.start();
      }
      groups.getLast().add(mark);
    }
    return groups;
  }

  private void renderLine(Span line, List<Span> marks, List<String> lines) {
    int from = line.start();
    int to = line.end();
    if (columns(from, to) > WIDEST_LINE) {
      int start = marks.stream().mapToInt(Span::start).min().orElse(from);
      int end = marks.stream().mapToInt(Span::end).max().orElse(to);
      int room = WIDEST_LINE - 2 * CUT.length();
      int before = Math.max(0, (room - columns(start, Math.min(end, to))) / 2);
      // At the ends of the line the window moves rather than shrinks.
      int first = Math.max(0, columns(from, start) - before);
      first = Math.min(first, columns(from, to) - room);
      from = source.text().offsetByCodePoints(from, first);
      to = source.text().offsetByCodePoints(from, Math.min(room, columns(from, to)));
    }
    String left = from > line.start() ? CUT : "";
    String right = to < line.end() ? CUT : "";
    lines.add(INDENT + left + shown(from, to) + right);
    lines.add((INDENT + " ".repeat(left.length()) + carets(from, to, marks)).stripTrailing());
  }

  private String shown(int from, int to) {
    StringBuilder shown = new StringBuilder();
    source
        .text()
        .substring(from, to)
        .codePoints()
        .forEach(c -> shown.appendCodePoint(isInvisible(c) ? 0xFFFD : c));
    return shown.toString();
  }

  private String carets(int from, int to, List<Span> marks) {
    StringBuilder carets = new StringBuilder();
    int offset = from;
    while (offset < to) {
      int here = offset;
      int c = source.text().codePointAt(offset);
      offset += Character.charCount(c);
      boolean marked = marks.stream().anyMatch(mark -> covers(mark, here));
      // A tab inside a longer range stays a tab, or what follows it would be out of line.
      boolean keepsTab = c == '\t' && marks.stream().noneMatch(mark -> mark.start() == here);
      if (Character.getType(c) == Character.NON_SPACING_MARK) {
        continue;
      }
      carets.append(marked && !keepsTab ? '^' : c == '\t' ? '\t' : ' ');
    }
    if (marks.stream().anyMatch(mark -> mark.isEmpty() && mark.start() == to)) {
      carets.append('^');
    }
    return carets.toString();
  }

  private static boolean covers(Span mark, int offset) {
    return mark.isEmpty() ? offset == mark.start() : mark.start() <= offset && offset < mark.end();
  }

  private static boolean isInvisible(int c) {
    if (c == '\t') {
      return false;
    }
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  private int columns(int from, int to) {
    return source.text().codePointCount(from, Math.max(from, to));
  }
}
