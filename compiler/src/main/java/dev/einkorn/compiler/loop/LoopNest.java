package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Symmetry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * One step of a plan as loops.
 *
 * @param name the tensor that the nest computes
 * @param tensors what it reads and writes, in order of first appearance in the statement's text,
 *     the target last
 * @param merged loops that walk several variables at once
 * @param scratch memory of the nest's own
 * @param symmetry loops whose positions may be exchanged in what is computed
 * @param body the loops
 */
public record LoopNest(
    String name,
    List<TensorParameter> tensors,
    List<MergedIndex> merged,
    List<Scratch> scratch,
    Optional<Symmetry> symmetry,
    Stmt body) {
  public LoopNest {
    tensors = List.copyOf(tensors);
    merged = List.copyOf(merged);
    scratch = List.copyOf(scratch);
  }

  /** A nest of which no symmetry is known. */
  public LoopNest(
      String name,
      List<TensorParameter> tensors,
      List<MergedIndex> merged,
      List<Scratch> scratch,
      Stmt body) {
    this(name, tensors, merged, scratch, Optional.empty(), body);
  }

  /** A nest without merged loops and scratch memory. */
  public LoopNest(String name, List<TensorParameter> tensors, Stmt body) {
    this(name, tensors, List.of(), List.of(), body);
  }

  /** This nest, of which a symmetry is known. */
  public LoopNest withSymmetry(Optional<Symmetry> known) {
    return new LoopNest(name, tensors, merged, scratch, known, body);
  }

  /** This nest with another body. */
  public LoopNest withBody(Stmt newBody) {
    return newBody.equals(body)
        ? this
        : new LoopNest(name, tensors, merged, scratch, symmetry, newBody);
  }

  /** The parameter or scratch tensor of this name. */
  public TensorParameter tensor(String tensorName) {
    for (TensorParameter parameter : tensors) {
      if (parameter.name().equals(tensorName)) {
        return parameter;
      }
    }
    for (Scratch memory : scratch) {
      if (memory.name().equals(tensorName)) {
        return new TensorParameter(tensorName, memory.type(), Layout.dense(memory.type().rank()));
      }
    }
    throw new IllegalArgumentException("no tensor " + tensorName + " in " + name);
  }

  /** Whether the tensor is scratch memory. */
  public boolean isScratch(String tensorName) {
    return scratch.stream().anyMatch(memory -> memory.name().equals(tensorName));
  }

  /** Whether workers share out some of the loops. */
  public boolean isParallel() {
    boolean[] found = {false};
    LoopWalk.statements(
        body, s -> found[0] |= s instanceof Stmt.Loop loop && loop.kind().isShared());
    return found[0];
  }

  /** Whether values have lanes. */
  public boolean hasVectors() {
    boolean[] found = {false};
    LoopWalk.values(body, value -> found[0] |= value.lanes() > 1);
    return found[0];
  }

  /**
   * What an extent is the product of: of a merged index the extents of its parts, and of theirs.
   */
  public List<Extent> factors(Extent extent) {
    for (MergedIndex index : merged) {
      if (index.binding().extent().equals(extent)) {
        return index.parts().stream().flatMap(part -> factors(part.extent()).stream()).toList();
      }
    }
    return List.of(extent);
  }

  /** Names of the symbolic extents that the loops and values use, in order of appearance. */
  public SequencedSet<String> sizes() {
    var names = new LinkedHashSet<String>();
    LoopWalk.extents(
        body,
        extent -> {
          if (extent instanceof Extent.Symbolic(String size)) {
            names.add(size);
          }
        });
    for (MergedIndex index : merged) {
      names.remove(index.variable().name());
      for (Extent extent : factors(index.binding().extent())) {
        if (extent instanceof Extent.Symbolic(String size)) {
          names.add(size);
        }
      }
    }
    // Positions that are checked need the extent of their axis.
    LoopWalk.values(
        body,
        value -> {
          if (value instanceof Expr.Load(Element element, _)) {
            List<Extent> extents = tensor(element.tensor()).type().extents();
            for (int axis = 0; axis < extents.size(); axis++) {
              if (!(element.positions().get(axis) instanceof Position.Affine
                      || element.positions().get(axis) instanceof Position.Merged)
                  && extents.get(axis) instanceof Extent.Symbolic(String size)) {
                names.add(size);
              }
            }
          }
        });
    return names;
  }
}
