package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.EinsumAst;
import dev.einkorn.compiler.ast.EinsumAst.Label;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.compiler.source.Suggestions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which index every axis of an einsum has. The axes of an ellipsis get indices of their own, {@code
 * e0 e1 ...}, the last one that of the last axis of every ellipsis, as numpy aligns shapes.
 */
final class EinsumAxes {
  /** By code point, so that A-Z comes before a-z. */
  private static final Comparator<String> BY_CODE_POINT =
      (one, other) -> {
        int[] a = one.codePoints().toArray();
        int[] b = other.codePoints().toArray();
        return Arrays.compare(a, b);
      };

  private final EinsumAst einsum;
  private final Diagnostics diagnostics;
  private final List<List<Labelled>> operands = new ArrayList<>();
  private final List<String> ellipsis = new ArrayList<>();
  private final Set<String> labels = new LinkedHashSet<>();

  /** An index, what a message calls it, and where its label stands. */
  record Labelled(String index, String shown, Span span) {}

  private EinsumAxes(EinsumAst einsum, Diagnostics diagnostics) {
    this.einsum = einsum;
    this.diagnostics = diagnostics;
  }

  /** The axes for operands of these ranks; empty, with errors reported, if they do not fit. */
  static Optional<EinsumAxes> of(EinsumAst einsum, List<Integer> ranks, Diagnostics diagnostics) {
    int before = diagnostics.errorCount();
    EinsumAxes axes = new EinsumAxes(einsum, diagnostics);
    axes.label(ranks);
    return diagnostics.errorCount() == before ? Optional.of(axes) : Optional.empty();
  }

  /** The indices of each operand, one an axis. */
  List<List<Labelled>> operands() {
    return operands;
  }

  /** The labels of all operands, in first-appearance order. */
  Set<String> labels() {
    return labels;
  }

  private void label(List<Integer> ranks) {
    einsum.operands().forEach(each -> each.forEach(this::noteLabel));
    if (ranks.size() != einsum.operands().size()) {
      diagnostics.error(
          ErrorCode.INVALID_EINSUM,
          einsum.span(),
          "the string has %s, but %s given"
              .formatted(
                  count(einsum.operands().size(), "operand"),
                  ranks.size() == 1 ? "1 tensor is" : ranks.size() + " tensors are"));
      return;
    }
    int width = 0;
    for (int n = 0; n < ranks.size(); n++) {
      width = Math.max(width, ellipsisRank(n, ranks.get(n)));
    }
    for (int n = 0; n < width; n++) {
      ellipsis.add(fresh("e" + n));
    }
    for (int n = 0; n < ranks.size(); n++) {
      operands.add(expand(einsum.operands().get(n), Math.max(0, ellipsisRank(n, ranks.get(n)))));
      checkRank(n, ranks.get(n));
    }
    einsum.output().ifPresent(this::checkOutput);
  }

  private void noteLabel(Label label) {
    if (label instanceof Label.Named(String name, _)) {
      labels.add(name);
    }
  }

  private String fresh(String wanted) {
    String name = wanted;
    for (int n = 2; labels.contains(name); n++) {
      name = wanted + "_" + n;
    }
    return name;
  }

  private static boolean hasEllipsis(List<Label> labels) {
    return labels.stream().anyMatch(Label.Ellipsis.class::isInstance);
  }

  /** The number of axes that the operand's ellipsis stands for; negative if there are too few. */
  private int ellipsisRank(int operand, int rank) {
    List<Label> labels = einsum.operands().get(operand);
    return hasEllipsis(labels) ? rank - (labels.size() - 1) : 0;
  }

  private void checkRank(int operand, int rank) {
    List<Label> labels = einsum.operands().get(operand);
    boolean open = hasEllipsis(labels);
    int named = open ? labels.size() - 1 : labels.size();
    if (rank < named || (rank > named && !open)) {
      Diagnostic mismatch =
          Diagnostic.error(
              ErrorCode.INVALID_EINSUM,
              einsum.operandSpans().get(operand),
              "operand %s has %s, but the tensor given has %s"
                  .formatted(operand + 1, count(named, "label"), axes(rank)));
      diagnostics.add(
          rank > named ? mismatch.withHint("write ... for axes without a label") : mismatch);
    }
  }

  private List<Labelled> expand(List<Label> labels, int ellipsisRank) {
    List<Labelled> expanded = new ArrayList<>();
    for (Label label : labels) {
      switch (label) {
        case Label.Named(String name, Span span) ->
            expanded.add(new Labelled(name, "label " + name, span));
        case Label.Ellipsis(Span span) -> {
          for (int n = ellipsis.size() - ellipsisRank; n < ellipsis.size(); n++) {
            expanded.add(new Labelled(ellipsis.get(n), "axis " + n + " of ...", span));
          }
        }
      }
    }
    return expanded;
  }

  private void checkOutput(List<Label> output) {
    for (Label label : output) {
      if (label instanceof Label.Named(String name, Span span) && !labels.contains(name)) {
        Diagnostic unknown =
            Diagnostic.error(ErrorCode.INVALID_EINSUM, span, "no operand has the label " + name);
        diagnostics.add(Suggestions.hint(name, labels).map(unknown::withHint).orElse(unknown));
      }
    }
    if (!hasEllipsis(output) && !ellipsis.isEmpty()) {
      diagnostics.error(
          ErrorCode.INVALID_EINSUM,
          output.isEmpty()
              ? Span.at(einsum.span().end())
              : output.getFirst().span().to(output.getLast().span()),
          "the result has no ..., but ... stands for %s in an operand"
              .formatted(axes(ellipsis.size())),
          "write ... in the result too; to sum over axes, give them labels");
    }
  }

  /**
   * The indices of the result. Without {@code ->} these are the axes of the ellipsis and the labels
   * that stand once, by code point.
   */
  List<String> output() {
    if (einsum.output().isPresent()) {
      return expand(einsum.output().get(), ellipsis.size()).stream().map(Labelled::index).toList();
    }
    Map<String, Integer> counts = new HashMap<>();
    for (List<Label> operand : einsum.operands()) {
      for (Label label : operand) {
        if (label instanceof Label.Named(String name, _)) {
          counts.merge(name, 1, Integer::sum);
        }
      }
    }
    List<String> output = new ArrayList<>(ellipsis);
    labels.stream()
        .filter(name -> counts.getOrDefault(name, 0) == 1)
        .sorted(BY_CODE_POINT)
        .forEach(output::add);
    return output;
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private static String axes(int number) {
    return number == 1 ? "1 axis" : number + " axes";
  }
}
