package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.TensorDeclaration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** The names, sizes and tensors that one random program draws from, and adds to. */
final class Vocabulary {
  private static final List<String> PLAIN_INDICES =
      List.of("i", "j", "k", "l", "m", "n", "p", "q", "r", "s");
  private static final List<String> PLAIN_TENSORS =
      List.of("A", "B", "C", "D", "T", "U", "V", "W", "X", "Y", "Z", "a", "b", "c", "t", "x", "y");

  /** Names that a careless emitter would clash with, or could not write down. */
  private static final List<String> NASTY =
      List.of(
          "int",
          "for",
          "class",
          "float",
          "double",
          "long",
          "this",
          "new",
          "return",
          "static",
          "Math",
          "KernelMath",
          "Tensor",
          "Object",
          "String",
          "Float",
          "run",
          "call",
          "operands",
          "sizes",
          "inputs",
          "outputs",
          "length",
          "acc",
          "sum0",
          "tmp",
          "A_0",
          "i0",
          "i1",
          "k_0",
          "x1",
          "α",
          "β",
          "été",
          "ñandú",
          "变量",
          "_t",
          "threadIdx",
          "blockDim",
          "goto",
          "o",
          "e");

  private static final long[] EXTENTS = {1, 2, 2, 3, 3, 3, 5, 5, 7, 11, 13};
  private static final int MOST_SIZES = 7;
  private static final int MOST_DERIVED = 3;

  /** The largest extent of a variable. */
  static final long MOST_VALUE = 20;

  /** A size: the extent of some variables and axes. */
  record Size(String name, long value, boolean fixed) {
    Extent extent() {
      return fixed ? new Extent.Fixed(value) : new Extent.Symbolic(name);
    }
  }

  final List<TensorDeclaration> inputs = new ArrayList<>();
  final List<TensorDeclaration> targets = new ArrayList<>();
  final List<Size> sizes = new ArrayList<>();

  /** Sizes that follow from others; they are among {@link #sizes} too. */
  final List<DerivedSize> derived = new ArrayList<>();

  /** The accesses that each derived size comes from. */
  private final Map<String, List<Form>> forms = new LinkedHashMap<>();

  private final SplittableRandom random;
  private final Profile profile;
  private final List<String> indexNames = new ArrayList<>();
  private final List<String> tensorNames = new ArrayList<>();
  private final Map<String, Long> values = new LinkedHashMap<>();
  private int invented;

  Vocabulary(SplittableRandom random, Profile profile) {
    this.random = random;
    this.profile = profile;
    var nasty = new ArrayList<>(NASTY);
    boolean plain = random.nextInt(3) == 0;
    for (String name : PLAIN_INDICES) {
      indexNames.add(plain || random.nextInt(2) == 0 ? name : takeAny(nasty));
    }
    for (String name : PLAIN_TENSORS) {
      tensorNames.add(plain || random.nextInt(2) == 0 ? name : takeAny(nasty));
    }
    for (int n = random.nextInt(2, 5); n > 0; n--) {
      newSize();
    }
  }

  /** A size known already or, sometimes, a new one. */
  Size anySize() {
    return sizes.size() - derived.size() < MOST_SIZES && random.nextInt(6) == 0
        ? newSize()
        : sizes.get(random.nextInt(sizes.size()));
  }

  /** A size that follows from others, known or new; none if none can be made. */
  Optional<Size> derivedSize() {
    if (derived.size() < MOST_DERIVED && (derived.isEmpty() || random.nextInt(3) == 0)) {
      for (int tries = 0; tries < 5; tries++) {
        Optional<Size> made = newDerivedSize();
        if (made.isPresent()) {
          return made;
        }
      }
    }
    var known = sizes.stream().filter(size -> forms.containsKey(size.name())).toList();
    return known.isEmpty()
        ? Optional.empty()
        : Optional.of(known.get(random.nextInt(known.size())));
  }

  private Optional<Size> newDerivedSize() {
    var from = new ArrayList<Form>();
    for (int n = random.nextInt(5) == 0 ? 2 : 1; n > 0; n--) {
      from.add(Form.draw(random, sizes.get(random.nextInt(sizes.size())), sizes));
    }
    String name = indexNames.get(sizes.size());
    var size = new DerivedSize(name, from.stream().map(Form::candidate).toList());
    long value = value(size);
    boolean wanted = value > 0 || (profile == Profile.FULL && random.nextInt(10) == 0);
    if (!wanted || value > MOST_VALUE) {
      return Optional.empty();
    }
    derived.add(size);
    forms.put(name, from);
    values.put(name, value);
    sizes.add(new Size(name, value, false));
    return Optional.of(sizes.getLast());
  }

  private long value(DerivedSize size) {
    long least = Long.MAX_VALUE;
    for (DerivedSize.Candidate candidate : size.candidates()) {
      long sum = candidate.constant();
      for (DerivedSize.Summand summand : candidate.summands()) {
        sum += summand.coefficient() * value(summand.extent());
      }
      least = Math.min(least, Math.floorDiv(sum, candidate.divisor()) + candidate.offset());
    }
    return Math.max(0, least);
  }

  /** The accesses that the size comes from; none if it is not derived. */
  List<Form> forms(Extent extent) {
    return extent instanceof Extent.Symbolic(String name)
        ? forms.getOrDefault(name, List.of())
        : List.of();
  }

  private Size newSize() {
    long value =
        profile == Profile.FULL && random.nextInt(25) == 0
            ? 0
            : EXTENTS[random.nextInt(EXTENTS.length)];
    // by convention a size is named as the variable that ranges over it
    Size size = new Size(indexNames.get(sizes.size()), value, random.nextInt(5) == 0);
    sizes.add(size);
    values.put(size.name(), value);
    return size;
  }

  /** A size of its own for an axis that no variable ranges over. */
  Size axisSize(long value) {
    Size size = new Size("size" + invented++, value, random.nextInt(4) == 0);
    values.put(size.name(), value);
    return size;
  }

  /** The value of each size, by name. */
  Map<String, Long> values() {
    return Collections.unmodifiableMap(values);
  }

  long value(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> value;
      case Extent.Symbolic(String name) -> {
        Long value = values.get(name);
        yield value == null ? 0 : value;
      }
    };
  }

  /** A variable name for the size: mostly the size's own. */
  IndexVariable variableFor(Size size) {
    String name =
        random.nextInt(3) > 0 ? size.name() : indexNames.get(random.nextInt(indexNames.size()));
    return new IndexVariable(name);
  }

  boolean isInput(String tensor) {
    return inputs.stream().anyMatch(input -> input.name().equals(tensor));
  }

  String newTensorName() {
    return takeAny(tensorNames);
  }

  boolean hasTensorNames() {
    return !tensorNames.isEmpty();
  }

  private String takeAny(List<String> names) {
    return names.remove(random.nextInt(names.size()));
  }
}
