package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who of a GPU's threads runs which iterations of a nest. These directives leave the nest as it is:
 * the CUDA emitter carries them out, and the Java emitter knows none of them. Where a sum is shared
 * out, it is regrouped, always in the same way.
 */
public sealed interface DeviceDirective extends Directive {

  /** Whom a loop is shared out among. */
  enum Level {
    /** Blocks of threads: chunks of a reduction, whose results a second kernel folds. */
    BLOCK("block"),
    /** The threads of a block that follow each other. */
    THREAD_X("thread x"),
    /** The rows of threads of a block. */
    THREAD_Y("thread y");

    private final String text;

    Level(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Shares out the iterations of every loop over a variable.
   *
   * {@snippet lang=text :
   * bind(k: thread x 256 by 4)   each thread of 256 computes 4 elements, 256 apart
   * bind(i: thread y 8)          8 threads fold every eighth iteration, then each other's results
   * bind(i: block 16)            so do 16 blocks; a second kernel folds what they have stored
   * }
   *
   * <p>A loop over elements of the target gives each thread its own; a reduction gives each thread
   * a part of the sum. Legal for loops of a nest whose fold can be taken apart: one operator, from
   * its identity.
   *
   * @param count of threads or blocks; of threads, a power of two
   * @param each how many iterations a thread takes of a loop over elements; 1 for a reduction
   */
  record Bind(IndexVariable variable, Level level, int count, int each) implements DeviceDirective {
    public Bind {
      if (count < 1
          || each < 1
          || (level == Level.BLOCK && each > 1)
          || (level != Level.BLOCK && (Integer.bitCount(count) != 1 || count > 1024))) {
        throw new IllegalArgumentException(level + " " + count + " by " + each);
      }
    }

    @Override
    public boolean keepsBits() {
      // Which loops are reductions is the nest's to say; DeviceSchedule asks the arithmetic.
      return true;
    }

    @Override
    public String toString() {
      return "bind(%s: %s %s%s)".formatted(variable, level, count, each == 1 ? "" : " by " + each);
    }
  }

  /**
   * Computes a sum of products by tiles: a block of threads copies panels of both factors to shared
   * memory and keeps a tile of the target in registers, as {@code pack} does with caches.
   *
   * {@snippet lang=text :
   * shared(i+j: 8 of 128, k: 8 of 128, l: 1 of 16)
   * }
   *
   * @param rows indices of the first factor: elements of a thread, of the block
   * @param columns indices of the second factor, likewise
   * @param depth indices of the sum, in their order; the block says how many are copied at once
   */
  record Shared(PackLoop rows, PackLoop columns, PackLoop depth) implements DeviceDirective {
    public Shared {
      if (rows.lanes() > 1 || columns.lanes() > 1 || depth.lanes() > 1 || depth.count() > 1) {
        throw new IllegalArgumentException("a tile of threads has no lanes");
      }
    }

    /**
     * The form of a nest with the factor of the rows first; empty if the nest is none that the
     * tiles fit.
     */
    public Optional<ContractionForm> form(LoopNest nest) {
      return ContractionForm.of(nest)
          .flatMap(form -> DeviceSharing.oriented(form, rows.variables(), columns.variables()));
    }

    /** How many threads a block has. */
    public int threads() {
      return rows.block() / rows.count() * (columns.block() / columns.count());
    }

    @Override
    public String toString() {
      return "shared(" + rows + ", " + columns + ", " + depth + ")";
    }
  }

  /**
   * Computes a sum of products of {@code f32} by tiles on tensor cores, which round both factors:
   * each warp keeps a tile of the target in registers.
   *
   * {@snippet lang=text :
   * matrix(tf32, i: 64 of 128, j: 64 of 256, k: 1 of 16)
   * }
   *
   * @param product what factors are rounded to
   * @param rows indices of the first factor: elements of a warp, of the block
   * @param columns indices of the second factor, likewise
   * @param depth indices of the sum, in their order; the block says how many are copied at once
   */
  record Matrix(MatrixProduct product, PackLoop rows, PackLoop columns, PackLoop depth)
      implements DeviceDirective {
    private static final int WARP = 32;

    public Matrix {
      if (product == MatrixProduct.F32) {
        throw new IllegalArgumentException("tensor cores multiply tf32 or bf16");
      }
      if (rows.lanes() > 1 || columns.lanes() > 1 || depth.lanes() > 1 || depth.count() > 1) {
        throw new IllegalArgumentException("a tile of warps has no lanes");
      }
    }

    /** The form of a nest with the factor of the rows first, if it is one that fits. */
    public Optional<ContractionForm> form(LoopNest nest) {
      return ContractionForm.of(nest)
          .flatMap(form -> DeviceSharing.oriented(form, rows.variables(), columns.variables()));
    }

    /** How many threads a block has. */
    public int threads() {
      return rows.block() / rows.count() * (columns.block() / columns.count()) * WARP;
    }

    @Override
    public boolean keepsBits() {
      return false;
    }

    @Override
    public String toString() {
      return "matrix(" + product + ", " + rows + ", " + columns + ", " + depth + ")";
    }
  }

  /**
   * Gives each thread a tile of elements that it computes together, in registers: {@code
   * registers(n: 8, k: 8)}. What is read along one index serves all positions of the other.
   */
  record Registers(List<TileLoop> loops) implements DeviceDirective {
    public Registers {
      loops = List.copyOf(loops);
      if (loops.size() != 2 || loops.stream().anyMatch(loop -> loop.lanes() > 1)) {
        throw new IllegalArgumentException("a tile of registers has two loops: " + loops);
      }
    }

    /** The form of a nest with the factor of the first index first, if it is one that fits. */
    public Optional<ContractionForm> form(LoopNest nest) {
      return ContractionForm.of(nest).flatMap(form -> DeviceSharing.oriented(form, this));
    }

    @Override
    public String toString() {
      return "registers("
          + String.join(", ", loops.stream().map(TileLoop::toString).toList())
          + ")";
    }
  }

  /**
   * Turns blocks of a tensor in shared memory: {@code turn(A, i, j)}. For a copy whose neighbours
   * lie along {@code i} in A and along {@code j} in the target.
   *
   * @param tensor that is read once
   * @param along the index of its unit axis
   * @param across the index of the target's unit axis
   */
  record Turn(String tensor, IndexVariable along, IndexVariable across) implements DeviceDirective {
    @Override
    public String toString() {
      return "turn(" + tensor + ", " + along + ", " + across + ")";
    }
  }

  /** Whether the directive is of this kind and not of a kind for CPUs that no GPU can follow. */
  static boolean fits(Directive directive) {
    return switch (directive) {
      case DeviceDirective _, Reorder _, Fuse _, Promote _, Hoist _, Contract _, SplitBorders _ ->
          true;
      case Merge _,
          Continue _,
          Polynomial _,
          Reciprocal _,
          Tile _,
          Block _,
          Distribute _,
          Search _,
          Resume _,
          Unroll _,
          Stage _,
          Pack _,
          Partial _,
          Rank _,
          SplitReduction _,
          Mirror _,
          Parallel _ ->
          false;
    };
  }

  /** The directive of this name, if it is one of these; the arguments are split at commas. */
  static Optional<DeviceDirective> read(String name, List<String> arguments, String text) {
    return switch (name) {
      case "bind" -> Optional.of(bind(arguments, text));
      case "shared" -> {
        if (arguments.size() != 3) {
          throw new ScheduleException("shared takes rows, columns and depth, found: " + text);
        }
        yield Optional.of(
            new Shared(
                Schedule.packLoop(arguments.get(0)),
                Schedule.packLoop(arguments.get(1)),
                Schedule.packLoop(arguments.get(2))));
      }
      case "matrix" -> Optional.of(matrix(arguments, text));
      case "registers" ->
          Optional.of(new Registers(arguments.stream().map(Schedule::tileLoop).toList()));
      case "turn" -> {
        if (arguments.size() != 3) {
          throw new ScheduleException("turn takes a tensor and two indices, found: " + text);
        }
        yield Optional.of(
            new Turn(
                arguments.get(0),
                new IndexVariable(arguments.get(1)),
                new IndexVariable(arguments.get(2))));
      }
      default -> Optional.empty();
    };
  }

  private static Matrix matrix(List<String> arguments, String text) {
    for (MatrixProduct product : List.of(MatrixProduct.TF32, MatrixProduct.BF16)) {
      if (arguments.size() == 4 && arguments.getFirst().strip().equals(product.toString())) {
        return new Matrix(
            product,
            Schedule.packLoop(arguments.get(1)),
            Schedule.packLoop(arguments.get(2)),
            Schedule.packLoop(arguments.get(3)));
      }
    }
    throw new ScheduleException(
        "matrix takes tf32 or bf16, rows, columns and depth, found: " + text);
  }

  private static Bind bind(List<String> arguments, String text) {
    Matcher matcher =
        Pattern.compile(
                "(.+?)\\s*:\\s*(block|thread x|thread y)\\s+(\\d{1,6})(?:\\s+by\\s+(\\d{1,4}))?")
            .matcher(arguments.size() == 1 ? arguments.getFirst() : "");
    if (!matcher.matches()) {
      throw new ScheduleException(
          "bind takes an index such as k: thread x 256 by 4 or i: block 16, found: " + text);
    }
    Level level =
        switch (matcher.group(2)) {
          case "block" -> Level.BLOCK;
          case "thread x" -> Level.THREAD_X;
          default -> Level.THREAD_Y;
        };
    return new Bind(
        new IndexVariable(matcher.group(1)),
        level,
        Integer.parseInt(matcher.group(3)),
        matcher.group(4) == null ? 1 : Integer.parseInt(matcher.group(4)));
  }
}
