package dev.einkorn.compiler.emit;

/** Writes the source text of a kernel in one target language. */
public interface Emitter {
  /** The text of a unit; the same unit gives the same text. */
  EmittedSource emit(KernelUnit unit);
}
