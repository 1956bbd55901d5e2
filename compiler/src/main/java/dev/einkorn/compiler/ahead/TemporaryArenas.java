package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.kernel.ArenaShape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The memory of temporaries, whatever their sizes: temporaries of one element type that are never
 * needed in the same step share an arena, which is as long as the longest of them.
 *
 * @param arenas in the order of their first temporaries
 */
record TemporaryArenas(List<Arena> arenas) {
  TemporaryArenas {
    arenas = List.copyOf(arenas);
  }

  /** One block of memory and what lies there, one after the other. */
  record Arena(ElementType elementType, List<TensorDeclaration> temporaries) {
    Arena {
      temporaries = List.copyOf(temporaries);
    }

    /** The different shapes of its temporaries. */
    List<List<Extent>> shapes() {
      return temporaries.stream().map(each -> each.type().extents()).distinct().toList();
    }
  }

  private record Lifetime(int first, int last) {
    boolean meets(Lifetime other) {
      return first <= other.last && other.first <= last;
    }
  }

  /**
   * The arenas of a plan.
   *
   * @param own temporaries that lie elsewhere
   */
  static TemporaryArenas of(ExecutionPlan plan, Set<String> own) {
    Map<String, Lifetime> lifetimes = lifetimes(plan);
    List<List<TensorDeclaration>> arenas = new ArrayList<>();
    for (TensorDeclaration temporary : plan.temporaries()) {
      if (own.contains(temporary.name())
          || plan.written().isAccumulatedFromCaller(temporary.name())) {
        continue; // What the caller passes first is copied.
      }
      Lifetime lifetime =
          lifetimes.getOrDefault(temporary.name(), new Lifetime(0, Integer.MAX_VALUE));
      List<TensorDeclaration> free = null;
      for (List<TensorDeclaration> arena : arenas) {
        boolean fits =
            arena.getFirst().type().elementType() == temporary.type().elementType()
                && arena.stream()
                    .noneMatch(
                        other ->
                            lifetimes
                                .getOrDefault(other.name(), new Lifetime(0, Integer.MAX_VALUE))
                                .meets(lifetime));
        if (fits && (free == null || arena.getFirst().type().equals(temporary.type()))) {
          free = arena;
        }
      }
      if (free == null) {
        free = new ArrayList<>();
        arenas.add(free);
      }
      free.add(temporary);
    }
    return new TemporaryArenas(
        arenas.stream()
            .map(arena -> new Arena(arena.getFirst().type().elementType(), arena))
            .toList());
  }

  private static Map<String, Lifetime> lifetimes(ExecutionPlan plan) {
    Map<String, Lifetime> lifetimes = new LinkedHashMap<>();
    for (int step = 0; step < plan.steps().size(); step++) {
      Assignment assignment = plan.steps().get(step);
      Set<String> touched = new HashSet<>(Set.of(assignment.target()));
      collectReads(assignment.value(), touched);
      for (String tensor : touched) {
        Lifetime before = lifetimes.get(tensor);
        lifetimes.put(tensor, new Lifetime(before == null ? step : before.first(), step));
      }
    }
    return lifetimes;
  }

  private static void collectReads(IndexExpr expr, Set<String> tensors) {
    if (expr instanceof IndexExpr.Access access) {
      tensors.add(access.tensor());
    }
    expr.children().forEach(child -> collectReads(child, tensors));
  }

  /** Bytes of all arenas. */
  long bytes(ToLongFunction<Extent> sizes) {
    long bytes = 0;
    for (Arena arena : arenas) {
      long elements = 0;
      for (List<Extent> shape : arena.shapes()) {
        long count = 1;
        for (Extent extent : shape) {
          count = Math.multiplyExact(count, sizes.applyAsLong(extent));
        }
        elements = Math.max(elements, count);
      }
      bytes = Math.addExact(bytes, new ArenaShape.Arena(arena.elementType(), elements).bytes());
    }
    return bytes;
  }
}
