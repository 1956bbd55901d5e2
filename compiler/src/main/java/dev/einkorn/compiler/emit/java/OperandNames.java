package dev.einkorn.compiler.emit.java;

import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.TensorParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The identifiers of one step's operands, sizes, loops and locals, and the address of an element in
 * terms of them.
 */
final class OperandNames {
  private record Data(String tensor) {}

  private record Start(String tensor) {}

  private record Stride(String tensor, int axis) {}

  private record Size(String name) {}

  private record LocalValue(String name) {}

  /**
   * Offsets of a tensor's elements along a merged loop, in elements.
   *
   * @param strides what multiplies the value of each part, axis by axis
   */
  record Table(String tensor, IndexVariable merged, List<PartStride> strides) {}

  /** One part's contribution to a {@link Table}: coefficient times the stride of an axis. */
  record PartStride(IndexVariable part, long coefficient, int axis) {}

  private final NameAllocator names = new NameAllocator(JavaWords.RESERVED);
  private final boolean wide;
  private final LoopNest nest;

  /** Scratch memory that begins where its array does. */
  private final Set<String> startless;

  private final SequencedMap<Table, String> tables = new LinkedHashMap<>();

  OperandNames(boolean wide, LoopNest nest) {
    this.wide = wide;
    this.nest = nest;
    // Tensors first: they are what the reader looks for, so they keep their names.
    nest.tensors().forEach(tensor -> data(tensor.name()));
    nest.scratch().forEach(memory -> data(memory.name()));
    this.startless =
        ScratchArray.of(nest.scratch()).stream()
            .filter(array -> !array.atLines())
            .map(array -> array.memory().getFirst().name())
            .collect(Collectors.toSet());
  }

  /** The tables that positions have been written with, with their names. */
  SequencedMap<Table, String> tables() {
    return tables;
  }

  private String table(Table table) {
    return tables.computeIfAbsent(table, t -> names.name(t, t.tensor() + "_" + t.merged().name()));
  }

  String data(String tensor) {
    return names.name(new Data(tensor), tensor);
  }

  String start(String tensor) {
    return names.name(new Start(tensor), tensor + "_start");
  }

  /** The stride along an axis, named after the axis's extent: {@code A_n}. */
  String stride(TensorParameter tensor, int axis) {
    if (nest.isScratch(tensor.name())) {
      long stride = 1;
      for (Extent inner : tensor.type().extents().subList(axis + 1, tensor.type().rank())) {
        stride *= ((Extent.Fixed) inner).value();
      }
      return number(stride);
    }
    Extent extent = tensor.type().extents().get(axis);
    String suffix =
        switch (extent) {
          case Extent.Fixed _ -> Integer.toString(axis);
          // An axis that no index names has a size such as A_0 already.
          case Extent.Symbolic(String name) ->
              name.startsWith(tensor.name() + "_") ? Integer.toString(axis) : name;
        };
    return names.name(new Stride(tensor.name(), axis), tensor.name() + "_" + suffix);
  }

  String loop(IndexVariable variable) {
    return names.name(variable, variable.name());
  }

  String local(String name) {
    return names.name(new LocalValue(name), name);
  }

  String size(String name) {
    return names.name(new Size(name), name + "Extent");
  }

  String extent(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> wide ? value + "L" : Long.toString(value);
      case Extent.Symbolic(String name) -> size(name);
    };
  }

  /**
   * The position of an element in its storage: start plus stride times position, axis by axis.
   *
   * @param gathered writes the value of a gathered position
   */
  String position(
      TensorParameter tensor,
      Element element,
      UnaryOperator<String> quote,
      Function<Expr, String> gathered) {
    // Axes that the same plain variable walks, as in a diagonal, share one product.
    Map<String, List<String>> stridesByPosition = new LinkedHashMap<>();
    Map<MergedAt, List<PartStride>> partsByLoop = new LinkedHashMap<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      if (position instanceof Position.Merged(List<Position.Digit> digits, var rest)) {
        for (Position.Digit digit : digits) {
          partsByLoop
              .computeIfAbsent(new MergedAt(digit.merged(), digit.at()), _ -> new ArrayList<>())
              .add(new PartStride(digit.part(), digit.coefficient(), axis));
        }
        position = new Position.Affine(rest);
      }
      if (!isZero(position)) {
        String stride = axis == tensor.layout().unitAxis() ? "1" : stride(tensor, axis);
        String extent = extent(tensor.type().extents().get(axis));
        String text =
            switch (position) {
              case Position.Affine(Subscript.Affine form) -> affine(form);
              case Position.Merged _ -> throw new AssertionError("no rest of " + element);
              case Position.Bordered(Subscript.Affine form, Border border) ->
                  border == Border.ZERO
                      ? affine(form)
                      : "$position:T." + border.symbol() + "(" + affine(form) + ", " + extent + ")";
              case Position.Gathered(Expr index, String access) ->
                  "$position:T.gather("
                      + gathered.apply(index)
                      + ", "
                      + extent
                      + ", "
                      + quote.apply(access)
                      + ")";
            };
        stridesByPosition.computeIfAbsent(text, _ -> new ArrayList<>()).add(stride);
      }
    }
    List<String> summands = new ArrayList<>();
    if (!startless.contains(tensor.name())) {
      summands.add(start(tensor.name()));
    }
    partsByLoop.forEach(
        (loop, parts) ->
            summands.add(
                table(new Table(tensor.name(), loop.merged(), parts))
                    + "["
                    + place(loop.at())
                    + "]"));
    stridesByPosition.forEach((position, strides) -> summands.add(product(position, strides)));
    return summands.isEmpty() ? "0" : String.join(" + ", summands);
  }

  /** How far apart neighbours along a variable are that stands in affine positions only. */
  String strideAlong(TensorParameter tensor, Element element, IndexVariable variable) {
    List<String> summands = new ArrayList<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      if (element.positions().get(axis) instanceof Position.Affine(Subscript.Affine form)) {
        for (Subscript.Term term : form.terms()) {
          if (term.variable().equals(variable)) {
            String stride = axis == tensor.layout().unitAxis() ? "1" : stride(tensor, axis);
            summands.add(
                term.coefficient() == 1 ? stride : number(term.coefficient()) + " * " + stride);
          }
        }
      }
    }
    return summands.isEmpty() ? "0" : String.join(" + ", summands);
  }

  private record MergedAt(IndexVariable merged, Subscript.Affine at) {}

  /** The table and the place in it at which an element stands along a merged loop. */
  String tableAndPlace(TensorParameter tensor, Element element, IndexVariable merged) {
    List<PartStride> parts = new ArrayList<>();
    String place = "0";
    for (int axis = 0; axis < element.positions().size(); axis++) {
      if (element.positions().get(axis) instanceof Position.Merged(var digits, _)) {
        for (Position.Digit digit : digits) {
          if (digit.merged().equals(merged)) {
            parts.add(new PartStride(digit.part(), digit.coefficient(), axis));
            place = place(digit.at());
          }
        }
      }
    }
    return table(new Table(tensor.name(), merged, parts)) + ", " + place;
  }

  /** A place in a table, which is an {@code int} always. */
  private String place(Subscript.Affine at) {
    return wide ? "(int) (" + affine(at) + ")" : affine(at);
  }

  private static boolean isZero(Position position) {
    return position instanceof Position.Affine(Subscript.Affine form)
        && form.terms().isEmpty()
        && form.constant() == 0;
  }

  /**
   * Whether an element with zero borders lies inside of its tensor, as conditions; none if it
   * always does.
   */
  List<String> insideConditions(TensorParameter tensor, Element element) {
    List<String> conditions = new ArrayList<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      if (element.positions().get(axis) instanceof Position.Bordered(var form, Border border)
          && border == Border.ZERO) {
        String position = affine(form);
        conditions.add(position + " >= 0");
        conditions.add(position + " < " + extent(tensor.type().extents().get(axis)));
      }
    }
    return conditions;
  }

  private static String product(String position, List<String> strides) {
    String factor =
        strides.size() == 1 ? strides.getFirst() : "(" + String.join(" + ", strides) + ")";
    if (factor.equals("1")) {
      return position;
    }
    boolean isCall = position.startsWith("$");
    return (position.contains(" ") && !isCall ? "(" + position + ")" : position) + " * " + factor;
  }

  String affine(Subscript.Affine subscript) {
    var text = new StringBuilder();
    for (Subscript.Term term : subscript.terms()) {
      String sign = term.coefficient() < 0 ? "-" : "+";
      if (!text.isEmpty()) {
        text.append(' ').append(sign).append(' ');
      } else if (term.coefficient() < 0) {
        text.append('-');
      }
      long magnitude = Math.abs(term.coefficient());
      text.append(magnitude == 1 ? "" : number(magnitude) + " * ").append(loop(term.variable()));
    }
    long constant = subscript.constant();
    if (text.isEmpty()) {
      text.append(number(constant));
    } else if (constant != 0) {
      text.append(constant < 0 ? " - " : " + ").append(number(Math.abs(constant)));
    }
    return text.toString();
  }

  private String number(long value) {
    return wide ? value + "L" : Long.toString(value);
  }

  /** Which axes of the tensor need a stride variable to address these elements. */
  static List<Integer> stridedAxes(TensorParameter tensor, List<Element> elements) {
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < tensor.type().rank(); axis++) {
      int position = axis;
      boolean moves = elements.stream().anyMatch(e -> !isZero(e.positions().get(position)));
      if (moves
          && (axis != tensor.layout().unitAxis() || tensor.layout().unitAxis() == Layout.NO_AXIS)) {
        axes.add(axis);
      }
    }
    return axes;
  }
}
