package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.HashSet;
import java.util.Set;

/** The names of a nest's locals, so that new ones differ. */
final class LocalNames {
  private final Set<String> taken = new HashSet<>();

  static LocalNames of(Stmt body) {
    var names = new LocalNames();
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Declare declare) {
            names.taken.add(declare.local());
          }
        });
    return names;
  }

  /** The stem, or the stem with the first free number. */
  String unused(String stem) {
    String name = stem;
    for (int n = 1; !taken.add(name); n++) {
      name = stem + "_" + n;
    }
    return name;
  }
}
