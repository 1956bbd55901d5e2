package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.DeclaredExtent;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.SizeParameter.Axis;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks the sizes of the tensors given, and those in a header, against each other, statement by
 * statement. Nothing of this gets into the compiled program.
 */
final class KnownExtents {
  private final Diagnostics diagnostics;
  private final Symbols symbols;
  private final Function<String, Optional<ElementType>> types;
  private final Map<Axis, Long> known = new LinkedHashMap<>();

  /** The axes of each size name of the header. */
  private final Map<String, List<Place>> sizes = new LinkedHashMap<>();

  /** Places whose axes have got their extents from other places of the variable. */
  private final Set<Place> inferred = new HashSet<>();

  /** An axis at which a variable stands. */
  private record Place(Axis axis, String text, Span span) {}

  private record Access(
      String tensor,
      List<? extends Term.Index> indices,
      boolean target,
      boolean bordered,
      String text) {}

  KnownExtents(
      Diagnostics diagnostics, Symbols symbols, Function<String, Optional<ElementType>> types) {
    this.diagnostics = diagnostics;
    this.symbols = symbols;
    this.types = types;
  }

  /** Reports every mismatch. */
  void check(Analysis analysis, Map<String, InputType> given) {
    bind(given);
    List<List<Access>> accesses = analysis.statements().stream().map(this::accesses).toList();
    List<Map<Variable, List<Place>>> places = new ArrayList<>();
    for (int n = 0; n < accesses.size(); n++) {
      places.add(places(accesses.get(n), analysis.statements().get(n).limited()));
      List<Bound> bounds = analysis.extents().bounds().get(n);
      for (Bound bound : bounds) {
        // Of several bounds the smallest counts.
        if (bounds.stream().filter(each -> each.variable().equals(bound.variable())).count() == 1) {
          add(bound, places.get(n));
        }
      }
    }
    List<List<Place>> groups = new ArrayList<>();
    places.forEach(each -> groups.addAll(each.values()));
    propagate(groups);
    accesses.forEach(each -> each.forEach(this::constants));
    places.forEach(each -> each.forEach(this::compare));
    if (!diagnostics.hasErrors()) {
      // What the names of sizes say beyond the tensors given.
      groups.addAll(sizes.values());
      propagate(groups);
      sizes.forEach(this::compareSize);
      if (!diagnostics.hasErrors()) {
        places.forEach(each -> each.forEach(this::compare));
      }
    }
  }

  /** Spreads the known extents over places that must have the same, until nothing changes. */
  private void propagate(List<List<Place>> groups) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (List<Place> group : groups) {
        changed |= spread(group);
      }
    }
  }

  /** Compares the axes of a size name of the header. */
  private void compareSize(String name, List<Place> places) {
    Place first = places.getFirst();
    for (Place place : places) {
      if (extent(place) != extent(first)) {
        reportSize(name, first, place);
        return;
      }
    }
  }

  private void bind(Map<String, InputType> given) {
    Map<String, Place> firsts = new LinkedHashMap<>();
    for (Tensor tensor : symbols.tensors()) {
      List<OptionalLong> extents = extents(tensor, given.get(tensor.name()));
      for (int position = 0; position < extents.size(); position++) {
        Axis axis = new Axis(tensor.name(), position);
        extents.get(position).ifPresent(extent -> known.put(axis, extent));
        if (tensor.declared().isPresent()) {
          declared(axis, tensor.declared().get().extents().get(position), firsts);
        }
      }
    }
  }

  private static List<OptionalLong> extents(Tensor tensor, @Nullable InputType type) {
    int rank = tensor.rank().orElse(0);
    return type != null && tensor.isPassed() && type.rank() == rank
        ? type.extents()
        : Collections.nCopies(rank, OptionalLong.empty());
  }

  private void declared(Axis axis, DeclaredExtent declared, Map<String, Place> firsts) {
    switch (declared) {
      case DeclaredExtent.Fixed(var value, Span span) -> {
        if (value.bitLength() >= Long.SIZE) {
          return;
        }
        long wanted = value.longValueExact();
        Long found = known.putIfAbsent(axis, wanted);
        if (found != null && found != wanted) {
          diagnostics.error(
              ErrorCode.EXTENT_MISMATCH,
              span,
              "axis %s of %s has extent %s in the header, but %s in the tensor given"
                  .formatted(axis.position(), axis.tensor(), wanted, found),
              typeText(axis.tensor()));
        }
      }
      case DeclaredExtent.Named(String name, Span span) -> {
        Place place = new Place(axis, "the header", span);
        sizes.computeIfAbsent(name, _ -> new ArrayList<>()).add(place);
        if (known.containsKey(axis)) {
          Place first = firsts.putIfAbsent(name, place);
          if (first != null && extent(place) != extent(first)) {
            reportSize(name, first, place);
          }
        }
      }
    }
  }

  private void reportSize(String name, Place first, Place second) {
    diagnostics.error(
        ErrorCode.EXTENT_MISMATCH,
        second.span(),
        "size %s is %s at axis %s of %s, but %s at axis %s of %s"
            .formatted(
                name,
                extent(first),
                first.axis().position(),
                first.axis().tensor(),
                extent(second),
                second.axis().position(),
                second.axis().tensor()),
        typeTexts(first.axis().tensor(), second.axis().tensor()));
  }

  /** The accesses of a statement, its target first, without those of a wrong rank. */
  private List<Access> accesses(ResolvedStatement statement) {
    List<Access> accesses = new ArrayList<>();
    accesses.add(
        new Access(statement.target(), statement.indices(), true, false, statement.targetText()));
    visit(statement.value(), accesses);
    accesses.removeIf(Access::bordered);
    accesses.removeIf(
        access ->
            symbols.tensor(access.tensor()).orElseThrow().rank().orElse(-1)
                != access.indices().size());
    return accesses;
  }

  private static void visit(Term term, List<Access> accesses) {
    if (term instanceof Term.Read read) {
      accesses.add(
          new Access(
              read.tensor(), read.indices(), false, read.border() != Border.NONE, read.text()));
    }
    term.children().forEach(child -> visit(child, accesses));
  }

  /**
   * Where each variable stands alone; of one that a {@code where} limits only the left side counts.
   */
  private static Map<Variable, List<Place>> places(List<Access> accesses, Set<Variable> limited) {
    Map<Variable, List<Place>> places = new LinkedHashMap<>();
    for (Access access : accesses) {
      for (int position = 0; position < access.indices().size(); position++) {
        if (access.indices().get(position) instanceof Term.Index.Plain(var variable, Span span)
            && (access.target() || !limited.contains(variable))) {
          places
              .computeIfAbsent(variable, _ -> new ArrayList<>())
              .add(new Place(new Axis(access.tensor(), position), access.text(), span));
        }
      }
    }
    return places;
  }

  /** Adds a bound that is one axis or one number. */
  private void add(Bound bound, Map<Variable, List<Place>> places) {
    Bound.Limit limit = bound.limit();
    Span span = bound.condition().span();
    boolean number = limit.summands().isEmpty();
    boolean axis =
        limit.summands().size() == 1
            && limit.summands().getFirst().coefficient() == 1
            && limit.constant() == 0
            && limit.divisor() == 1;
    if (axis || number) {
      // A number is the extent of an axis of its own, of a tensor that cannot be written.
      Axis own = axis ? limit.summands().getFirst().axis() : new Axis("", span.start());
      if (number) {
        long value = Math.floorDiv(limit.constant(), limit.divisor()) + limit.offset();
        known.put(own, Math.max(0, value));
      }
      places
          .computeIfAbsent(bound.variable(), _ -> new ArrayList<>())
          .add(new Place(own, "its where", span));
    }
  }

  /** Checks the constant positions of an access. */
  private void constants(Access access) {
    for (int position = 0; position < access.indices().size(); position++) {
      Long extent = known.get(new Axis(access.tensor(), position));
      if (access.indices().get(position)
              instanceof Term.Index.Affine(List<Term.Part> parts, long constant, Span span)
          && parts.isEmpty()
          && extent != null
          && constant >= extent) {
        diagnostics.error(
            ErrorCode.INDEX_OUT_OF_RANGE,
            span,
            "%s: there is no position %s on axis %s, whose extent is %s"
                .formatted(access.text(), constant, position, extent),
            "positions count from 0; " + typeText(access.tensor()));
      }
    }
  }

  /** Takes the first known extent over to the places where it is not known. */
  private boolean spread(List<Place> places) {
    Optional<Long> extent =
        places.stream()
            .filter(place -> known.containsKey(place.axis()))
            .map(this::extent)
            .findFirst();
    int before = known.size();
    for (Place place : places) {
      if (extent.isPresent() && known.putIfAbsent(place.axis(), extent.get()) == null) {
        inferred.add(place);
      }
    }
    return known.size() > before;
  }

  /** Compares all places with the first one whose extent does not come from the others. */
  private void compare(Variable variable, List<Place> places) {
    places.stream()
        .filter(place -> !inferred.contains(place))
        .findFirst()
        .ifPresent(
            first -> {
              for (Place place : places) {
                if (extent(place) != extent(first)) {
                  report(variable, first, place);
                }
              }
            });
  }

  private long extent(Place place) {
    return known.getOrDefault(place.axis(), -1L);
  }

  private void report(Variable variable, Place first, Place second) {
    boolean sameText = first.text().equals(second.text());
    String message =
        "index %s has extent %s %s but %s %s"
            .formatted(
                variable,
                extent(first),
                sameText
                    ? "at axis " + first.axis().position() + " of " + first.text()
                    : "in " + first.text(),
                extent(second),
                sameText ? "at axis " + second.axis().position() : "in " + second.text());
    diagnostics.add(
        Diagnostic.error(ErrorCode.EXTENT_MISMATCH, first.span(), message)
            .withSpan(second.span())
            .withHint(typeTexts(first.axis().tensor(), second.axis().tensor())));
  }

  private String typeTexts(String first, String second) {
    return Stream.of(first, second)
        .filter(each -> !each.isEmpty())
        .distinct()
        .map(this::typeText)
        .collect(Collectors.joining(", "));
  }

  /** The extent of an axis, if it is known. */
  OptionalLong extent(Axis axis) {
    Long extent = known.get(axis);
    return extent == null ? OptionalLong.empty() : OptionalLong.of(extent);
  }

  private String typeText(String name) {
    Tensor tensor = symbols.tensor(name).orElseThrow();
    List<OptionalLong> extents = new ArrayList<>();
    for (int position = 0; position < tensor.rank().orElse(0); position++) {
      Long extent = known.get(new Axis(name, position));
      extents.add(extent == null ? OptionalLong.empty() : OptionalLong.of(extent));
    }
    return types
        .apply(name)
        .map(type -> name + " is " + new InputType(type, extents))
        .orElseGet(() -> name + " has " + extents.size() + " axes");
  }
}
