package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.runtime.ElementType;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What is known of a tensor that a caller passes. The rank is always known; extents serve to find
 * mismatches and are empty where a program is only explained. A checked program never contains
 * them, so that it serves every size (unlike {@link TensorType}).
 *
 * @param elementType the type of the elements
 * @param extents one for each axis
 */
public record InputType(ElementType elementType, List<OptionalLong> extents) {
  /** Copies the list. */
  public InputType {
    extents = List.copyOf(extents);
    for (OptionalLong extent : extents) {
      if (extent.isPresent() && extent.getAsLong() < 0) {
        throw new IllegalArgumentException("an extent cannot be negative: " + extents);
      }
    }
  }

  /** A tensor of these extents. */
  public static InputType of(ElementType elementType, long... extents) {
    return new InputType(elementType, Arrays.stream(extents).mapToObj(OptionalLong::of).toList());
  }

  /** A tensor of {@code rank} axes of unknown extents. */
  public static InputType ofRank(ElementType elementType, int rank) {
    return new InputType(elementType, Collections.nCopies(rank, OptionalLong.empty()));
  }

  /** The number of axes. */
  public int rank() {
    return extents.size();
  }

  /** As in a header: {@code f32[3,4]}, with {@code ?} for an unknown extent. */
  @Override
  public String toString() {
    return extents.isEmpty()
        ? elementType.toString()
        : extents.stream()
            .map(each -> each.isPresent() ? Long.toString(each.getAsLong()) : "?")
            .collect(Collectors.joining(",", elementType + "[", "]"));
  }
}
