package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.List;

/**
 * Blocks of memory that temporaries lie in: those that are never needed at the same time share a
 * block.
 *
 * {@snippet :
 * Workspace workspace = pool.take(new ArenaShape(new Arena(ElementType.F32, n * k)));
 * Tensor t = ArenaShape.view(workspace.tensors()[0], n, k);
 * }
 *
 * @param arenas the blocks
 */
public record ArenaShape(List<Arena> arenas) implements WorkspaceShape {
  /** One block of memory. */
  public record Arena(ElementType elementType, long elements) {}

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
      long each = Math.multiplyExact(arena.elements(), (long) arena.elementType().byteSize());
      bytes = Math.addExact(bytes, each);
    }
    return bytes;
  }

  @Override
  public Tensor[] allocate() {
    Tensor[] memory = new Tensor[arenas.size()];
    for (int n = 0; n < memory.length; n++) {
      memory[n] = Tensor.zeros(arenas.get(n).elementType(), arenas.get(n).elements());
    }
    return memory;
  }

  /** The row-major tensor of a shape at the beginning of a block. */
  public static Tensor view(Tensor arena, long... shape) {
    return arena.slice(0, 0, Arguments.elements(shape)).reshape(shape);
  }
}
