package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.MergedIndex;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The roles that {@link Directive.Pack} gives to the indices of a contraction: the loops that walk
 * each role, and where they stand.
 */
final class PackRoles {
  private final LoopNest nest;
  private final Directive.Pack pack;
  private final ContractionForm form;
  private final Set<String> taken = new HashSet<>();
  private final List<MergedIndex> merged = new ArrayList<>();
  private final Role rows;
  private final Role columns;
  private final Role depth;
  private final Optional<Lane> batch;

  /**
   * One side of the contraction.
   *
   * @param parts its indices
   * @param merged the index that walks them together, if there are several
   * @param extent how many positions there are
   * @param block where the packed block begins
   * @param tile which tile of the block
   * @param step where in the tile
   */
  record Role(
      List<IndexBinding> parts,
      Optional<MergedIndex> merged,
      Extent extent,
      IndexVariable block,
      IndexVariable tile,
      IndexVariable step,
      Directive.PackLoop loop) {
    IndexBinding binding(IndexVariable variable) {
      return new IndexBinding(variable, extent);
    }

    /** The index that is walked fastest. */
    IndexVariable lastPart() {
      return parts.getLast().variable();
    }

    /** The position that block, tile and step make. */
    Subscript.Affine position() {
      return new Subscript.Affine(
          List.of(
              new Subscript.Term(block, 1),
              new Subscript.Term(tile, loop.width()),
              new Subscript.Term(step, 1)),
          0);
    }

    void put(Relocation relocation, Subscript.Affine at) {
      if (merged.isPresent()) {
        parts.forEach(p -> relocation.put(p.variable(), merged.get().variable(), at));
      } else {
        relocation.put(parts.getFirst().variable(), at);
      }
    }

    /** How many positions there are from the block on. */
    Expr left() {
      return LoopBounds.minus(new Expr.ExtentValue(extent), new Expr.LoopValue(block));
    }

    /** How many positions there are from the tile on. */
    Expr rest() {
      return LoopBounds.minus(
          left(),
          new Expr.BinaryOp(
              BinaryOperator.MULTIPLY, LoopBounds.number(loop.width()), new Expr.LoopValue(tile)));
    }

    /** How many positions of a tile exist. */
    Expr valid() {
      return LoopBounds.min(LoopBounds.number(loop.width()), rest());
    }

    /** Whether the tile does not hang over the end. */
    Expr fits() {
      return LoopBounds.atLeast(rest(), loop.width());
    }

    Stmt.Loop overBlocks(LoopKind kind, Stmt body) {
      return new Stmt.Loop(
          binding(block),
          LoopBounds.number(0),
          new Expr.ExtentValue(extent),
          new Stmt.Step(loop.block(), false),
          kind,
          body);
    }

    /** How many tiles a block has, the last of which may hang over the end. */
    Expr tiles() {
      return new Expr.BinaryOp(
          BinaryOperator.FLOOR_DIVIDE,
          LoopBounds.plus(
              LoopBounds.min(LoopBounds.number(loop.block()), left()),
              LoopBounds.number(loop.width() - 1L)),
          LoopBounds.number(loop.width()));
    }

    Stmt.Loop overTiles(LoopKind kind, Stmt body) {
      return new Stmt.Loop(binding(tile), LoopBounds.number(0), tiles(), kind, body);
    }

    /** Where the tile begins. */
    Expr tileBegin() {
      return LoopBounds.plus(
          new Expr.LoopValue(block), LoopBounds.times(loop.width(), new Expr.LoopValue(tile)));
    }

    Stmt.Loop overSteps(Expr lower, Expr upper, Stmt body) {
      return new Stmt.Loop(binding(step), lower, upper, LoopKind.SEQUENTIAL, body);
    }
  }

  /**
   * The batch index that vectors lie along.
   *
   * @param vector which of the block's vectors
   * @param lane within the vector
   * @param vectors in a block
   */
  record Lane(Stmt.Loop loop, IndexVariable vector, IndexVariable lane, int vectors, int lanes) {
    Subscript.Affine position() {
      List<Subscript.Term> terms = new ArrayList<>();
      terms.add(new Subscript.Term(loop.variable(), 1));
      if (vectors > 1) {
        terms.add(new Subscript.Term(vector, lanes));
      }
      terms.add(new Subscript.Term(lane, 1));
      return new Subscript.Affine(terms, 0);
    }
  }

  PackRoles(LoopNest nest, Directive.Pack pack) {
    this.nest = nest;
    this.pack = pack;
    ContractionForm found =
        ContractionForm.of(nest)
            .orElseThrow(() -> refuse("the nest is not one promoted reduction of two factors"));
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop) {
            taken.add(loop.variable().name());
          }
        });
    nest.tensors().forEach(tensor -> taken.add(tensor.name()));
    nest.merged().forEach(index -> taken.add(index.variable().name()));
    rows = role(pack.rows(), found.outer());
    columns = role(pack.columns(), found.outer());
    depth = role(pack.depth(), found.depth());
    batch =
        pack.batch()
            .map(
                loop ->
                    new Lane(
                        loop(loop.variable(), found.outer()),
                        fresh(loop.variable() + "_vector"),
                        fresh(loop.variable() + "_lane"),
                        loop.count(),
                        loop.lanes()));
    form = sides(found);
    check();
  }

  LoopNest nest() {
    return nest;
  }

  Directive.Pack pack() {
    return pack;
  }

  /** The contraction with the factor of the rows on the left. */
  ContractionForm form() {
    return form;
  }

  List<MergedIndex> merged() {
    return merged;
  }

  Role rows() {
    return rows;
  }

  Role columns() {
    return columns;
  }

  Role depth() {
    return depth;
  }

  Optional<Lane> batch() {
    return batch;
  }

  private Role role(Directive.PackLoop packed, List<Stmt.Loop> among) {
    List<IndexBinding> parts = new ArrayList<>();
    for (IndexVariable variable : packed.variables()) {
      parts.add(loop(variable, among).binding());
    }
    String name = String.join("", packed.variables().stream().map(IndexVariable::name).toList());
    // What is read in place has a table of offsets, which tiles may read beyond its end.
    Optional<MergedIndex> walked =
        parts.size() == 1 && !packed.inPlace()
            ? Optional.empty()
            : Optional.of(
                new MergedIndex(fresh(name), parts, packed.inPlace() ? packed.width() - 1 : 0));
    walked.ifPresent(merged::add);
    Extent extent = walked.map(m -> m.binding().extent()).orElse(parts.getFirst().extent());
    return new Role(
        parts,
        walked,
        extent,
        fresh(name + "_block"),
        fresh(name + "_tile"),
        fresh(name + "_step"),
        packed);
  }

  private Stmt.Loop loop(IndexVariable variable, List<Stmt.Loop> among) {
    return among.stream()
        .filter(loop -> loop.variable().equals(variable))
        .findFirst()
        .orElseThrow(() -> refuse("there is no loop " + variable + " of that kind"));
  }

  /** A variable that no loop has yet. */
  IndexVariable fresh(String wish) {
    return new IndexVariable(unused(wish));
  }

  /** A name that no loop and no tensor has yet. */
  String unused(String wish) {
    String name = wish;
    for (int n = 1; !taken.add(name); n++) {
      name = wish + "_" + n;
    }
    return name;
  }

  /** Which of the rows' tiles are computed, if the other ones are mirrored. */
  Optional<PackedHalf> half() {
    return form.mirrored().map(mirrored -> PackedHalf.of(this, mirrored));
  }

  private ContractionForm sides(ContractionForm found) {
    for (ContractionForm candidate : List.of(found, found.swapped())) {
      if (avoids(candidate.left(), columns) && avoids(candidate.right(), rows)) {
        return candidate;
      }
    }
    throw refuse("a factor depends on both rows and columns");
  }

  private static boolean avoids(Expr factor, Role role) {
    Set<IndexVariable> used = ContractionForm.variables(factor);
    return role.parts().stream().noneMatch(part -> used.contains(part.variable()));
  }

  private void check() {
    if (form.right().elementType() != form.left().elementType()
        || form.accumulator().elementType() != form.left().elementType()) {
      throw refuse("the factors and their sum differ in type");
    }
    if (!merged.isEmpty()
        && nest.tensors().stream()
            .anyMatch(tensor -> tensor.layout().storage() != Layout.Storage.ARRAY)) {
      throw refuse("offsets of merged indices are ints, so that operands must be arrays");
    }
    List<IndexVariable> summed = form.depth().stream().map(Stmt.Loop::variable).toList();
    if (!summed.equals(pack.depth().variables())) {
      throw refuse("the depth must be the indices of the sum in their order, " + summed);
    }
    Set<IndexVariable> roles = new HashSet<>();
    for (Directive.PackLoop loop : List.of(pack.rows(), pack.columns(), pack.depth())) {
      for (IndexVariable variable : loop.variables()) {
        if (!roles.add(variable)) {
          throw refuse(variable + " has two roles");
        }
      }
    }
    if (batch.isPresent() && !roles.add(batch.get().loop().variable())) {
      throw refuse(batch.get().loop().variable() + " has two roles");
    }
    if (nest.tensor(nest.name()).type().elementType() != form.left().elementType()) {
      throw refuse("the target does not hold results of type " + form.left().elementType());
    }
  }

  // Where the loops stand.

  /** The variables that change within a tile. */
  Set<IndexVariable> insideTile() {
    Set<IndexVariable> steps = new HashSet<>(List.of(rows.step(), columns.step(), depth.step()));
    batch.ifPresent(lane -> steps.addAll(List.of(lane.lane(), lane.vector())));
    return steps;
  }

  /** The place of one element of the target. */
  Relocation ofTarget() {
    Relocation relocation = new Relocation();
    rows.put(relocation, rows.position());
    columns.put(relocation, columns.position());
    batch.ifPresent(lane -> relocation.put(lane.loop().variable(), lane.position()));
    return relocation;
  }

  /** The place of one element of the role's factor. */
  Relocation ofFactor(Role role) {
    Relocation relocation = new Relocation();
    role.put(relocation, role.position());
    depth.put(relocation, depthPosition());
    batch.ifPresent(lane -> relocation.put(lane.loop().variable(), lane.position()));
    return relocation;
  }

  private Subscript.Affine depthPosition() {
    return new Subscript.Affine(
        List.of(new Subscript.Term(depth.block(), 1), new Subscript.Term(depth.step(), 1)), 0);
  }

  /** How many positions of the sum the block holds. */
  Expr depthCount() {
    return LoopBounds.min(LoopBounds.number(pack.depth().block()), depth.left());
  }

  Stmt overDepth(Stmt body) {
    return depth.overSteps(LoopBounds.number(0), depthCount(), body);
  }

  Stmt overVectors(Stmt body) {
    if (batch.isEmpty() || batch.get().vectors() == 1) {
      return body;
    }
    Lane lane = batch.get();
    return new Stmt.Loop(
        new IndexBinding(lane.vector(), new Extent.Fixed(lane.vectors())),
        LoopKind.SEQUENTIAL,
        body);
  }

  ScheduleException refuse(String reason) {
    return Scheduler.refusal(pack, reason);
  }
}
