package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A part of a nest that becomes one kernel: loops over elements of the target, which threads share
 * out in any order, around what is done for each element.
 *
 * @param kept whole loops, each over elements of its own
 * @param body for each element
 */
public record DeviceNest(List<Stmt.Loop> kept, Stmt body) {
  public DeviceNest {
    kept = List.copyOf(kept);
  }

  /** The parts of a scheduled nest; each may begin when those before have ended. */
  public static List<DeviceNest> of(Stmt nest) {
    List<Stmt> statements = nest instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(nest);
    List<DeviceNest> parts = new ArrayList<>();
    int from = 0;
    while (from < statements.size() && statements.get(from) instanceof Stmt.Loop loop) {
      parts.add(part(loop));
      from++;
    }
    if (from < statements.size()) {
      // What follows a declaration may read it.
      parts.add(part(Stmt.sequence(statements.subList(from, statements.size()))));
    }
    return parts;
  }

  private static DeviceNest part(Stmt stmt) {
    Set<IndexVariable> targets = Scheduler.targetVariables(stmt);
    List<Stmt.Loop> kept = new ArrayList<>();
    List<Stmt> declared = new ArrayList<>();
    Stmt rest = stmt;
    while (true) {
      List<Stmt> statements = rest instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(rest);
      boolean simple =
          statements.subList(0, statements.size() - 1).stream()
              .allMatch(Stmt.Declare.class::isInstance);
      if (!simple
          || !(statements.getLast() instanceof Stmt.Loop loop)
          || !loop.isWhole()
          || !targets.contains(loop.variable())
          || !isWrittenInside(loop)) {
        break;
      }
      // Each thread declares for itself what was hoisted out of a loop that threads share out.
      declared.addAll(statements.subList(0, statements.size() - 1));
      kept.add(loop);
      rest = loop.body();
    }
    declared.add(rest);
    return new DeviceNest(kept, Stmt.sequence(declared));
  }

  private static boolean isWrittenInside(Stmt.Loop loop) {
    boolean[] found = {false};
    LoopWalk.statements(
        loop, s -> found[0] |= s instanceof Stmt.Store || s instanceof Stmt.Accumulate);
    return found[0];
  }

  /** All loops of the part. */
  public List<Stmt.Loop> loops() {
    List<Stmt.Loop> loops = new ArrayList<>(kept);
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Loop loop) {
            loops.add(loop);
          }
        });
    return loops;
  }

  /** Whether the variable walks elements of the target. */
  public boolean keeps(IndexVariable variable) {
    return kept.stream().anyMatch(loop -> loop.variable().equals(variable));
  }
}
