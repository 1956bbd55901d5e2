package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.runtime.ElementType;
import java.util.List;

/**
 * A program for a GPU: source text, and what a call does with it.
 *
 * @param text one file of CUDA C++ that needs no header
 * @param prelude the part of the text that kernels have in common
 * @param kernels the part of the text that is this program's own
 * @param options what the source must be compiled with, beside the architecture: without them
 *     products would be contracted into sums
 * @param wide whether sizes and strides are passed as 64-bit integers; else as 32-bit ones
 * @param launches in the order of a call
 * @param temporaries what launches share beside the program's operands
 * @param places texts of accesses that may fail, for {@link DeviceFailure}
 * @param steps for each launch which step of the plan it is of, from 0
 */
public record DeviceProgram(
    String text,
    String prelude,
    String kernels,
    List<String> options,
    boolean wide,
    List<Launch> launches,
    List<Temporary> temporaries,
    List<String> places,
    List<Integer> steps) {
  public DeviceProgram {
    options = List.copyOf(options);
    launches = List.copyOf(launches);
    temporaries = List.copyOf(temporaries);
    places = List.copyOf(places);
    steps = List.copyOf(steps);
  }

  /**
   * Memory that a call needs beside its operands: a row-major tensor. Its contents are undefined
   * until a launch writes them.
   *
   * @param extents axis by axis
   */
  public record Temporary(String name, ElementType elementType, List<Extent> extents) {
    public Temporary {
      extents = List.copyOf(extents);
    }
  }

  /** The step that needs a temporary; no other does. */
  public int stepOf(Temporary temporary) {
    for (int n = 0; n < launches.size(); n++) {
      if (launches.get(n).reaches(temporary.name())) {
        return steps.get(n);
      }
    }
    throw new IllegalArgumentException("no launch needs " + temporary);
  }

  /** Whether kernels may meet values for which there is no result: they take a failure argument. */
  public boolean mayFail() {
    return launches.stream()
        .flatMap(launch -> launch.arguments().stream())
        .anyMatch(Launch.Argument.Failure.class::isInstance);
  }
}
