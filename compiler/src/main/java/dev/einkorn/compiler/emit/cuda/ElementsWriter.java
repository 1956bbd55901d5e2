package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.DeviceDirective.Bind;
import dev.einkorn.compiler.schedule.DeviceDirective.Level;
import dev.einkorn.compiler.schedule.DeviceNest;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.cuda.template.ElementsKernel;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A perfect nest as a kernel whose threads, or groups of threads, compute elements of the target
 * each by themselves. Serves every nest; what a schedule does not say gets a default.
 */
final class ElementsWriter {
  private static final int DEFAULT_THREADS = 256;
  private static final int WARP = 32;

  private final KernelNames names;
  private final CudaExpressions expressions;
  private final Map<IndexVariable, Bind> binds = new LinkedHashMap<>();
  private final List<Stmt.Loop> kept;
  private final Stmt body;
  private final int blockX;
  private final int blockY;
  private final Map<IndexVariable, StatementWriter.Share> shares = new LinkedHashMap<>();
  private final Map<IndexVariable, StatementWriter.Share> blockShares = new LinkedHashMap<>();
  private final StatementWriter.Lanes lanes;
  private Count gridX = Count.ONE;
  private final int chunks;

  /**
   * For one of the nests of a step.
   *
   * @param binds those of its schedule; variables that this nest does not have are ignored
   * @param chunks among how many blocks the nest's fold is shared out
   */
  ElementsWriter(DeviceNest nest, List<Bind> binds, int chunks, KernelNames names, boolean exact) {
    this.names = names;
    this.chunks = chunks;
    this.expressions = new CudaExpressions(names, exact);
    this.kept = nest.kept();
    this.body = nest.body();
    Set<IndexVariable> all = new LinkedHashSet<>();
    nest.loops().forEach(loop -> all.add(loop.variable()));
    for (Bind bind : binds) {
      if (all.contains(bind.variable()) && bind.level() != Level.BLOCK) {
        this.binds.put(bind.variable(), bind);
      }
    }
    boolean nothingInside = this.binds.keySet().stream().allMatch(this::isKept);
    if (!kept.isEmpty() && this.binds.isEmpty()) {
      IndexVariable last = kept.getLast().variable();
      this.binds.put(last, new Bind(last, Level.THREAD_X, DEFAULT_THREADS, 1));
    }
    this.blockX = threads(Level.THREAD_X);
    this.blockY = threads(Level.THREAD_Y);
    this.lanes = nothingInside ? StatementWriter.Lanes.ALONE : lanes();
    for (Bind bind : binds) {
      if (bind.level() == Level.BLOCK && chunks > 1) {
        blockShares.put(
            bind.variable(),
            new StatementWriter.Share(names.loop(PartialFold.CHUNK), Integer.toString(chunks)));
      }
    }
  }

  private boolean isKept(IndexVariable variable) {
    return kept.stream().anyMatch(loop -> loop.variable().equals(variable));
  }

  /** How many threads there are along an axis; all loops that use it must agree. */
  private int threads(Level level) {
    List<Integer> counts =
        binds.values().stream()
            .filter(bind -> bind.level() == level)
            .map(Bind::count)
            .distinct()
            .toList();
    if (counts.size() > 1) {
      throw new ScheduleException(level + " has " + counts + " threads; loops must agree");
    }
    return counts.isEmpty() ? 1 : counts.getFirst();
  }

  private StatementWriter.Lanes lanes() {
    boolean grouped = binds.values().stream().anyMatch(b -> isKept(b.variable()) && b.count() > 1);
    String axis = "";
    int count = 1;
    for (Bind bind : binds.values()) {
      if (isKept(bind.variable())) {
        continue;
      }
      String own = bind.level() == Level.THREAD_X ? "x" : "y";
      if (!axis.isEmpty() && !axis.equals(own)) {
        throw new ScheduleException("threads fold along x or along y, not both");
      }
      if (binds.values().stream()
          .anyMatch(b -> isKept(b.variable()) && b.level() == bind.level())) {
        throw new ScheduleException(bind + ": that axis has elements already");
      }
      axis = own;
      count = bind.count();
      shares.put(
          bind.variable(),
          new StatementWriter.Share(index("threadIdx." + own), names.number(count)));
    }
    if (blockX * blockY % WARP != 0) {
      throw new ScheduleException("a block that folds is of whole warps of 32 threads");
    }
    return new StatementWriter.Lanes(axis, count, grouped);
  }

  /** A number of threads or blocks as a position. */
  private String index(String text) {
    return "(" + names.index() + ") " + text;
  }

  /** The kernel's text. */
  String write(String statement, String kernel) {
    var positions = new ArrayList<String>();
    String inside = positions(positions);
    var writer =
        new StatementWriter(
            names, expressions, shares, blockShares, lanes, lanes.isAlone() ? "" : inside);
    List<Bind> several =
        kept.stream()
            .map(loop -> binds.get(loop.variable()))
            .filter(bind -> bind != null && bind.each() > 1)
            .toList();
    for (Bind bind : several) {
      steps(bind, writer);
    }
    Interior.condition(body, kept, names)
        .ifPresentOrElse(
            condition -> {
              writer.open("if (" + condition + ")");
              expressions.interior(true);
              writer.write(body);
              expressions.interior(false);
              writer.close();
              writer.open("else");
              writer.write(body);
              writer.close();
            },
            () -> writer.write(body));
    for (Bind _ : several) {
      writer.close();
    }
    for (ElementType type : writer.scratch()) {
      int values = lanes.axis().equals("x") ? blockX * blockY / WARP : blockX * blockY;
      positions.add(
          "__shared__ %s scratch_%s[%s];"
              .formatted(
                  type == ElementType.BOOL ? "int" : CudaWords.valueType(type), type, values));
    }
    return new ElementsKernel(
            statement,
            kernel,
            names.data(names.nest().name()),
            blockX * blockY,
            names.parameters(),
            positions,
            writer.lines())
        .render();
  }

  /** The elements that a thread takes along one loop, a block's width apart. */
  private void steps(Bind bind, StatementWriter writer) {
    String variable = names.loop(bind.variable());
    String step = names.own(List.of(bind, "step"), variable + "_step");
    writer.line("#pragma unroll");
    writer.open("for (int %s = 0; %s < %s; %s++)".formatted(step, step, bind.each(), step));
    writer.line(
        "const %s %s = %s + %s * %s;"
            .formatted(
                names.index(),
                variable,
                names.own(List.of(bind, "first"), variable + "_first"),
                step,
                bind.count()));
    Extent extent = extent(bind.variable());
    writer.line("if (" + variable + " >= " + names.extent(extent) + ") break;");
  }

  private Extent extent(IndexVariable variable) {
    return kept.stream()
        .filter(loop -> loop.variable().equals(variable))
        .findFirst()
        .orElseThrow()
        .binding()
        .extent();
  }

  /**
   * Statements that find the thread's elements, and the grid.
   *
   * @return a condition under which the thread has an element at all; empty if it always has
   */
  private String positions(List<String> lines) {
    List<String> inside = new ArrayList<>();
    if (chunks > 1) {
      String chunk = names.loop(PartialFold.CHUNK);
      lines.add("const %s %s = blockIdx.y;".formatted(names.index(), chunk));
    }
    if (kept.isEmpty()) {
      if (lanes.isAlone() && chunks == 1) {
        lines.add("// There is one element: one thread computes it.");
      }
      return "";
    }
    String index = names.index();
    boolean several = kept.size() > 1;
    if (several) {
      lines.add(index + " tile = blockIdx.x;");
    }
    for (int n = kept.size() - 1; n >= 0; n--) {
      IndexVariable variable = kept.get(n).variable();
      Extent extent = extent(variable);
      Bind bind = binds.get(variable);
      String name = names.loop(variable);
      int width = bind == null ? 1 : bind.count() * bind.each();
      gridX = gridX.times(List.of(extent), width);
      String tiles = names.extent(extent);
      if (width > 1 && n > 0) {
        tiles = names.own(List.of(variable, "tiles"), name + "_tiles");
        lines.add(
            "const %s %s = (%s + %s) / %s;"
                .formatted(index, tiles, names.extent(extent), width - 1, width));
      }
      String tile = !several ? index("blockIdx.x") : n == 0 ? "tile" : "tile % " + tiles;
      String thread =
          bind == null
              ? ""
              : " * " + width + " + threadIdx." + (bind.level() == Level.THREAD_X ? "x" : "y");
      String first =
          bind != null && bind.each() > 1
              ? names.own(List.of(bind, "first"), name + "_first")
              : name;
      String declared = bind != null && !lanes.isAlone() ? index : "const " + index;
      lines.add(declared + " " + first + " = " + tile + thread + ";");
      if (n > 0) {
        lines.add("tile /= " + tiles + ";");
      }
      if (bind != null && bind.each() == 1 && bind.count() > 1) {
        inside.add(name + " < " + names.extent(extent));
      }
    }
    if (inside.isEmpty()) {
      return "";
    }
    String all = String.join(" && ", inside);
    String beyond = all.replace(" < ", " >= ").replace(" && ", " || ");
    if (lanes.isAlone()) {
      lines.add("if (" + beyond + ") return;");
      return "";
    }
    // Threads beyond the end stay, for barriers and shuffles; they read the last element again.
    lines.add("const bool inside = " + all + ";");
    for (Stmt.Loop loop : kept) {
      Bind bind = binds.get(loop.variable());
      if (bind != null && bind.count() > 1) {
        String name = names.loop(loop.variable());
        names.needs("nearest");
        lines.add(
            name + " = nearest(" + name + ", " + names.extent(loop.binding().extent()) + ");");
      }
    }
    return "inside";
  }

  /** How the kernel is launched; to be asked for when it has been written. */
  Launch launch(String kernel) {
    return new Launch(kernel, names.arguments(), gridX, Count.of(chunks), blockX, blockY, 0);
  }
}
