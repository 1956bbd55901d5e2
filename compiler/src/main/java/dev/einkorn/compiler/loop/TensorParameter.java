package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.TensorType;

/** A tensor that a loop nest reads or writes. */
public record TensorParameter(String name, TensorType type, Layout layout) {}
