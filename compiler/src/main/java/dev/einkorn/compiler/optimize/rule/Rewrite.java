package dev.einkorn.compiler.optimize.rule;

import dev.einkorn.compiler.index.IndexProgram;
import java.util.Optional;

/** A rewrite of a whole program that keeps its meaning. */
public interface Rewrite {
  /** What the rewrite does, as a verb and its object. */
  String name();

  /** The rewritten program, or empty where the rewrite does not apply. */
  Optional<IndexProgram> apply(IndexProgram program);
}
