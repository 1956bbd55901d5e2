package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.Extent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * One step of a plan as loops.
 *
 * @param name the tensor that the nest computes
 * @param tensors what it reads and writes, in order of first appearance in the statement's text,
 *     the target last
 * @param body the loops
 */
public record LoopNest(String name, List<TensorParameter> tensors, Stmt body) {
  public LoopNest {
    tensors = List.copyOf(tensors);
  }

  /** This nest with another body. */
  public LoopNest withBody(Stmt newBody) {
    return newBody.equals(body) ? this : new LoopNest(name, tensors, newBody);
  }

  /** The parameter of this name. */
  public TensorParameter tensor(String tensorName) {
    return tensors.stream()
        .filter(parameter -> parameter.name().equals(tensorName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no tensor " + tensorName + " in " + name));
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
    // Positions that are checked need the extent of their axis.
    LoopWalk.values(
        body,
        value -> {
          if (value instanceof Expr.Load(Element element, _)) {
            List<Extent> extents = tensor(element.tensor()).type().extents();
            for (int axis = 0; axis < extents.size(); axis++) {
              if (!(element.positions().get(axis) instanceof Position.Affine)
                  && extents.get(axis) instanceof Extent.Symbolic(String size)) {
                names.add(size);
              }
            }
          }
        });
    return names;
  }
}
