package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.Statement;
import dev.einkorn.compiler.ast.Subscript;
import dev.einkorn.compiler.ast.Target;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The axes that the ellipses of one statement stand for. With a matrix {@code A} and a tensor
 * {@code B} of rank 4,
 *
 * {@snippet lang=text :
 * C[...,i,j] = A[i,k] * B[...,k,j]
 * C[e0,e1,i,j] = A[i,k] * B[e0,e1,k,j]
 * }
 *
 * <p>Axes are aligned at the right. An axis of extent 1 that meets another extent is read at
 * position 0.
 */
final class Ellipses {
  private final Diagnostics diagnostics;
  private final Shapes shapes;
  private final List<Place> places = new ArrayList<>();
  private boolean failed;
  private boolean known = true;
  private int count;

  /** An ellipsis, and how many axes stand beside it. */
  private record Place(String tensor, int others, boolean target, Span span) {}

  /** Whether position 0 is read whatever the index, for each axis of one ellipsis. */
  record Expansion(int first, List<Boolean> units) {}

  private Ellipses(Diagnostics diagnostics, Shapes shapes) {
    this.diagnostics = diagnostics;
    this.shapes = shapes;
  }

  /** The ellipses of {@code statement}; what is wrong with them is reported. */
  static Ellipses of(Diagnostics diagnostics, Shapes shapes, Statement statement) {
    Ellipses ellipses = new Ellipses(diagnostics, shapes);
    Target target = statement.target();
    ellipses.add(target.name(), target.subscripts(), true);
    ellipses.visit(statement.value());
    statement.where().forEach(ellipses::visit);
    if (!ellipses.failed) {
      ellipses.checkSides(target);
    }
    ellipses.count();
    if (!ellipses.failed && ellipses.known) {
      ellipses.checkExtents();
    }
    return ellipses;
  }

  /** Whether an error was reported. */
  boolean isWrong() {
    return failed;
  }

  /** The axes of one ellipsis, if the ranks of all are known and nothing is wrong. */
  Optional<Expansion> expand(String tensor, int others, boolean target) {
    if (failed || !known) {
      return Optional.empty();
    }
    Place place = new Place(tensor, others, target, Span.at(0));
    int axes = target ? count : axes(place);
    List<Boolean> units = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      int position = count - axes + axis;
      units.add(!target && extent(place, position) == 1 && !allAreUnits(position));
    }
    return Optional.of(new Expansion(count - axes, units));
  }

  private void visit(Expression expression) {
    if (expression instanceof Expression.Access access) {
      add(access.name(), access.subscripts(), false);
    }
    SubscriptForm.operands(expression).forEach(this::visit);
  }

  private void add(String tensor, List<Subscript> subscripts, boolean target) {
    boolean first = true;
    for (int n = 0; n < subscripts.size(); n++) {
      if (!(subscripts.get(n) instanceof Subscript.Ellipsis(Span span))) {
        continue;
      }
      if (n > 0) {
        error(
            span,
            first ? "an ellipsis stands for leading axes only" : "an access has one ellipsis only",
            first ? "write it first: A[...,i]" : "leave one of them out");
      } else {
        places.add(new Place(tensor, subscripts.size() - 1, target, span));
      }
      first = false;
    }
  }

  private void checkSides(Target target) {
    List<Place> right = places.stream().filter(place -> !place.target()).toList();
    if (right.isEmpty() && !places.isEmpty()) {
      error(
          places.getFirst().span(),
          "the axes of this ellipsis are not known: there is none on the right side",
          "write ... into an access on the right side, or name the axes");
    } else if (right.size() == places.size() && !right.isEmpty()) {
      error(
          right.getFirst().span(),
          "an ellipsis on the right side needs one on the left side",
          target.subscripts().isEmpty()
              ? "write %s[...], or name the axes to sum over them".formatted(target.name())
              : "write ... first in %s[...], or name the axes to sum over them"
                  .formatted(target.name()));
    }
  }

  /** Finds the number of axes; a target counts only where its rank is known otherwise. */
  private void count() {
    for (Place place : places) {
      Optional<List<OptionalLong>> shape = shapes.of(place.tensor());
      if (shape.isEmpty()) {
        known &= place.target();
      } else if (shape.get().size() < place.others()) {
        failed = true;
        diagnostics.error(
            ErrorCode.RANK_MISMATCH,
            place.span(),
            "%s has %s, but at least %s stand here"
                .formatted(
                    place.tensor(),
                    shape.get().size() == 1 ? "1 axis" : shape.get().size() + " axes",
                    place.others()));
      } else {
        count = Math.max(count, axes(place));
      }
    }
  }

  private int axes(Place place) {
    return shapes.of(place.tensor()).map(List::size).orElse(place.others()) - place.others();
  }

  /** The extent at a position of the broadcast shape; -1 if there is no axis, -2 if unknown. */
  private long extent(Place place, int position) {
    int axes = axes(place);
    int axis = position - (count - axes);
    return axis < 0 ? -1 : shapes.of(place.tensor()).orElseThrow().get(axis).orElse(-2);
  }

  private boolean allAreUnits(int position) {
    return places.stream()
        .filter(place -> !place.target() || isTargetKnown(place))
        .mapToLong(place -> extent(place, position))
        .allMatch(extent -> extent == 1 || extent == -1);
  }

  private boolean isTargetKnown(Place place) {
    return shapes
        .of(place.tensor())
        .filter(shape -> shape.stream().allMatch(OptionalLong::isPresent))
        .isPresent();
  }

  private void checkExtents() {
    for (int position = 0; position < count; position++) {
      int at = position;
      List<Place> wide =
          places.stream()
              .filter(place -> axes(place) > 0 || !place.target())
              .filter(place -> extent(place, at) >= 0 && extent(place, at) != 1)
              .toList();
      for (Place place : wide) {
        if (extent(place, at) != extent(wide.getFirst(), at)) {
          failed = true;
          diagnostics.add(
              Diagnostic.error(
                      ErrorCode.INVALID_ELLIPSIS,
                      wide.getFirst().span(),
                      "the axes of the ellipses cannot be broadcast: axis %s of %s has extent %s, but axis %s of %s %s"
                          .formatted(
                              position - (count - axes(wide.getFirst())),
                              wide.getFirst().tensor(),
                              extent(wide.getFirst(), at),
                              position - (count - axes(place)),
                              place.tensor(),
                              extent(place, at)))
                  .withSpan(place.span())
                  .withHint("axes are aligned at the right, and only 1 broadcasts"));
        }
      }
    }
  }

  private void error(Span span, String message, String hint) {
    failed = true;
    diagnostics.error(ErrorCode.INVALID_ELLIPSIS, span, message, hint);
  }
}
