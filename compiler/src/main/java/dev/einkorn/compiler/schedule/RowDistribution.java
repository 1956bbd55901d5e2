package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.FunctionRun;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** {@link Directive.Distribute} over rows: the functions of all rows of a block are one run. */
final class RowDistribution {
  /** Rows of so many elements are runs that are long enough by themselves. */
  private static final long LONG_ROW = 256;

  /** Elements of a block, of which the first-level cache holds several. */
  private static final long BLOCK = 1024;

  /** Rows of scratch memory are multiples of so many elements, so that lengths share kernels. */
  private static final long ROUND = 4;

  private final LoopNest nest;
  private final Directive.Distribute directive;
  private final Directive.TileLoop along;
  private final Set<String> names;
  private final List<Scratch> scratch;
  // The same for all loops over rows, so that workers can share them.
  private final IndexVariable block;

  /**
   * Prepares the blocks.
   *
   * @param names of tensors and loops, to which new ones are added
   * @param scratch of the nest, to which what waits is added
   */
  RowDistribution(
      LoopNest nest, Directive.Distribute directive, Set<String> names, List<Scratch> scratch) {
    this.nest = nest;
    this.directive = directive;
    this.along = directive.over().orElseThrow();
    this.names = names;
    this.scratch = scratch;
    this.block = LoopBlocking.unused(directive.variable() + "_block", names);
  }

  /** The directive for several short rows, if they are that. */
  static Optional<Directive> ofShort(
      IndexVariable rows, long count, IndexVariable along, long length) {
    if (count < 2 || length < 2 || length >= LONG_ROW) {
      return Optional.empty();
    }
    int width = Math.toIntExact(TileSizes.roundUp(length, ROUND));
    return Optional.of(
        new Directive.Distribute(
            rows,
            Math.toIntExact(Math.max(2, BLOCK / width)),
            Optional.of(new Directive.TileLoop(along, width, 1))));
  }

  /** The loop over rows in blocks; empty if it has no such rows. */
  Optional<Stmt> of(Stmt.Loop loop) {
    if (loop.body() instanceof Stmt.Outline(String name, Stmt inside)) {
      return of(loop, inside, part -> new Stmt.Outline(name, part));
    }
    return of(loop, loop.body(), part -> part);
  }

  /**
   * The same for the body of a loop.
   *
   * @param wrapped makes of a part of the body what takes its place
   */
  private Optional<Stmt> of(Stmt.Loop loop, Stmt body, UnaryOperator<Stmt> wrapped) {
    List<Stmt> statements = body instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(body);
    for (int n = 0; n < statements.size(); n++) {
      if (statements.get(n) instanceof Stmt.Loop row
          && row.variable().equals(along.variable())
          && row.isWhole()
          && LoopDistribution.calls(row.body()) > 0) {
        List<Stmt> stores = LoopDistribution.straight(row.body());
        var parts =
            new Parts(
                loop,
                statements.subList(0, n),
                row,
                stores,
                statements.subList(n + 1, statements.size()),
                wrapped);
        return stores.isEmpty() || !keepsToItself(loop) ? Optional.empty() : blocks(parts);
      }
    }
    return Optional.empty();
  }

  /**
   * What an iteration does.
   *
   * @param before the row
   * @param stores what the row's body stores and folds, each by itself
   * @param after the row
   */
  private record Parts(
      Stmt.Loop loop,
      List<Stmt> before,
      Stmt.Loop row,
      List<Stmt> stores,
      List<Stmt> after,
      UnaryOperator<Stmt> wrapped) {}

  private Optional<Stmt> blocks(Parts parts) {
    if (parts.after.isEmpty()
        && parts.stores.size() == 1
        && parts.stores.getFirst() instanceof Stmt.Store(Element target, Expr.Call call)
        && call.polynomial()
        && LoopDistribution.calls(parts.row.body()) == 1
        && FunctionRun.areRuns(nest, parts.loop, parts.row, target)) {
      return Optional.of(overBlocks(parts, inTarget(parts, target, call)));
    }
    boolean vectors =
        parts.before.stream()
            .anyMatch(s -> s instanceof Stmt.Declare declare && declare.value().lanes() > 1);
    if (vectors) {
      return Optional.empty();
    }
    Expr fits =
        new Expr.BinaryOp(
            BinaryOperator.LESS_OR_EQUAL,
            new Expr.ExtentValue(parts.row.binding().extent()),
            LoopBounds.number(along.width()));
    // The same loop over blocks in both branches, so that workers can share it.
    Stmt longer = overBlocks(parts, List.of(rows(parts, parts.loop.body())));
    return Optional.of(new Stmt.Guard(fits, overBlocks(parts, inScratch(parts)), longer));
  }

  private Stmt overBlocks(Parts parts, List<Stmt> loops) {
    return LoopBlocking.over(parts.loop, block, directive.size()).withBody(Stmt.sequence(loops));
  }

  /** A function that is all that is stored waits where it is stored. */
  private List<Stmt> inTarget(Parts parts, Element target, Expr.Call call) {
    List<Stmt> first = new ArrayList<>(parts.before);
    Expr stored = new Expr.Load(target, call.elementType());
    Expr argument = call.arguments().getFirst();
    if (!argument.equals(stored)) {
      first.add(part(parts.row.withBody(new Stmt.Store(target, argument))));
    }
    List<Stmt> loops = new ArrayList<>();
    if (!first.isEmpty()) {
      loops.add(rows(parts, parts.wrapped.apply(Stmt.sequence(first))));
    }
    loops.add(run(parts, call, parts.row.withBody(again(target, call))));
    return loops;
  }

  /** Arguments of functions wait in rows of scratch memory, as do locals that are needed later. */
  private List<Stmt> inScratch(Parts parts) {
    // What is done for each row before the first function, between functions, and after the last.
    List<List<Stmt>> chunks = new ArrayList<>();
    List<Stmt> runs = new ArrayList<>();
    Map<Expr, Expr> known = new LinkedHashMap<>();
    UnaryOperator<Expr> wait =
        value -> {
          Expr.Call call = (Expr.Call) value;
          Element place = row(parts, call);
          Stmt argument = new Stmt.Store(place, call.arguments().getFirst());
          chunks.add(new ArrayList<>(List.of(part(parts.row.withBody(argument)))));
          runs.add(run(parts, call, wholeRow(parts, place, call)));
          return new Expr.Load(place, call.elementType());
        };
    List<Stmt> stores = new ArrayList<>();
    for (Stmt store : parts.stores) {
      stores.add(
          LoopWalk.mapOwnValues(store, value -> LoopDistribution.replace(value, known, wait)));
    }
    List<Stmt> last = new ArrayList<>();
    List<Stmt> first = new ArrayList<>();
    for (Stmt stmt : parts.before) {
      boolean begins =
          stmt instanceof Stmt.Declare(String local, _, Expr.Constant _)
              && !used(parts.before).contains(local);
      (begins ? last : first).add(stmt);
    }
    boolean folds = stores.stream().anyMatch(Stmt.Update.class::isInstance);
    Stmt row = parts.row.withBody(Stmt.sequence(stores));
    last.add(folds ? row : part(row));
    last.addAll(parts.after);
    chunks.add(last);
    chunks.getFirst().addAll(0, first);
    keepLocals(parts, first, chunks);

    List<Stmt> loops = new ArrayList<>();
    for (int n = 0; n < chunks.size(); n++) {
      loops.add(rows(parts, parts.wrapped.apply(Stmt.sequence(chunks.get(n)))));
      if (n < runs.size()) {
        loops.add(runs.get(n));
      }
    }
    return loops;
  }

  /** Stores the locals of the first chunk that others need, and loads them there. */
  private void keepLocals(Parts parts, List<Stmt> first, List<List<Stmt>> chunks) {
    for (Stmt stmt : first) {
      if (!(stmt instanceof Stmt.Declare(String local, ElementType type, _))) {
        continue;
      }
      List<List<Stmt>> later =
          chunks.stream().skip(1).filter(chunk -> used(chunk).contains(local)).toList();
      if (!later.isEmpty()) {
        Element place = value(parts, local, type);
        chunks.getFirst().add(new Stmt.Store(place, new Expr.Local(local, type)));
        later.forEach(
            chunk -> chunk.addFirst(new Stmt.Declare(local, type, new Expr.Load(place, type))));
      }
    }
  }

  /** Names of the locals that statements read or change. */
  private static Set<String> used(List<Stmt> statements) {
    Set<String> used = new HashSet<>();
    for (Stmt stmt : statements) {
      LoopWalk.values(
          stmt,
          value -> {
            if (value instanceof Expr.Local(String name, _, _)) {
              used.add(name);
            }
          });
      LoopWalk.statements(
          stmt,
          s -> {
            if (s instanceof Stmt.Update(String name, _, _)) {
              used.add(name);
            } else if (s instanceof Stmt.Assign(String name, _)) {
              used.add(name);
            }
          });
    }
    return used;
  }

  /** A row of scratch memory for what a function is called with. */
  private Element row(Parts parts, Expr.Call call) {
    String name = LoopBlocking.unused(call.function().symbol() + "_value", names).name();
    List<Extent> extents =
        List.of(new Extent.Fixed(directive.size()), new Extent.Fixed(along.width()));
    scratch.add(new Scratch(name, new TensorType(call.elementType(), extents), false));
    return new Element(name, List.of(inBlock(parts), at(parts.row.variable())));
  }

  /** Scratch memory for a local of each row. */
  private Element value(Parts parts, String local, ElementType type) {
    String name = LoopBlocking.unused(local + "_value", names).name();
    List<Extent> extents = List.of(new Extent.Fixed(directive.size()));
    scratch.add(new Scratch(name, new TensorType(type, extents), false));
    return new Element(name, List.of(inBlock(parts)));
  }

  private Position inBlock(Parts parts) {
    return new Position.Affine(
        new Subscript.Affine(
            List.of(new Subscript.Term(parts.loop.variable(), 1), new Subscript.Term(block, -1)),
            0));
  }

  private static Position at(IndexVariable variable) {
    return new Position.Affine(new Subscript.Affine(List.of(new Subscript.Term(variable, 1)), 0));
  }

  /** The function of all elements of a row of scratch memory, of those that nobody reads too. */
  private Stmt.Loop wholeRow(Parts parts, Element place, Expr.Call call) {
    var all = LoopBlocking.unused(parts.row.variable() + "_all", names);
    var each = new Element(place.tensor(), List.of(inBlock(parts), at(all)));
    return new Stmt.Loop(
        new IndexBinding(all, new Extent.Fixed(along.width())),
        LoopKind.SEQUENTIAL,
        again(each, call));
  }

  private static Stmt again(Element place, Expr.Call call) {
    Expr stored = new Expr.Load(place, call.elementType());
    return new Stmt.Store(place, new Expr.Call(call.function(), List.of(stored), true));
  }

  private Stmt run(Parts parts, Expr.Call call, Stmt.Loop row) {
    return new Stmt.Outline(call.function().symbol() + "_" + nest.name(), rows(parts, row));
  }

  private Stmt part(Stmt row) {
    return new Stmt.Outline("part_" + nest.name(), row);
  }

  private Stmt rows(Parts parts, Stmt body) {
    return LoopBlocking.within(parts.loop, block, directive.size()).withBody(body);
  }

  /** Whether iterations write plainly, and read of what they write only what is their own. */
  private boolean keepsToItself(Stmt.Loop loop) {
    boolean[] own = {true};
    Map<String, Element> written = new LinkedHashMap<>();
    LoopWalk.statements(
        loop.body(),
        s -> {
          own[0] &= !(s instanceof Stmt.Accumulate) && !(s instanceof Stmt.Barrier);
          if (s instanceof Stmt.Store(Element target, _)) {
            own[0] &= target.dependsOn(loop.variable()) && !nest.isScratch(target.tensor());
            written.put(target.tensor(), target);
          }
        });
    LoopWalk.values(
        loop.body(),
        value -> {
          if (value instanceof Expr.Load(Element read, _)) {
            Element target = written.get(read.tensor());
            own[0] &= !nest.isScratch(read.tensor());
            for (int axis = 0; target != null && axis < target.positions().size(); axis++) {
              Position position = target.positions().get(axis);
              own[0] &=
                  !position.dependsOn(loop.variable())
                      || read.positions().get(axis).equals(position);
            }
          }
        });
    return own[0];
  }
}
