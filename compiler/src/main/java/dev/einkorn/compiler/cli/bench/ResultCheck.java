package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.Tensor;
import java.util.Map;

/** Compares the outputs of one problem with what they must be. */
interface ResultCheck {
  /** Judges outputs by name; every element that the computation should write was NaN before. */
  Verdict verify(Map<String, Tensor> outputs);
}
