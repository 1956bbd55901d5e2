package dev.einkorn.compiler.check;

import dev.einkorn.compiler.check.EinsumAxes.Labelled;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Checks the extents of an einsum's operands against each other as numpy does: the axes of one
 * label within an operand must be equal (a diagonal does not broadcast); between operands an extent
 * of 1 broadcasts.
 *
 * @param broadcast for each operand the axes that broadcast
 */
record EinsumExtents(List<List<Integer>> broadcast) {

  private record Place(int operand, int axis, long extent, Labelled labelled) {
    Span span() {
      return labelled.span();
    }
  }

  /** Compares and reports. */
  static EinsumExtents of(
      List<List<Labelled>> axes, List<InputType> operands, Diagnostics diagnostics) {
    Map<String, List<Place>> places = new LinkedHashMap<>();
    List<List<Integer>> broadcast = new ArrayList<>();
    for (int n = 0; n < axes.size(); n++) {
      broadcast.add(new ArrayList<>());
      for (int axis = 0; axis < axes.get(n).size(); axis++) {
        OptionalLong extent = operands.get(n).extents().get(axis);
        if (extent.isPresent()) {
          Labelled labelled = axes.get(n).get(axis);
          places
              .computeIfAbsent(labelled.index(), _ -> new ArrayList<>())
              .add(new Place(n, axis, extent.getAsLong(), labelled));
        }
      }
    }
    places.forEach(
        (_, all) -> {
          Place decisive =
              all.stream().filter(place -> place.extent() != 1).findFirst().orElse(all.getFirst());
          Map<Integer, Place> firsts = new LinkedHashMap<>();
          for (Place place : all) {
            Place first = firsts.computeIfAbsent(place.operand(), _ -> place);
            if (first.extent() != place.extent()) {
              diagnostics.add(diagonal(first, place, operands));
            } else if (place.extent() != decisive.extent()) {
              if (place.extent() == 1) {
                broadcast.get(place.operand()).add(place.axis());
              } else if (first.equals(place)) {
                diagnostics.add(mismatch(decisive, place, operands));
              }
            }
          }
        });
    return new EinsumExtents(
        broadcast.stream().map(each -> each.stream().sorted().toList()).toList());
  }

  private static Diagnostic diagonal(Place first, Place second, List<InputType> operands) {
    return Diagnostic.error(
            ErrorCode.EXTENT_MISMATCH,
            first.span(),
            "%s has extent %s at axis %s of operand %s but %s at axis %s"
                .formatted(
                    first.labelled().shown(),
                    first.extent(),
                    first.axis(),
                    first.operand() + 1,
                    second.extent(),
                    second.axis()))
        .withSpan(second.span())
        .withHint(type(first, operands));
  }

  private static Diagnostic mismatch(Place first, Place second, List<InputType> operands) {
    return Diagnostic.error(
            ErrorCode.EXTENT_MISMATCH,
            first.span(),
            "%s has extent %s in operand %s but %s in operand %s"
                .formatted(
                    first.labelled().shown(),
                    first.extent(),
                    first.operand() + 1,
                    second.extent(),
                    second.operand() + 1))
        .withSpan(second.span())
        .withHint(type(first, operands) + ", " + type(second, operands));
  }

  private static String type(Place place, List<InputType> operands) {
    return "operand " + (place.operand() + 1) + " is " + operands.get(place.operand());
  }
}
