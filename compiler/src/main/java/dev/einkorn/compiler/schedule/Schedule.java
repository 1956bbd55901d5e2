package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directives of one nest, in the order they are applied. Data only: printable, comparable and
 * readable back, so that {@code Schedule.parse(schedule.toString()).equals(schedule)}.
 */
public record Schedule(List<Directive> directives) {
  public Schedule {
    directives = List.copyOf(directives);
  }

  /** The schedule that leaves a nest in canonical form. */
  public static final Schedule CANONICAL = new Schedule(List.of());

  /** Whether a directive asks for vectors. */
  public boolean hasVectors() {
    return directives.stream()
        .anyMatch(
            directive ->
                switch (directive) {
                  case Directive.Tile(List<Directive.TileLoop> loops) ->
                      loops.stream().anyMatch(loop -> loop.lanes() > 1);
                  case Directive.Pack pack ->
                      pack.columns().lanes() > 1 || pack.batch().isPresent();
                  case Directive.Partial partial -> partial.lanes() > 1;
                  case Directive.Merge _,
                      Directive.Reorder _,
                      Directive.Fuse _,
                      Directive.Promote _,
                      Directive.Hoist _,
                      Directive.Contract _,
                      Directive.Continue _,
                      Directive.Polynomial _,
                      Directive.Reciprocal _,
                      Directive.Distribute _,
                      Directive.Search _,
                      Directive.Rank _,
                      Directive.Block _,
                      Directive.Stage _,
                      Directive.Resume _,
                      Directive.Unroll _,
                      Directive.SplitReduction _,
                      Directive.Mirror _,
                      Directive.Parallel _,
                      DeviceDirective _,
                      Directive.SplitBorders _ ->
                      false;
                });
  }

  /** Whether it walks several indices as one, which takes axes that go on in each other. */
  public boolean merges() {
    return directives.stream()
        .anyMatch(
            directive ->
                directive instanceof Directive.Merge
                    || (directive instanceof Directive.Distribute distribute
                        && distribute.over().isPresent()));
  }

  /** The directives that decide how values are rounded. */
  public List<Directive> roundings() {
    return directives.stream().filter(directive -> !directive.keepsBits()).toList();
  }

  /** The directives that decide what is computed how often, without those that only regroup it. */
  public Schedule withoutBlocking() {
    return new Schedule(
        directives.stream()
            .filter(
                directive ->
                    switch (directive) {
                      case Directive.Merge _,
                          Directive.Reorder _,
                          Directive.Fuse _,
                          Directive.Promote _,
                          Directive.Hoist _,
                          Directive.Mirror _,
                          Directive.SplitBorders _ ->
                          true;
                      case Directive.Tile _,
                          Directive.Polynomial _,
                          Directive.Reciprocal _,
                          Directive.Block _,
                          Directive.Distribute _,
                          Directive.Search _,
                          Directive.Resume _,
                          Directive.Unroll _,
                          Directive.Stage _,
                          Directive.Pack _,
                          Directive.Partial _,
                          Directive.Rank _,
                          Directive.Contract _,
                          Directive.Continue _,
                          Directive.SplitReduction _,
                          DeviceDirective _,
                          Directive.Parallel _ ->
                          false;
                    })
            .toList());
  }

  /**
   * Reads {@code reorder(i, k); fuse(i); promote(y); hoist()}.
   *
   * @throws ScheduleException naming the part that is not a directive
   */
  public static Schedule parse(String text) {
    if (text.strip().equals(CANONICAL.toString())) {
      return CANONICAL;
    }
    List<Directive> directives = new ArrayList<>();
    for (String part : text.split(";", -1)) {
      String directive = part.strip();
      if (!directive.isEmpty()) {
        directives.add(parseDirective(directive));
      }
    }
    return new Schedule(directives);
  }

  private static final Pattern COUNTS = Pattern.compile("(\\d{1,9})(?:\\s*x\\s*(\\d{1,9}))?");

  /** Two numbers, {@code 64 x 16}; {@code 64} alone is {@code 64 x 1}. */
  private record Counts(int first, int second) {}

  private static Counts counts(String text, List<String> arguments, String meaning) {
    Matcher counts = COUNTS.matcher(arguments.size() == 2 ? arguments.get(1) : "");
    if (!counts.matches()) {
      throw new ScheduleException(
          "expected an index and " + meaning + ", such as (k, 64 x 16), found: " + text);
    }
    String second = counts.group(2);
    return new Counts(
        Integer.parseInt(counts.group(1)), second == null ? 1 : Integer.parseInt(second));
  }

  private static Directive parseDirective(String text) {
    try {
      return readDirective(text);
    } catch (IllegalArgumentException e) {
      throw new ScheduleException(text + ": " + e.getMessage());
    }
  }

  private static Directive readDirective(String text) {
    int open = text.indexOf('(');
    if (open < 0 || !text.endsWith(")")) {
      throw new ScheduleException("expected a directive such as reorder(i, k), found: " + text);
    }
    String name = text.substring(0, open).strip();
    List<String> arguments = new ArrayList<>();
    for (String argument : text.substring(open + 1, text.length() - 1).split(",", -1)) {
      if (!argument.isBlank()) {
        arguments.add(argument.strip());
      }
    }
    List<IndexVariable> variables = arguments.stream().map(IndexVariable::new).toList();
    return switch (name) {
      case "merge" -> {
        String[] first = arguments.isEmpty() ? new String[0] : arguments.getFirst().split(":", -1);
        if (first.length != 2 || first[0].isBlank() || first[1].isBlank()) {
          throw new ScheduleException(
              "merge takes a new index and those that it walks, such as ij: i, j, found: " + text);
        }
        List<IndexVariable> parts = new ArrayList<>(variables);
        parts.set(0, new IndexVariable(first[1].strip()));
        yield new Directive.Merge(new IndexVariable(first[0].strip()), parts);
      }
      case "reorder" -> new Directive.Reorder(variables);
      case "fuse" -> new Directive.Fuse(variables);
      case "promote" -> {
        if (arguments.size() != 1) {
          throw new ScheduleException("promote takes one tensor, found: " + text);
        }
        yield new Directive.Promote(arguments.getFirst());
      }
      case "polynomial" -> {
        if (!arguments.isEmpty()) {
          throw new ScheduleException("polynomial takes no arguments, found: " + text);
        }
        yield new Directive.Polynomial();
      }
      case "reciprocal" -> {
        if (arguments.size() != 1) {
          throw new ScheduleException("reciprocal takes one index, found: " + text);
        }
        yield new Directive.Reciprocal(variables.getFirst());
      }
      case "rank" -> {
        if (arguments.size() != 1) {
          throw new ScheduleException("rank takes one index, found: " + text);
        }
        yield new Directive.Rank(variables.getFirst());
      }
      case "hoist" -> {
        if (!arguments.isEmpty()) {
          throw new ScheduleException("hoist takes no arguments, found: " + text);
        }
        yield new Directive.Hoist();
      }
      case "contract" -> {
        if (!arguments.isEmpty()) {
          throw new ScheduleException("contract takes no arguments, found: " + text);
        }
        yield new Directive.Contract();
      }
      case "continue" -> {
        if (!arguments.isEmpty()) {
          throw new ScheduleException("continue takes no arguments, found: " + text);
        }
        yield new Directive.Continue();
      }
      case "partial" -> {
        Counts counts = counts(text, arguments, "partial results and lanes");
        yield new Directive.Partial(variables.getFirst(), counts.first(), counts.second());
      }
      case "split" -> {
        Counts counts = counts(text, arguments, "chunks and their grain");
        yield new Directive.SplitReduction(variables.getFirst(), counts.first(), counts.second());
      }
      case "parallel" -> {
        if (arguments.size() != 1) {
          throw new ScheduleException("parallel takes one index, found: " + text);
        }
        yield new Directive.Parallel(variables.getFirst());
      }
      case "mirror" -> {
        boolean regroups = arguments.size() == 3 && arguments.getLast().equals("regrouped");
        if (arguments.size() != 2 && !regroups) {
          throw new ScheduleException("mirror takes two indices, found: " + text);
        }
        yield new Directive.Mirror(variables.get(0), variables.get(1), regroups);
      }
      case "tile" -> {
        if (arguments.isEmpty()) {
          throw new ScheduleException("tile takes indices such as i: 4 or j: 2 x 8: " + text);
        }
        try {
          yield new Directive.Tile(arguments.stream().map(Schedule::tileLoop).toList());
        } catch (IllegalArgumentException e) {
          throw new ScheduleException(text + ": " + e.getMessage());
        }
      }
      case "block" -> new Directive.Block(arguments.stream().map(Schedule::tileLoop).toList());
      case "resume" -> {
        if (arguments.size() != 1) {
          throw new ScheduleException("resume takes one index such as i: 8: " + text);
        }
        String[] parts = arguments.getFirst().split(" around ", -1);
        Directive.TileLoop loop = tileLoop(parts[0]);
        yield new Directive.Resume(
            loop.variable(),
            loop.width(),
            parts.length == 1
                ? Optional.empty()
                : Optional.of(new IndexVariable(parts[1].strip())));
      }
      case "unroll" -> {
        if (arguments.size() != 1) {
          throw new ScheduleException("unroll takes one index, found: " + text);
        }
        if (!arguments.getFirst().contains(":")) {
          yield new Directive.Unroll(variables.getFirst());
        }
        Directive.TileLoop loop = tileLoop(arguments.getFirst());
        yield new Directive.Unroll(loop.variable(), loop.width());
      }
      case "stage" -> {
        if (arguments.size() < 2) {
          throw new ScheduleException("stage takes a tensor and indices such as i: 64: " + text);
        }
        List<Directive.TileLoop> loops = new ArrayList<>();
        Set<IndexVariable> whole = new HashSet<>();
        for (String argument : arguments.subList(1, arguments.size())) {
          boolean isWhole = argument.endsWith(WHOLE);
          Directive.TileLoop loop =
              tileLoop(
                  isWhole ? argument.substring(0, argument.length() - WHOLE.length()) : argument);
          loops.add(loop);
          if (isWhole) {
            whole.add(loop.variable());
          }
        }
        yield new Directive.Stage(arguments.getFirst(), loops, whole);
      }
      case "distribute" -> {
        if (arguments.size() != 1) {
          throw new ScheduleException(
              "distribute takes one index such as i: 1024 or r: 64 over c: 12: " + text);
        }
        String[] parts = arguments.getFirst().split(" over ", -1);
        Directive.TileLoop loop = tileLoop(parts[0]);
        yield new Directive.Distribute(
            loop.variable(),
            loop.width(),
            parts.length == 1 ? Optional.empty() : Optional.of(tileLoop(parts[1])));
      }
      case "search" -> {
        if (arguments.size() != 1) {
          throw new ScheduleException("search takes one index such as i: 64: " + text);
        }
        Directive.TileLoop loop = tileLoop(arguments.getFirst());
        yield new Directive.Search(loop.variable(), loop.width());
      }
      case "pack" -> {
        try {
          yield pack(arguments, text);
        } catch (IllegalArgumentException e) {
          throw new ScheduleException(text + ": " + e.getMessage());
        }
      }
      case "split_borders" -> {
        if (!arguments.isEmpty()) {
          throw new ScheduleException("split_borders takes no arguments, found: " + text);
        }
        yield new Directive.SplitBorders();
      }
      default ->
          DeviceDirective.read(name, arguments, text)
              .orElseThrow(
                  () ->
                      new ScheduleException(
                          "unknown directive "
                              + name
                              + "; there are merge, reorder, fuse, promote, hoist, polynomial,"
                              + " reciprocal, contract, split, partial, mirror, block, distribute,"
                              + " search, resume, unroll, stage, tile, pack, split_borders and"
                              + " parallel, and for GPUs bind, shared, registers and turn"));
    };
  }

  private static final String WHOLE = " whole";

  private static final Pattern TILE_LOOP =
      Pattern.compile(
          "(.+?)\\s*:\\s*(\\d{1,4})"
              + "(?:\\s*x\\s*(\\d{1,4})(?:\\s*\\+\\s*(\\d{1,4})|(\\s+whole))?)?");

  static Directive.TileLoop tileLoop(String text) {
    Matcher matcher = TILE_LOOP.matcher(text);
    if (!matcher.matches()) {
      throw new ScheduleException("expected an index such as i: 4 or j: 2 x 8, found: " + text);
    }
    String lanes = matcher.group(3);
    String rest = matcher.group(4);
    Directive.End end =
        rest != null
            ? new Directive.End.Vectors(Integer.parseInt(rest))
            : matcher.group(5) != null ? new Directive.End.Whole() : new Directive.End.Tile();
    return new Directive.TileLoop(
        new IndexVariable(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        lanes == null ? 1 : Integer.parseInt(lanes),
        end);
  }

  private static final Pattern PACK_LOOP =
      Pattern.compile(
          "(.+?)\\s*:\\s*(\\d{1,4})(?:\\s*x\\s*(\\d{1,4}))?\\s+of\\s+(\\d{1,9})(\\s+in place)?");

  private static Directive.Pack pack(List<String> arguments, String text) {
    if (arguments.size() < 3) {
      throw new ScheduleException("pack takes rows, columns and depth, found: " + text);
    }
    Directive.Share share = Directive.Share.NONE;
    Optional<Directive.TileLoop> batch = Optional.empty();
    for (String argument : arguments.subList(3, arguments.size())) {
      switch (argument) {
        case "share rows" -> share = Directive.Share.ROWS;
        case "share columns" -> share = Directive.Share.COLUMNS;
        default -> batch = Optional.of(tileLoop(argument));
      }
    }
    return new Directive.Pack(
        packLoop(arguments.get(0)),
        packLoop(arguments.get(1)),
        packLoop(arguments.get(2)),
        batch,
        share);
  }

  static Directive.PackLoop packLoop(String text) {
    Matcher matcher = PACK_LOOP.matcher(text);
    if (!matcher.matches()) {
      throw new ScheduleException("expected indices such as i+j: 12 of 192, found: " + text);
    }
    String lanes = matcher.group(3);
    return new Directive.PackLoop(
        Arrays.stream(matcher.group(1).split("\\+"))
            .map(String::strip)
            .map(IndexVariable::new)
            .toList(),
        Integer.parseInt(matcher.group(2)),
        lanes == null ? 1 : Integer.parseInt(lanes),
        Integer.parseInt(matcher.group(4)),
        matcher.group(5) != null);
  }

  @Override
  public String toString() {
    return directives.isEmpty()
        ? "canonical"
        : String.join("; ", directives.stream().map(Directive::toString).toList());
  }
}
