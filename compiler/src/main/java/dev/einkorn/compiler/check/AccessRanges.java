package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reports affine indices that leave their axes: below 0 whatever the sizes are, and with the sizes
 * of this call on both sides.
 */
final class AccessRanges {
  private final Diagnostics diagnostics;
  private final Analysis analysis;

  AccessRanges(Diagnostics diagnostics, Analysis analysis) {
    this.diagnostics = diagnostics;
    this.analysis = analysis;
  }

  /** Reports the accesses that begin at a negative position for all sizes. */
  void checkStarts() {
    for (ResolvedStatement statement : analysis.statements()) {
      if (!statement.broken()) {
        starts(statement, statement.value());
      }
    }
  }

  private void starts(ResolvedStatement statement, Term term) {
    if (term instanceof Term.Read read && read.border() == Border.NONE) {
      for (int axis = 0; axis < read.indices().size(); axis++) {
        if (read.indices().get(axis)
            instanceof Term.Index.Affine(List<Term.Part> parts, long constant, Span span)) {
          start(statement, read, parts, constant, span);
        }
      }
    }
    term.children().forEach(child -> starts(statement, child));
  }

  private void start(
      ResolvedStatement statement,
      Term.Read read,
      List<Term.Part> parts,
      long constant,
      Span span) {
    Extents extents = analysis.extents().statements().get(statement.number());
    long least = constant;
    for (Term.Part part : parts) {
      long extent =
          switch (extents.of(part.variable())) {
            case Extent.Fixed(long value) -> value;
            case Extent.Symbolic _ -> 1; // empty in trivial cases only
          };
      if (extent == 0 || extents.of(part.variable()).equals(Extents.UNKNOWN)) {
        return;
      }
      least += Math.min(0, part.coefficient() * (extent - 1));
    }
    if (least < 0) {
      diagnostics.error(
          ErrorCode.INDEX_OUT_OF_RANGE,
          span,
          "%s reads position %s: every index starts at 0".formatted(read.text(), least),
          "shift the index so that no position is negative, or write a border: zero(%s)"
              .formatted(read.text()));
    }
  }

  /** Reports the accesses that leave their axes with the extents known, if all sizes are. */
  void check(IndexProgram program, KnownExtents known) {
    Map<String, Long> values = new LinkedHashMap<>();
    for (SizeParameter size : program.sizes()) {
      OptionalLong value =
          size.axes().stream()
              .map(known::extent)
              .filter(OptionalLong::isPresent)
              .findFirst()
              .orElse(OptionalLong.empty());
      if (value.isEmpty()) {
        return;
      }
      values.put(size.name(), value.getAsLong());
    }
    Sizes sizes = new Sizes(program, values);
    for (ResolvedStatement statement : analysis.statements()) {
      Ranges ranges = new Ranges(statement, program, sizes);
      if (ranges.areNotEmpty(statement.targetVariables())) {
        ranges.visit(statement.value());
      }
    }
  }

  /** The ranges of a statement's indices with the sizes of this call. */
  private final class Ranges {
    private final ResolvedStatement statement;
    private final Extents extents;
    private final Sizes sizes;
    private final IndexProgram program;

    Ranges(ResolvedStatement statement, IndexProgram program, Sizes sizes) {
      this.statement = statement;
      this.extents = analysis.extents().statements().get(statement.number());
      this.sizes = sizes;
      this.program = program;
    }

    private long extent(Variable variable) {
      return sizes.value(extents.of(variable));
    }

    private String typeText(String tensor) {
      TensorType type = program.typeOf(tensor);
      long[] known = type.extents().stream().mapToLong(sizes::value).toArray();
      return tensor + " is " + InputType.of(type.elementType(), known);
    }

    boolean areNotEmpty(Iterable<Variable> variables) {
      for (Variable variable : variables) {
        if (extent(variable) == 0) {
          return false;
        }
      }
      return true;
    }

    void visit(Term term) {
      if (term instanceof Term.Reduce reduce && !areNotEmpty(reduce.variables())) {
        return;
      }
      if (term instanceof Term.Read read && read.border() == Border.NONE) {
        for (int axis = 0; axis < read.indices().size(); axis++) {
          check(read, axis);
        }
      }
      term.children().forEach(this::visit);
    }

    private void check(Term.Read read, int axis) {
      Term.Index index = read.indices().get(axis);
      if (!(index instanceof Term.Index.Affine || index instanceof Term.Index.Plain)) {
        return;
      }
      long least = index instanceof Term.Index.Affine affine ? affine.constant() : 0;
      long most = least;
      Optional<Variable> last = Optional.empty();
      for (Term.Part part : index.parts()) {
        long reach = part.coefficient() * (extent(part.variable()) - 1);
        least += Math.min(0, reach);
        most += Math.max(0, reach);
        last = Optional.of(part.variable());
      }
      long extent = sizes.value(extents.of(read.tensor(), axis));
      if (least >= 0 && most < extent) {
        return;
      }
      String tensor = typeText(read.tensor());
      diagnostics.error(
          ErrorCode.INDEX_OUT_OF_RANGE,
          index.span(),
          "%s reads position %s of axis %s, whose extent is %s"
              .formatted(read.text(), least < 0 ? least : most, axis, extent),
          last.map(each -> "%s has extent %s; %s".formatted(each, extent(each), tensor))
              .orElse(tensor),
          "write a border around the access, zero clamp wrap or mirror: zero(%s)%s"
              .formatted(read.text(), last.map(this::smaller).orElse("")));
    }

    /** What else to do about an index that goes too far. */
    private String smaller(Variable variable) {
      if (statement.limited().contains(variable)) {
        return "; or make the limit of %s in where smaller".formatted(variable);
      }
      Optional<Term.Read> alone = statement.standsAlone(variable);
      return alone
          .map(each -> "; the extent of %s comes from %s".formatted(variable, each.text()))
          .orElse("; or give %s a smaller extent by where".formatted(variable));
    }
  }
}
