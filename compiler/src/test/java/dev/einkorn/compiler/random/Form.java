package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.DerivedSize;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An affine access from which a size is derived: {@code 2*x + r + 1} on an axis of extent {@code E}
 * gives {@code x = (E - r - 1) // 2 + 1}.
 *
 * @param axis the size of the axis
 * @param stride the coefficient of the variable; negative only on an axis of fixed size
 * @param windows the other terms
 */
record Form(Vocabulary.Size axis, long stride, List<Window> windows, long constant) {
  private static final long[] STRIDES = {1, 1, 1, 2, 2, 3};
  private static final long[] DILATIONS = {1, 1, 1, 2, 2, 3};

  Form {
    windows = List.copyOf(windows);
  }

  /** A variable of this size with its coefficient. */
  record Window(Vocabulary.Size size, long coefficient) {}

  /** Strides and dilations up to 3 and up to two windows, which are smaller than the axis. */
  static Form draw(SplittableRandom random, Vocabulary.Size axis, List<Vocabulary.Size> sizes) {
    boolean backwards = axis.fixed() && axis.value() > 0 && random.nextInt(2) == 0;
    var narrow = new ArrayList<>(sizes);
    narrow.removeIf(size -> size.value() * 2 > axis.value() + 2);
    var windows = new ArrayList<Window>();
    for (int n = random.nextInt(3); n > 0 && !narrow.isEmpty(); n--) {
      Vocabulary.Size size = narrow.remove(random.nextInt(narrow.size()));
      long dilation = DILATIONS[random.nextInt(DILATIONS.length)];
      windows.add(new Window(size, backwards ? -dilation : dilation));
    }
    long stride = STRIDES[random.nextInt(STRIDES.length)];
    long margin = random.nextInt(4) == 0 ? random.nextInt(3) : 0;
    if (stride == 1 && windows.isEmpty()) {
      // a variable alone has the axis's extent
      margin++;
    }
    return backwards
        ? new Form(axis, -stride, windows, Math.max(0, axis.value() - 1 - margin))
        : new Form(axis, stride, windows, margin);
  }

  /** How far the variable may go: the access stays on the axis. */
  DerivedSize.Candidate candidate() {
    List<DerivedSize.Summand> summands = new ArrayList<>();
    long rest = constant;
    if (stride > 0) {
      // stride * x + windows * (r - 1) + constant <= axis - 1
      rest = -1 - constant;
      summands.add(new DerivedSize.Summand(1, axis.extent()));
    }
    for (Window window : windows) {
      long coefficient = stride > 0 ? -window.coefficient() : window.coefficient();
      summands.add(new DerivedSize.Summand(coefficient, window.size().extent()));
      rest -= coefficient;
    }
    return new DerivedSize.Candidate(summands, rest, Math.abs(stride), 1);
  }
}
