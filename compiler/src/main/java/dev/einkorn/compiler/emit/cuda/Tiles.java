package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.TensorParameter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Statements that take {@code tile}, the number of a block, apart: how many tiles there are along
 * one index after the other, the first one fastest.
 */
final class Tiles {
  private final KernelNames names;
  private final List<String> lines = new ArrayList<>();
  private Count count = Count.ONE;

  Tiles(KernelNames names) {
    this.names = names;
    lines.add(names.index() + " tile = blockIdx.x;");
  }

  /** Takes off the tiles along an index, of so many positions each; {@code name} begins there. */
  void take(String name, Extent extent, int width) {
    String text = names.extent(extent);
    count = count.times(List.of(extent), width);
    if (width == 1) {
      line("const %s %s = tile %% %s;".formatted(names.index(), name, text));
      line("tile /= " + text + ";");
      return;
    }
    String tiles = names.own(List.of("tiles", name), name + "_tiles");
    line("const %s %s = (%s + %s) / %s;".formatted(names.index(), tiles, text, width - 1, width));
    line("const %s %s = tile %% %s * %s;".formatted(names.index(), name, tiles, width));
    line("tile /= " + tiles + ";");
  }

  /** Takes off single positions of loops. */
  void take(List<IndexBinding> bindings) {
    for (IndexBinding binding : bindings.reversed()) {
      take(names.loop(binding.variable()), binding.extent(), 1);
    }
  }

  void line(String text) {
    lines.add(text);
  }

  List<String> lines() {
    // What is left of the number in the end is 0.
    for (int n = lines.size() - 1; n >= 0; n--) {
      if (lines.get(n).startsWith("tile /=")) {
        lines.remove(n);
        break;
      }
    }
    return lines;
  }

  /** How many tiles there are. */
  Count count() {
    return count;
  }

  /** The loads of a value, each once. */
  static Set<Expr.Load> loads(Expr value) {
    Set<Expr.Load> loads = new LinkedHashSet<>();
    LoopWalk.subexpressions(
        value,
        e -> {
          if (e instanceof Expr.Load load) {
            loads.add(load);
          }
        });
    return loads;
  }

  /**
   * The part of an element's position that depends on some variables. Axes whose positions are
   * moved at a border are left out.
   *
   * @param constant whether the constant belongs to it
   */
  static String offset(
      Element element, Predicate<IndexVariable> part, boolean constant, KernelNames names) {
    TensorParameter tensor = names.nest().tensor(element.tensor());
    List<String> summands = new ArrayList<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Subscript.Affine form =
          switch (element.positions().get(axis)) {
            case Position.Affine(Subscript.Affine plain) -> plain;
            case Position.Bordered(Subscript.Affine plain, Border border)
                when border == Border.ZERO ->
                plain;
            case Position.Bordered _ -> new Subscript.Affine(List.of(), 0);
            case Position.Gathered _, Position.Merged _ ->
                throw new IllegalArgumentException("a position that is not affine: " + element);
          };
      Subscript.Affine own = part(form, part, constant);
      if (!own.terms().isEmpty() || own.constant() != 0) {
        summands.add(KernelNames.product(names.affine(own), List.of(names.stride(tensor, axis))));
      }
    }
    return summands.isEmpty() ? "0" : String.join(" + ", summands);
  }

  /** The terms of some variables, and the constant if it belongs to them. */
  static Subscript.Affine part(
      Subscript.Affine form, Predicate<IndexVariable> part, boolean constant) {
    return new Subscript.Affine(
        form.terms().stream().filter(term -> part.test(term.variable())).toList(),
        constant ? form.constant() : 0);
  }
}
