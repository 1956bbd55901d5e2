package dev.einkorn.compiler.loop;

/** How the iterations of a loop are carried out. */
public enum LoopKind {
  /** One after the other, in ascending order. */
  SEQUENTIAL
}
