package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.DeviceDirective.Turn;
import dev.einkorn.compiler.schedule.DeviceNest;
import dev.einkorn.cuda.template.TurnKernel;
import dev.einkorn.runtime.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Elements that are read across: a kernel whose blocks turn them in shared memory. */
final class TurnWriter {
  private static final int TILE = 32;
  private static final int ROWS = 8;

  private final DeviceNest part;
  private final Turn turn;
  private final KernelNames names;
  private final CudaExpressions expressions;
  private final Tiles tiles;

  TurnWriter(DeviceNest part, Turn turn, KernelNames names, boolean exact) {
    this.part = part;
    this.turn = turn;
    this.names = names;
    this.expressions = new CudaExpressions(names, exact);
    this.tiles = new Tiles(names);
  }

  private IndexBinding kept(IndexVariable variable) {
    return part.kept().stream()
        .map(Stmt.Loop::binding)
        .filter(binding -> binding.variable().equals(variable))
        .findFirst()
        .orElseThrow();
  }

  /** The kernel's text. */
  String write(String statement, String kernel) {
    Stmt.Store store = (Stmt.Store) part.body();
    tiles.take("along_0", kept(turn.along()).extent(), TILE);
    tiles.take("across_0", kept(turn.across()).extent(), TILE);
    tiles.take(
        part.kept().stream()
            .map(Stmt.Loop::binding)
            .filter(b -> !b.variable().equals(turn.along()) && !b.variable().equals(turn.across()))
            .toList());
    Map<Expr, String> turned = new HashMap<>();
    String read = "";
    String type = "";
    for (Expr.Load load : Tiles.loads(store.value())) {
      if (load.element().tensor().equals(turn.tensor())) {
        read = expressions.stored(load.element());
        type = CudaWords.storedType(load.elementType());
        turned.put(load, "block_tile[threadIdx.x][line]");
      }
    }
    String value = expressions.writeWith(turned, store.value());
    String stored =
        store.value().elementType() == ElementType.BOOL ? "(" + value + ") ? 1 : 0" : value;
    String result = expressions.stored(store.target()) + " = " + stored + ";";
    String alongExtent = names.extent(kept(turn.along()).extent());
    String acrossExtent = names.extent(kept(turn.across()).extent());
    return new TurnKernel(
            statement,
            kernel,
            names.data(names.nest().name()),
            names.data(turn.tensor()),
            type,
            names.index(),
            TILE * ROWS,
            TILE,
            ROWS,
            names.loop(turn.along()),
            names.loop(turn.across()),
            alongExtent,
            acrossExtent,
            names.parameters(),
            tiles.lines(),
            read,
            List.of(result))
        .render();
  }

  /** How the kernel is launched; to be asked for when it has been written. */
  Launch launch(String kernel) {
    return new Launch(kernel, names.arguments(), tiles.count(), Count.ONE, TILE, ROWS, 0);
  }
}
