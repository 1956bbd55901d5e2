package dev.einkorn.compiler.index;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The values of a program's sizes in one call: the size parameters, and the derived sizes computed
 * from them.
 */
public final class Sizes {
  private final SequencedMap<String, Long> values = new LinkedHashMap<>();

  /**
   * Computes the derived sizes.
   *
   * @param parameters the value of each {@link SizeParameter} of the program
   */
  public Sizes(IndexProgram program, Map<String, Long> parameters) {
    for (SizeParameter parameter : program.sizes()) {
      Long value = parameters.get(parameter.name());
      if (value == null) {
        throw new IllegalArgumentException("no value for size " + parameter.name());
      }
      values.put(parameter.name(), value);
    }
    for (DerivedSize derived : program.derived()) {
      values.put(derived.name(), value(derived));
    }
  }

  private long value(DerivedSize derived) {
    long least = Long.MAX_VALUE;
    for (DerivedSize.Candidate candidate : derived.candidates()) {
      long sum = candidate.constant();
      for (DerivedSize.Summand summand : candidate.summands()) {
        sum =
            Math.addExact(sum, Math.multiplyExact(summand.coefficient(), value(summand.extent())));
      }
      least = Math.min(least, Math.floorDiv(sum, candidate.divisor()) + candidate.offset());
    }
    return Math.max(0, least);
  }

  /** The value of an extent. */
  public long value(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> value;
      case Extent.Symbolic(String name) -> {
        Long value = values.get(name);
        if (value == null) {
          throw new IllegalArgumentException("no size " + name);
        }
        yield value;
      }
    };
  }

  /** The values by name, in the order of the program; cannot be changed. */
  public SequencedMap<String, Long> byName() {
    return Collections.unmodifiableSequencedMap(values);
  }

  /** The values in the order of the program: parameters, then derived sizes. */
  public long[] toArray() {
    return values.values().stream().mapToLong(Long::longValue).toArray();
  }
}
