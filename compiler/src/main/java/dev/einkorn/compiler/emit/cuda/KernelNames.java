package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.TreeSet;

/**
 * The identifiers of one kernel. Sizes and strides that its text has asked for become its
 * parameters, after the pointers.
 */
final class KernelNames {
  private record Data(String tensor) {}

  private record Stride(String tensor, int axis) {}

  private record Size(String name) {}

  private record LocalValue(String name) {}

  private final NameAllocator names = new NameAllocator(CudaWords.RESERVED);
  private final LoopNest nest;
  private final boolean wide;
  private final SequencedSet<String> prelude;
  private final List<String> places;
  private final SequencedSet<Extent.Symbolic> sizes = new LinkedHashSet<>();
  private final List<TreeSet<Integer>> strides = new ArrayList<>();
  private boolean mayFail;

  /**
   * Names for a kernel of a nest.
   *
   * @param prelude receives the parts of the prelude that the text needs
   * @param places receives the texts of accesses that may fail
   */
  KernelNames(LoopNest nest, boolean wide, SequencedSet<String> prelude, List<String> places) {
    this.nest = nest;
    this.wide = wide;
    this.prelude = prelude;
    this.places = places;
    for (TensorParameter tensor : nest.tensors()) {
      // Tensors first: they are what the reader looks for, so they keep their names.
      data(tensor.name());
      strides.add(new TreeSet<>());
    }
  }

  LoopNest nest() {
    return nest;
  }

  boolean wide() {
    return wide;
  }

  /** The type of positions, sizes and strides. */
  String index() {
    return wide ? "long long" : "int";
  }

  /** A number as a position. */
  String number(long value) {
    return wide ? value + "LL" : Long.toString(value);
  }

  /** The text calls functions of this part of the prelude. */
  void needs(String part) {
    prelude.add(part);
  }

  /** The argument that takes failures. */
  String failure() {
    mayFail = true;
    return "failure";
  }

  /** The number of an access that may fail. */
  int place(String access) {
    if (!places.contains(access)) {
      places.add(access);
    }
    return places.indexOf(access);
  }

  String data(String tensor) {
    return names.name(new Data(tensor), CudaWords.ascii(tensor));
  }

  String loop(IndexVariable variable) {
    return names.name(variable, CudaWords.ascii(variable.name()));
  }

  String local(String name) {
    return names.name(new LocalValue(name), CudaWords.ascii(name));
  }

  /** A name for something that the emitter has made up; the key tells it from others. */
  String own(Object key, String wish) {
    return names.name(key, CudaWords.ascii(wish));
  }

  String extent(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> number(value);
      case Extent.Symbolic symbolic -> {
        sizes.add(symbolic);
        yield size(symbolic.name());
      }
    };
  }

  private String size(String name) {
    return names.name(new Size(name), CudaWords.ascii(name) + "Extent");
  }

  /** The stride along an axis, named after the axis's extent: {@code A_n}. */
  String stride(TensorParameter tensor, int axis) {
    if (axis == tensor.layout().unitAxis()) {
      return "1";
    }
    strides.get(nest.tensors().indexOf(tensor)).add(axis);
    return strideName(tensor, axis);
  }

  private String strideName(TensorParameter tensor, int axis) {
    String suffix =
        switch (tensor.type().extents().get(axis)) {
          case Extent.Fixed _ -> Integer.toString(axis);
          // An axis that no index names has a size such as A_0 already.
          case Extent.Symbolic(String name) ->
              name.startsWith(tensor.name() + "_") ? Integer.toString(axis) : name;
        };
    return names.name(
        new Stride(tensor.name(), axis), CudaWords.ascii(tensor.name() + "_" + suffix));
  }

  /** {@code 2*x + r - 1} over loop variables. */
  String affine(Subscript.Affine form) {
    var text = new StringBuilder();
    for (Subscript.Term term : form.terms()) {
      if (!text.isEmpty()) {
        text.append(term.coefficient() < 0 ? " - " : " + ");
      } else if (term.coefficient() < 0) {
        text.append('-');
      }
      long magnitude = Math.abs(term.coefficient());
      text.append(magnitude == 1 ? "" : number(magnitude) + " * ").append(loop(term.variable()));
    }
    if (text.isEmpty()) {
      text.append(number(form.constant()));
    } else if (form.constant() != 0) {
      text.append(form.constant() < 0 ? " - " : " + ");
      text.append(number(Math.abs(form.constant())));
    }
    return text.toString();
  }

  /** {@code position * stride}, in parentheses where needed. */
  static String product(String position, List<String> strides) {
    String factor =
        strides.size() == 1 ? strides.getFirst() : "(" + String.join(" + ", strides) + ")";
    if (factor.equals("1")) {
      return position;
    }
    boolean isCall = position.endsWith(")") && position.matches("\\w+(<[\\w ]+>)?\\(.*");
    return (position.contains(" ") && !isCall ? "(" + position + ")" : position) + " * " + factor;
  }

  /** What the kernel must be launched with; to be asked for when the text is complete. */
  List<Launch.Argument> arguments() {
    List<Launch.Argument> arguments = new ArrayList<>();
    for (TensorParameter tensor : nest.tensors()) {
      arguments.add(new Launch.Argument.Pointer(tensor.name(), tensor.type().elementType()));
    }
    if (mayFail) {
      arguments.add(new Launch.Argument.Failure());
    }
    sizes.forEach(size -> arguments.add(new Launch.Argument.Size(size)));
    for (int n = 0; n < strides.size(); n++) {
      for (int axis : strides.get(n)) {
        arguments.add(new Launch.Argument.Stride(nest.tensors().get(n).name(), axis));
      }
    }
    return arguments;
  }

  /** The parameters that take the arguments, with their types. */
  List<String> parameters() {
    return arguments().stream()
        .map(
            argument ->
                switch (argument) {
                  case Launch.Argument.Pointer(String tensor, ElementType type) ->
                      (tensor.equals(nest.name()) ? "" : "const ")
                          + CudaWords.storedType(type)
                          + "* __restrict__ "
                          + data(tensor);
                  case Launch.Argument.Failure _ -> "unsigned long long* failure";
                  case Launch.Argument.Size(Extent extent) ->
                      "const " + index() + " " + extent(extent);
                  case Launch.Argument.Stride(String tensor, int axis) ->
                      "const " + index() + " " + strideName(nest.tensor(tensor), axis);
                })
        .toList();
  }
}
