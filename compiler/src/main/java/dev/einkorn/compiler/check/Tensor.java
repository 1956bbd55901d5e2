package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.DeclaredExtent;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** What a program says about one tensor, gathered while its statements are resolved. */
final class Tensor {
  /** Where in a header a tensor is declared. */
  enum Role {
    UNDECLARED,
    INPUT,
    OUTPUT
  }

  /**
   * A declared type.
   *
   * @param elementType empty if the name of the type was wrong
   * @param extents one for each axis
   * @param span the type in the header
   */
  record Declared(Optional<ElementType> elementType, List<DeclaredExtent> extents, Span span) {}

  /**
   * One appearance in a statement.
   *
   * @param statement its number
   * @param write whether it is the target
   * @param accumulates whether it is a target that keeps its former value
   * @param rank the number of indices, empty if that is not known
   * @param text the access as shown in messages
   * @param span its range
   */
  record Use(
      int statement,
      boolean write,
      boolean accumulates,
      OptionalInt rank,
      String text,
      Span span) {}

  /** An appearance in {@code extent(A, axis)}, which reads no value. */
  record SizeUse(int statement, int axis, Span span) {}

  private final String name;
  private final Role role;
  private final Span place;
  private final Optional<Declared> declared;
  private final List<Use> uses = new ArrayList<>();
  private final List<SizeUse> sizeUses = new ArrayList<>();
  private final Set<Integer> unitAxes = new TreeSet<>();
  private OptionalInt givenRank = OptionalInt.empty();

  Tensor(String name, Role role, Span place, Optional<Declared> declared) {
    this.name = name;
    this.role = role;
    this.place = place;
    this.declared = declared;
  }

  String name() {
    return name;
  }

  Role role() {
    return role;
  }

  /** Where it is declared, or first appears. */
  Span place() {
    return place;
  }

  /** The type in the header. */
  Optional<Declared> declared() {
    return declared;
  }

  /** Adds an appearance; they come in the order of the statements. */
  void add(Use use) {
    uses.add(use);
  }

  List<Use> uses() {
    return uses;
  }

  /** Adds an appearance of an extent. */
  void add(SizeUse use) {
    sizeUses.add(use);
  }

  List<SizeUse> sizeUses() {
    return sizeUses;
  }

  /** Notes that an axis broadcasts, so that the program fixes its extent to 1. */
  void broadcast(int axis) {
    unitAxes.add(axis);
  }

  /** The axes that broadcast. */
  Set<Integer> unitAxes() {
    return unitAxes;
  }

  /** Notes the rank of the tensor given, for a tensor whose rank the program does not show. */
  void give(int rank) {
    givenRank = OptionalInt.of(rank);
  }

  /** Whether a statement assigns it. */
  boolean isTarget() {
    return uses.stream().anyMatch(Use::write);
  }

  /** Whether the caller passes the value that the first statement accumulates into. */
  boolean isAccumulatedFromCaller() {
    return uses.stream().filter(Use::write).findFirst().map(Use::accumulates).orElse(false);
  }

  /** Whether the caller passes a value. */
  boolean isPassed() {
    return !isTarget() || isAccumulatedFromCaller();
  }

  /** Whether no statement after the last one that assigns it reads it. */
  boolean isUnread() {
    int last =
        uses.stream().filter(Use::write).mapToInt(Use::statement).max().orElse(Integer.MAX_VALUE);
    return uses.stream().noneMatch(use -> !use.write() && use.statement() > last);
  }

  /** The rank, or as many axes as the program mentions if that is not known. */
  int axisCount() {
    return rank().orElse(sizeUses.stream().mapToInt(use -> use.axis() + 1).max().orElse(0));
  }

  /** The number of axes by the header, the first appearance that tells, or the tensor given. */
  OptionalInt rank() {
    if (declared.isPresent()) {
      return OptionalInt.of(declared.get().extents().size());
    }
    OptionalInt shown =
        uses.stream()
            .filter(use -> use.rank().isPresent())
            .mapToInt(use -> use.rank().getAsInt())
            .findFirst();
    return shown.isPresent() || !isPassed() ? shown : givenRank;
  }
}
