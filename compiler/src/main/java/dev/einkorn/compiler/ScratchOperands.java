package dev.einkorn.compiler;

import dev.einkorn.compiler.index.AccessBounds;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Operands of ones to warm a kernel up with: as small as reaches its loops, with the layouts that
 * it was compiled for.
 *
 * @param sizes the values of the kernel's size parameters
 */
@SuppressWarnings("ArrayRecordComponent") // As a kernel takes them.
record ScratchOperands(Tensor[] operands, long[] sizes) {
  private static final long LARGEST_SIZE = 64;

  /** A multiple of all widths of tiles and vectors. */
  private static final long STEP = 192;

  /** Of sizes near the real ones: some hundred microseconds of vector code ... */
  private static final long MOST_OPERATIONS = 8_000_000;

  /** ... on data that the caches can hold. */
  private static final long MOST_ELEMENTS = 1 << 20;

  /** What a run of other sizes may take: code that is not compiled yet needs a moment for it. */
  private static final long LONGEST_RUN = 20_000_000;

  /** Runs of some steps each, and the positions along indices that these do not need. */
  private static final int MOST_RUNS = 64;

  private static final long FEW = 3;

  private static final long LARGEST_DATA = 1 << 24;

  /**
   * Makes operands for all steps of a kernel together. If they would be too large, since sizes that
   * are the columns of one step are the rows of another one, there are operands for a few steps at
   * a time, those with most arithmetic first, small beside what these need. Tensors of many axes
   * have no more positions than in the real call, and fewer if that is still too many.
   *
   * @param shape of a real call
   * @param operations of a run for given sizes
   * @param least sizes that the kernel's loops need; a size without one is 64, or less if it is
   *     less in the real call
   * @param ofSteps sizes that the loops of each step need
   */
  static List<ScratchOperands> of(
      IndexProgram program,
      List<Layout> layouts,
      CallShape shape,
      OperationCount operations,
      Map<String, Long> least,
      List<Map<String, Long>> ofSteps) {
    Map<String, Long> together = parameters(program, shape, least, LARGEST_SIZE);
    if (!isInBounds(program, new Sizes(program, together))) {
      together.replaceAll((name, _) -> shape.sizes().getOrDefault(name, LARGEST_SIZE));
    }
    if (!isTooLarge(program, new Sizes(program, together), operations)) {
      return List.of(of(program, layouts, shape, new Sizes(program, together)));
    }
    List<ScratchOperands> all = new ArrayList<>();
    double elements = 0;
    for (Map<String, Long> run : runs(program, shape, operations, ofSteps)) {
      if (isInBounds(program, new Sizes(program, run))) {
        Sizes sizes = cut(program, shape, run, operations);
        elements += elements(program, sizes);
        if (elements <= LARGEST_DATA) {
          all.add(of(program, layouts, shape, sizes));
        }
      }
    }
    return all.isEmpty()
        ? List.of(of(program, layouts, shape, cut(program, shape, together, operations)))
        : all;
  }

  /** Sizes for as many steps together as do not make a run too long, one run after the other. */
  private static List<Map<String, Long>> runs(
      IndexProgram program,
      CallShape shape,
      OperationCount operations,
      List<Map<String, Long>> ofSteps) {
    List<Map<String, Long>> runs = new ArrayList<>();
    Map<String, Long> needed = new HashMap<>();
    for (Map<String, Long> step : ofSteps) {
      Map<String, Long> more = new HashMap<>(needed);
      step.forEach((name, size) -> more.merge(name, size, Math::max));
      Map<String, Long> run = parameters(program, shape, more, FEW);
      if (runs.isEmpty() || isTooLarge(program, new Sizes(program, run), operations)) {
        runs.add(parameters(program, shape, step, FEW));
        needed = new HashMap<>(step);
      } else {
        runs.set(runs.size() - 1, run);
        needed = more;
      }
    }
    return runs.size() > MOST_RUNS ? runs.subList(0, MOST_RUNS) : runs;
  }

  /** The sizes that are needed, and all others as in the real call but not above a limit. */
  private static Map<String, Long> parameters(
      IndexProgram program, CallShape shape, Map<String, Long> needed, long most) {
    Map<String, Long> parameters = new HashMap<>();
    for (SizeParameter size : program.sizes()) {
      long real = shape.sizes().getOrDefault(size.name(), most);
      parameters.put(
          size.name(), needed.getOrDefault(size.name(), Math.max(1, Math.min(real, most))));
    }
    return parameters;
  }

  /** The sizes, not above those of the real call if a run would be too long. */
  private static Sizes cut(
      IndexProgram program,
      CallShape shape,
      Map<String, Long> parameters,
      OperationCount operations) {
    var sizes = new Sizes(program, parameters);
    if (!isTooLarge(program, sizes, operations)) {
      return sizes;
    }
    Map<String, Long> real = new HashMap<>(parameters);
    real.replaceAll((name, size) -> Math.min(size, shape.sizes().getOrDefault(name, size)));
    if (!isInBounds(program, new Sizes(program, real))) {
      real.replaceAll((name, size) -> shape.sizes().getOrDefault(name, size));
    }
    return smaller(program, real, operations);
  }

  /** The sizes, the largest ones halved until a run is short or there is none. */
  private static Sizes smaller(
      IndexProgram program, Map<String, Long> parameters, OperationCount operations) {
    var sizes = new Sizes(program, parameters);
    while (isTooLarge(program, sizes, operations)) {
      Map.Entry<String, Long> largest =
          Collections.max(parameters.entrySet(), Map.Entry.comparingByValue());
      largest.setValue(Math.max(1, largest.getValue() / 2));
      var next = new Sizes(program, parameters);
      if (!isInBounds(program, next) || next.byName().equals(sizes.byName())) {
        break;
      }
      sizes = next;
    }
    return sizes;
  }

  private static boolean isTooLarge(IndexProgram program, Sizes sizes, OperationCount operations) {
    return elements(program, sizes) > LARGEST_DATA
        || operations.evaluate(sizes::value) > LONGEST_RUN;
  }

  /**
   * Makes operands for sizes at which every index with several blocks in the real call has two.
   *
   * @param operations of a run for given sizes
   * @param blocks sizes that the kernel's loops need for that; those that would take long are left
   *     out
   */
  static List<ScratchOperands> ofBlocks(
      IndexProgram program,
      List<Layout> layouts,
      CallShape shape,
      OperationCount operations,
      List<Map<String, Long>> blocks) {
    List<ScratchOperands> all = new ArrayList<>();
    for (Map<String, Long> least : blocks) {
      Map<String, Long> parameters = new HashMap<>();
      for (SizeParameter size : program.sizes()) {
        long real = shape.sizes().getOrDefault(size.name(), 1L);
        parameters.put(size.name(), least.getOrDefault(size.name(), real));
      }
      var sizes = new Sizes(program, parameters);
      if (isInBounds(program, sizes) && isQuick(program, sizes, operations)) {
        all.add(of(program, layouts, shape, sizes));
      }
    }
    return all;
  }

  private static boolean isQuick(IndexProgram program, Sizes sizes, OperationCount operations) {
    return operations.evaluate(sizes::value) <= MOST_OPERATIONS
        && elements(program, sizes) <= MOST_ELEMENTS;
  }

  /**
   * Makes operands for sizes near the real ones: those of the call, the largest made smaller by
   * steps of {@value #STEP} until a run takes a fraction of a millisecond. Remainders of tiles and
   * of vectors stay what they are.
   *
   * @param operations of a run for given sizes
   * @return empty if there are no such sizes
   */
  static Optional<ScratchOperands> near(
      IndexProgram program, List<Layout> layouts, CallShape shape, OperationCount operations) {
    Map<String, Long> parameters = new HashMap<>();
    for (SizeParameter size : program.sizes()) {
      Long real = shape.sizes().get(size.name());
      if (real == null) {
        return Optional.empty();
      }
      parameters.put(size.name(), real);
    }
    while (true) {
      var sizes = new Sizes(program, parameters);
      if (!isInBounds(program, sizes)) {
        return Optional.empty();
      }
      if (isQuick(program, sizes, operations)) {
        return Optional.of(of(program, layouts, shape, sizes));
      }
      Map.Entry<String, Long> largest =
          Collections.max(parameters.entrySet(), Map.Entry.comparingByValue());
      long size = largest.getValue();
      if (size <= STEP) {
        return Optional.empty();
      }
      largest.setValue(size - STEP * Math.ceilDiv(size, 4 * STEP));
    }
  }

  private static double elements(IndexProgram program, Sizes sizes) {
    double sum = 0;
    for (TensorDeclaration operand : Executable.operands(program)) {
      sum += operand.type().extents().stream().mapToDouble(sizes::value).reduce(1, (a, b) -> a * b);
    }
    return sum;
  }

  private static ScratchOperands of(
      IndexProgram program, List<Layout> layouts, CallShape shape, Sizes sizes) {
    List<Tensor> operands = new ArrayList<>();
    for (TensorDeclaration operand : Executable.operands(program)) {
      long[] extents = operand.type().extents().stream().mapToLong(sizes::value).toArray();
      Layout layout = layouts.get(operands.size());
      operands.add(tensor(operand, extents, layout, shape));
    }
    return new ScratchOperands(operands.toArray(Tensor[]::new), sizes.toArray());
  }

  /** Whether every derived size is positive and every access stays within its tensor. */
  private static boolean isInBounds(IndexProgram program, Sizes sizes) {
    for (DerivedSize derived : program.derived()) {
      if (sizes.byName().getOrDefault(derived.name(), 0L) < 1) {
        return false;
      }
    }
    return AccessBounds.violation(program, sizes).isEmpty();
  }

  /**
   * Dense, its axes in the order of the real strides, the axis of unit stride innermost, and those
   * together that go on in each other.
   */
  private static Tensor tensor(
      TensorDeclaration operand, long[] extents, Layout layout, CallShape shape) {
    if (layout.storage() == Layout.Storage.SEGMENT) {
      throw new UnsupportedOperationException("no scratch data off-heap");
    }
    List<List<Integer>> groups = new ArrayList<>();
    for (int axis = 0; axis < extents.length; axis++) {
      if (layout.joined().contains(axis - 1)) {
        groups.getLast().add(axis);
      } else {
        groups.add(new ArrayList<>(List.of(axis)));
      }
    }
    groups.sort(
        Comparator.comparing((List<Integer> axes) -> axes.contains(layout.unitAxis()))
            .thenComparing(axes -> -Math.abs(shape.stride(operand.name(), axes.getLast()))));
    List<Integer> order = groups.stream().flatMap(List::stream).toList();
    Tensor dense =
        Tensor.zeros(
            operand.type().elementType(),
            order.stream().mapToLong(axis -> extents[axis]).toArray());
    dense.fill(1);
    int[] places = IntStream.range(0, extents.length).map(order::indexOf).toArray();
    return dense.permute(places);
  }
}
