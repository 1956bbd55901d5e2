package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.CacheLines;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.List;

/**
 * Blocks of memory that temporaries lie in: those that are never needed at the same time share a
 * block. Blocks of one element type lie in one array, at multiples of a cache line from each other:
 * side by side in small arrays of their own, workers would take each other's lines.
 *
 * {@snippet :
 * Workspace workspace = pool.take(new ArenaShape(new Arena(ElementType.F32, n * k)));
 * Tensor t = ArenaShape.view(workspace.tensors()[0], n, k);
 * }
 *
 * @param arenas the blocks
 */
public record ArenaShape(List<Arena> arenas) implements WorkspaceShape {
  private static final long LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  /** One block of memory. */
  public record Arena(ElementType elementType, long elements) {
    /** Bytes up to the end of its last cache line. */
    public long bytes() {
      return Math.multiplyExact(padded(), (long) elementType.byteSize());
    }

    /** The elements of so many bytes. */
    private long padded() {
      long line = CacheLines.BYTES / elementType.byteSize();
      return Math.multiplyExact(Math.ceilDiv(elements, line), line);
    }
  }

  /** Copies the list. */
  public ArenaShape {
    arenas = List.copyOf(arenas);
  }

  /** Of these blocks. */
  public ArenaShape(Arena... arenas) {
    this(List.of(arenas));
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (Arena arena : arenas) {
      bytes = Math.addExact(bytes, arena.bytes());
    }
    return bytes;
  }

  @Override
  public Tensor[] allocate() {
    Tensor[] memory = new Tensor[arenas.size()];
    for (ElementType type : ElementType.values()) {
      long together = 0;
      for (Arena arena : arenas) {
        together = arena.elementType() == type ? together + arena.padded() : together;
      }
      Tensor array = Tensor.zeros(type, together <= LONGEST_ARRAY ? together : 0);
      long from = 0;
      for (int n = 0; n < memory.length; n++) {
        Arena arena = arenas.get(n);
        if (arena.elementType() == type) {
          long elements = arena.elements();
          memory[n] =
              together <= LONGEST_ARRAY
                  ? array.slice(0, from, from + elements)
                  : Tensor.zeros(type, elements);
          from += arena.padded();
        }
      }
    }
    return memory;
  }

  /** The row-major tensor of a shape at the beginning of a block. */
  public static Tensor view(Tensor arena, long... shape) {
    return arena.slice(0, 0, Arguments.elements(shape)).reshape(shape);
  }
}
