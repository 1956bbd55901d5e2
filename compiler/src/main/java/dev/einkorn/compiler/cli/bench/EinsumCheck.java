package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Checks an einsum's output: every element is a number, and a sample (all of it, if it is small) is
 * what {@link EinsumTerms} computes. Half of a sample lies on or beside edges, where blocked loops
 * go wrong first.
 */
final class EinsumCheck implements ResultCheck {
  private static final long SEED = 77;
  private static final long MOST_TERMS = 30_000_000;
  private static final int MOST_SAMPLES = 4096;
  private static final int FEWEST_SAMPLES = 8;

  private final List<long[]> positions;
  private final List<EinsumTerms.Element> expected = new ArrayList<>();
  private final long[] shape;
  private final boolean all;
  private final double epsilon;

  EinsumCheck(Problem problem, List<String> output) {
    var terms = new EinsumTerms(problem, output);
    Workload workload = problem.workload();
    shape = output.stream().mapToLong(workload::size).toArray();
    long count = 1;
    for (long extent : shape) {
      count *= extent;
    }
    long affordable = Math.max(FEWEST_SAMPLES, MOST_TERMS / Math.max(1, terms.terms()));
    all = count <= Math.min(affordable, MOST_SAMPLES);
    positions = all ? everywhere((int) count) : sample((int) Math.min(affordable, MOST_SAMPLES));
    positions.forEach(position -> expected.add(terms.at(position)));
    epsilon = workload.type() == ElementType.F32 ? Math.ulp(1f) : Math.ulp(1d);
  }

  private List<long[]> everywhere(int count) {
    List<long[]> positions = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      long[] position = new long[shape.length];
      long rest = n;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        position[axis] = rest % shape[axis];
        rest /= shape[axis];
      }
      positions.add(position);
    }
    return positions;
  }

  private List<long[]> sample(int count) {
    var random = new SplittableRandom(SEED);
    List<long[]> positions = new ArrayList<>();
    positions.add(new long[shape.length]);
    positions.add(Arrays.stream(shape).map(extent -> extent - 1).toArray());
    while (positions.size() < count) {
      boolean edges = positions.size() % 2 == 0;
      positions.add(
          Arrays.stream(shape)
              .map(extent -> edges ? edge(extent, random) : random.nextLong(extent))
              .toArray());
    }
    return positions;
  }

  private static long edge(long extent, SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> Math.min(1, extent - 1);
      case 2 -> extent - 1;
      case 3 -> Math.max(0, extent - 2);
      default -> random.nextLong(extent);
    };
  }

  @Override
  public Verdict verify(Map<String, Tensor> outputs) {
    if (outputs.size() != 1) {
      return Verdict.wrong("an einsum string has one output, found " + outputs.keySet());
    }
    Tensor output = outputs.values().iterator().next();
    if (!Arrays.equals(output.shape(), shape)) {
      return Verdict.wrong(
          "the result has the shape "
              + Arrays.toString(output.shape())
              + ", not "
              + Arrays.toString(shape));
    }
    long undefined = Elements.notFinite(output);
    if (undefined > 0) {
      return Verdict.wrong(undefined + " elements are not written or not finite");
    }
    for (int n = 0; n < positions.size(); n++) {
      EinsumTerms.Element element = expected.get(n);
      double found = output.getDouble(positions.get(n));
      double error = Math.abs(found - element.value());
      if (!(error <= element.bound(epsilon))) {
        return Verdict.wrong(
            String.format(
                Locale.ROOT,
                "the element at %s is %.9g, but its definition gives %.9g (may differ by %.2g)",
                Arrays.toString(positions.get(n)),
                found,
                element.value(),
                element.bound(epsilon)));
      }
    }
    return Verdict.right(
        all
            ? "all elements against their definition"
            : positions.size() + " elements against their definition");
  }
}
