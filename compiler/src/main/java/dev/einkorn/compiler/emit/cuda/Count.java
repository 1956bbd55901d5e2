package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A number that follows from sizes: a product of extents, each divided and rounded up, and of
 * constants.
 */
public record Count(List<Factor> factors) {
  /** One. */
  public static final Count ONE = new Count(List.of());

  public Count {
    factors = List.copyOf(factors);
  }

  /** {@code ceil(product of extents / divisor)}. */
  public record Factor(List<Extent> extents, long divisor) {
    public Factor {
      extents = List.copyOf(extents);
      if (divisor < 1) {
        throw new IllegalArgumentException("a divisor is positive: " + divisor);
      }
    }

    long evaluate(ToLongFunction<Extent> sizes) {
      long product = 1;
      for (Extent extent : extents) {
        product = Math.multiplyExact(product, sizes.applyAsLong(extent));
      }
      return Math.ceilDiv(product, divisor);
    }

    @Override
    public String toString() {
      String product = String.join("*", extents.stream().map(Extent::toString).toList());
      return divisor == 1 ? product : "ceil(" + product + " / " + divisor + ")";
    }
  }

  /** A constant. */
  public static Count of(long value) {
    return value == 1 ? ONE : ONE.times(List.of(new Extent.Fixed(value)), 1);
  }

  /** This many times {@code ceil(product / divisor)}. */
  public Count times(List<Extent> extents, long divisor) {
    List<Factor> more = new ArrayList<>(factors);
    more.add(new Factor(extents, divisor));
    return new Count(more);
  }

  /** The number for given sizes. */
  public long evaluate(ToLongFunction<Extent> sizes) {
    long product = 1;
    for (Factor factor : factors) {
      product = Math.multiplyExact(product, factor.evaluate(sizes));
    }
    return product;
  }

  /** For instance {@code ceil(k / 256) * n}. */
  @Override
  public String toString() {
    return factors.isEmpty()
        ? "1"
        : String.join(" * ", factors.stream().map(Factor::toString).toList());
  }
}
