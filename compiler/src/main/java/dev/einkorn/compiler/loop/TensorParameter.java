package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.TensorType;

/** A tensor that a loop nest reads or writes. */
public record TensorParameter(String name, TensorType type, Layout layout) {
  /** What is assumed of its memory, in words. */
  public String layoutText() {
    boolean array = layout.storage() == Layout.Storage.ARRAY;
    return type.rank() == 0 ? (array ? "scalar" : "scalar, off-heap") : layout.toString();
  }
}
