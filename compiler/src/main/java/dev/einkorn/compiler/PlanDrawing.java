package dev.einkorn.compiler;

import dev.einkorn.compiler.report.Html;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The flow of data of a plan as SVG: a box for each tensor, a curve from each tensor to what is
 * computed from it, from left to right.
 */
final class PlanDrawing {
  /** Larger plans are not drawn: nobody could read them. */
  static final int MOST_BOXES = 250;

  private static final int MOST_CHARACTERS = 34;
  private static final double CHARACTER = 7.3;
  private static final int PADDING = 12;
  private static final int HEIGHT = 58;
  private static final int LINE = 16;
  private static final int BETWEEN_ROWS = 18;
  private static final int BETWEEN_COLUMNS = 70;
  private static final int MARGIN = 8;

  /** Between the two frames of what is shared. */
  private static final int FRAME = 4;

  /** What a tensor is to the program. */
  enum Kind {
    INPUT,
    TEMPORARY,
    OUTPUT
  }

  /**
   * A tensor.
   *
   * @param detail its shape and its bytes
   * @param note by which steps it is computed, and whether it is shared
   * @param shared whether it is computed once for several uses
   */
  record Box(String name, Kind kind, String detail, String note, boolean shared) {
    double width() {
      int characters = Math.max(name.length(), Math.max(detail.length(), note.length()));
      return Math.min(characters, MOST_CHARACTERS) * CHARACTER + 2 * PADDING;
    }
  }

  /**
   * A step reads one tensor and writes another.
   *
   * @param title of the step, or a line for each of several steps
   */
  record Flow(String from, String to, String title) {}

  private final Map<String, Box> boxes = new LinkedHashMap<>();
  private final List<Flow> flows;

  /** Where a box is: its left upper corner. */
  private record Place(double x, double y) {}

  private final Map<String, Integer> columns = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();
  private double width;
  private double height;

  private PlanDrawing(List<Box> boxes, List<Flow> flows) {
    boxes.forEach(box -> this.boxes.put(box.name(), box));
    this.flows = flows.stream().filter(flow -> !flow.from().equals(flow.to())).toList();
  }

  /**
   * The drawing.
   *
   * @param boxes with different names
   * @param flows between boxes, in the order of the steps
   */
  static String svg(List<Box> boxes, List<Flow> flows) {
    var drawing = new PlanDrawing(boxes, flows);
    drawing.assignColumns();
    drawing.place();
    return drawing.markup();
  }

  /** What is computed stands right of what it is computed from, inputs close to their readers. */
  private void assignColumns() {
    boxes.keySet().forEach(name -> columns.put(name, 0));
    for (Flow flow : flows) {
      columns.merge(flow.to(), column(flow.from()) + 1, Math::max);
    }
    for (Box box : boxes.values()) {
      if (box.kind() == Kind.INPUT && column(box.name()) == 0) {
        flows.stream()
            .filter(flow -> flow.from().equals(box.name()))
            .mapToInt(flow -> column(flow.to()) - 1)
            .min()
            .ifPresent(column -> columns.put(box.name(), Math.max(0, column)));
      }
    }
  }

  private int column(String name) {
    return columns.getOrDefault(name, 0);
  }

  /** Columns from left to right; in each, boxes stand about where what they read does. */
  private void place() {
    int last = columns.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    double x = MARGIN;
    for (int column = 0; column <= last; column++) {
      List<Box> here = new ArrayList<>();
      for (Box box : boxes.values()) {
        if (column(box.name()) == column) {
          here.add(box);
        }
      }
      here.sort(Comparator.comparingDouble(this::wish));
      double widest = here.stream().mapToDouble(Box::width).max().orElse(0);
      double below = MARGIN;
      for (Box box : here) {
        double y = Math.max(below, wish(box));
        places.put(box.name(), new Place(x, y));
        below = y + HEIGHT + BETWEEN_ROWS;
      }
      height = Math.max(height, below - BETWEEN_ROWS + MARGIN);
      x += widest + BETWEEN_COLUMNS;
    }
    width = Math.max(2 * MARGIN, x - BETWEEN_COLUMNS + MARGIN);
  }

  /** The mean height of what a box is computed from; the top for what is given. */
  private double wish(Box box) {
    return flows.stream()
        .filter(flow -> flow.to().equals(box.name()) && places.containsKey(flow.from()))
        .mapToDouble(flow -> place(flow.from()).y())
        .average()
        .orElse(MARGIN);
  }

  private Place place(String name) {
    return places.getOrDefault(name, new Place(0, 0));
  }

  private String markup() {
    var out = new StringBuilder();
    out.append(
        Html.element(
            "defs",
            Html.element(
                "marker",
                Html.empty("path", "d", "M0,0 L8,4 L0,8 z", "class", "tip"),
                "id",
                "tip",
                "viewBox",
                "0 0 8 8",
                "refX",
                "8",
                "refY",
                "4",
                "markerWidth",
                "8",
                "markerHeight",
                "8",
                "orient",
                "auto")));
    flows.forEach(flow -> out.append(curve(flow)));
    boxes.values().forEach(box -> out.append(markup(box)));
    String size = number(width) + " " + number(height);
    return Html.element(
        "svg",
        out.toString(),
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 " + size,
        "width",
        number(width),
        "height",
        number(height),
        "role",
        "img",
        "aria-label",
        "The flow of data from inputs to outputs");
  }

  private String curve(Flow flow) {
    Place from = place(flow.from());
    Place to = place(flow.to());
    double begin = from.x() + box(flow.from()).width();
    double top = from.y() + HEIGHT / 2.0;
    double end = to.x();
    double bottom = to.y() + HEIGHT / 2.0;
    double bend = Math.max(BETWEEN_COLUMNS / 2.0, Math.abs(end - begin) / 2);
    String path =
        String.format(
            Locale.ROOT,
            "M%.1f,%.1f C%.1f,%.1f %.1f,%.1f %.1f,%.1f",
            begin,
            top,
            begin + bend,
            top,
            end - bend,
            bottom,
            end,
            bottom);
    return Html.element(
        "path",
        Html.element("title", Html.text(flow.title())),
        "class",
        "flow",
        "d",
        path,
        "marker-end",
        "url(#tip)");
  }

  private Box box(String name) {
    Box box = boxes.get(name);
    if (box == null) {
      throw new IllegalArgumentException("no box " + name);
    }
    return box;
  }

  private String markup(Box box) {
    Place place = place(box.name());
    String kind = box.kind().name().toLowerCase(Locale.ROOT);
    var out = new StringBuilder();
    out.append(
        Html.element("title", Html.text(box.name() + ": " + box.detail() + ", " + box.note())));
    out.append(
        Html.empty(
            "rect",
            "x",
            number(place.x()),
            "y",
            number(place.y()),
            "width",
            number(box.width()),
            "height",
            number(HEIGHT),
            "rx",
            box.kind() == Kind.INPUT ? "14" : "4"));
    if (box.shared()) {
      out.append(
          Html.empty(
              "rect",
              "class",
              "inner",
              "x",
              number(place.x() + FRAME),
              "y",
              number(place.y() + FRAME),
              "width",
              number(box.width() - 2 * FRAME),
              "height",
              number(HEIGHT - 2 * FRAME)));
    }
    List<String> lines = List.of(box.name(), box.detail(), box.note());
    for (int n = 0; n < lines.size(); n++) {
      out.append(
          Html.element(
              "text",
              Html.text(shortened(lines.get(n))),
              "class",
              n == 0 ? "name" : "note",
              "x",
              number(place.x() + PADDING),
              "y",
              number(place.y() + (n + 1) * LINE)));
    }
    return Html.element("g", out.toString(), "class", box.shared() ? kind + " shared" : kind);
  }

  private static String shortened(String text) {
    if (text.length() <= MOST_CHARACTERS) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, MOST_CHARACTERS / 2)) + "...";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
