package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.schedule.DeviceNest;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A nest of one fold, taken apart: a first kernel stores what each chunk has folded, a second one
 * folds the chunks and does what the nest does with the result.
 *
 * @param first folds a chunk, which it calls {@link #CHUNK}, and stores its part
 * @param second folds the parts
 * @param temporary holds the parts
 */
record PartialFold(
    LoopNest first,
    DeviceNest firstPart,
    LoopNest second,
    DeviceNest secondPart,
    DeviceProgram.Temporary temporary) {
  /** Which chunk a part is of; no program has such a name. */
  static final IndexVariable CHUNK = new IndexVariable("chunk.");

  /**
   * The parts of a nest; empty if it does not consist of one fold.
   *
   * @param before temporaries of the program, whose names are taken
   */
  static Optional<PartialFold> of(
      LoopNest nest, DeviceNest part, int chunks, List<DeviceProgram.Temporary> before) {
    List<Stmt> statements =
        part.body() instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(part.body());
    List<Stmt> loops = statements.stream().filter(Stmt.Loop.class::isInstance).toList();
    if (loops.size() != 1) {
      return Optional.empty();
    }
    int at = statements.indexOf(loops.getFirst());
    List<Stmt.Update> updates = new ArrayList<>();
    Set<String> inside = new HashSet<>();
    boolean[] other = {false};
    LoopWalk.statements(
        loops.getFirst(),
        s -> {
          switch (s) {
            case Stmt.Update update -> updates.add(update);
            case Stmt.Declare declare -> inside.add(declare.local());
            case Stmt.Store _, Stmt.Accumulate _, Stmt.Assign _ -> other[0] = true;
            case Stmt.Block _, Stmt.Loop _, Stmt.Guard _, Stmt.Barrier _, Stmt.Outline _ -> {}
          }
        });
    List<Stmt.Update> outer = updates.stream().filter(u -> !inside.contains(u.local())).toList();
    boolean declared = statements.subList(0, at).stream().allMatch(Stmt.Declare.class::isInstance);
    if (other[0] || outer.size() != 1 || !declared) {
      return Optional.empty();
    }
    ReductionOperator operator = outer.getFirst().operator();
    ElementType type = outer.getFirst().value().elementType();
    var local = new Expr.Local(outer.getFirst().local(), type);
    String name = name(nest, before);
    List<Extent> extents = new ArrayList<>();
    List<Position> positions = new ArrayList<>();
    extents.add(new Extent.Fixed(chunks));
    positions.add(position(CHUNK));
    for (Stmt.Loop loop : part.kept()) {
      extents.add(loop.binding().extent());
      positions.add(position(loop.variable()));
    }
    var parameter =
        new TensorParameter(name, new TensorType(type, extents), Layout.rowMajor(extents.size()));
    var element = new Element(name, positions);
    List<Stmt> firstBody = new ArrayList<>(statements.subList(0, at + 1));
    firstBody.add(new Stmt.Store(element, local));
    List<Stmt> secondBody = new ArrayList<>(statements.subList(0, at));
    secondBody.add(
        new Stmt.Loop(
            new IndexBinding(CHUNK, new Extent.Fixed(chunks)),
            LoopKind.SEQUENTIAL,
            new Stmt.Update(local.name(), operator, new Expr.Load(element, type))));
    secondBody.addAll(statements.subList(at + 1, statements.size()));
    List<TensorParameter> read =
        nest.tensors().stream().filter(t -> !t.name().equals(nest.name())).toList();
    List<TensorParameter> firstTensors = new ArrayList<>(read);
    firstTensors.add(parameter);
    List<TensorParameter> secondTensors = new ArrayList<>();
    for (TensorParameter tensor : read) {
      if (reads(secondBody, tensor.name())) {
        secondTensors.add(tensor);
      }
    }
    secondTensors.add(parameter);
    secondTensors.add(nest.tensor(nest.name()));
    Stmt one = Stmt.sequence(firstBody);
    Stmt two = Stmt.sequence(secondBody);
    return Optional.of(
        new PartialFold(
            new LoopNest(name, firstTensors, one),
            new DeviceNest(part.kept(), one),
            new LoopNest(nest.name(), secondTensors, two),
            new DeviceNest(part.kept(), two),
            new DeviceProgram.Temporary(name, type, extents)));
  }

  /** A name that no program has; steps that write one tensor have temporaries of their own. */
  private static String name(LoopNest nest, List<DeviceProgram.Temporary> before) {
    String first = nest.name() + ".partial";
    long taken =
        before.stream()
            .filter(t -> t.name().equals(first) || t.name().startsWith(first + "."))
            .count();
    return taken == 0 ? first : first + "." + (taken + 1);
  }

  private static Position position(IndexVariable variable) {
    return new Position.Affine((Subscript.Affine) Subscript.of(variable));
  }

  private static boolean reads(List<Stmt> statements, String tensor) {
    boolean[] found = {false};
    for (Stmt stmt : statements) {
      LoopWalk.values(
          stmt,
          value ->
              found[0] |=
                  value instanceof Expr.Load load && load.element().tensor().equals(tensor));
    }
    return found[0];
  }
}
