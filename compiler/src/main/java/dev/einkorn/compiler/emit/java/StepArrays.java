package dev.einkorn.compiler.emit.java;

import dev.einkorn.compiler.emit.WorkerArray;
import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.MergedIndex;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The arrays that the Java of a step asks its worker for, in the order of their slots: scratch
 * memory, then tables of positions, then arrays for the lanes of vectors that are folded.
 */
public final class StepArrays {
  /** The length of an array for lanes: more than any vector has. */
  static final int FOLDED_LANES = 64;

  private StepArrays() {}

  /**
   * The arrays of scheduled nests, one a step.
   *
   * @param wide whether positions and extents may exceed an {@code int}
   */
  public static WorkingMemory of(List<LoopNest> nests, boolean wide, VectorForm form) {
    return new WorkingMemory(nests.stream().map(nest -> of(nest, wide, form)).toList());
  }

  private static List<WorkerArray> of(LoopNest nest, boolean wide, VectorForm form) {
    boolean everyWorker = nest.isParallel();
    List<WorkerArray> arrays = new ArrayList<>();
    for (ScratchArray array : ScratchArray.of(nest.scratch())) {
      arrays.add(
          new WorkerArray(
              array.elementType(),
              arrays.size(),
              array.shared(),
              everyWorker,
              List.of(new Extent.Fixed(array.elements()))));
    }
    var names = new OperandNames(wide, nest);
    findTables(nest, new ExpressionWriter(nest, names, wide, form));
    for (OperandNames.Table table : names.tables().keySet()) {
      MergedIndex merged = merged(nest, table);
      arrays.add(
          new WorkerArray(
              ElementType.I32,
              arrays.size(),
              false,
              everyWorker,
              nest.factors(merged.binding().extent()),
              merged.overhang()));
    }
    for (ElementType type : foldedLanes(nest, form)) {
      List<Extent> lanes = List.of(new Extent.Fixed(FOLDED_LANES));
      arrays.add(new WorkerArray(type, arrays.size(), false, everyWorker, lanes));
    }
    return arrays;
  }

  /** Asks for every position once, so that the tables they need are known. */
  static void findTables(LoopNest nest, ExpressionWriter expressions) {
    for (TensorParameter tensor : nest.tensors()) {
      for (Element element : elements(nest, tensor.name())) {
        if (element.positions().stream().anyMatch(Position.Merged.class::isInstance)) {
          expressions.arrayPosition(element);
        }
      }
    }
  }

  /** The merged index that a table is for. */
  static MergedIndex merged(LoopNest nest, OperandNames.Table table) {
    return nest.merged().stream()
        .filter(merged -> merged.variable().equals(table.merged()))
        .findFirst()
        .orElseThrow();
  }

  /** The types of vectors whose lanes are folded, which go by way of an array. */
  static Set<ElementType> foldedLanes(LoopNest nest, VectorForm form) {
    Set<ElementType> types = new LinkedHashSet<>();
    if (form == VectorForm.VECTOR_API) {
      LoopWalk.values(
          nest.body(),
          value -> {
            if (value instanceof Expr.LaneReduction(_, Expr vector)
                && form.isObject(vector.elementType(), vector.lanes())) {
              types.add(vector.elementType());
            }
          });
    }
    return types;
  }

  /** Where the nest reads or writes a tensor. */
  static List<Element> elements(LoopNest nest, String tensor) {
    List<Element> elements = new ArrayList<>();
    LoopWalk.values(
        nest.body(),
        value -> {
          switch (value) {
            case Expr.Load(Element element, _) -> elements.add(element);
            case Expr.VectorLoad(Element element, _, _) -> elements.add(element);
            case Expr.Contiguous(Element element, _, _) -> elements.add(element);
            case Expr.Local _,
                Expr.Broadcast _,
                Expr.LaneReduction _,
                Expr.Rank _,
                Expr.ExactProduct _,
                Expr.Constant _,
                Expr.LoopValue _,
                Expr.ExtentValue _,
                Expr.UnaryOp _,
                Expr.BinaryOp _,
                Expr.Call _,
                Expr.Cast _,
                Expr.Select _ -> {}
          }
        });
    LoopWalk.statements(
        nest.body(),
        stmt -> {
          switch (stmt) {
            case Stmt.Store(Element element, _) -> elements.add(element);
            case Stmt.Accumulate(Element element, _, _) -> elements.add(element);
            case Stmt.Block _,
                Stmt.Loop _,
                Stmt.Declare _,
                Stmt.Assign _,
                Stmt.Update _,
                Stmt.Barrier _,
                Stmt.Outline _,
                Stmt.Guard _ -> {}
          }
        });
    return elements.stream().filter(element -> element.tensor().equals(tensor)).toList();
  }
}
