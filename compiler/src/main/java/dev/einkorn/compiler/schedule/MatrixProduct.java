package dev.einkorn.compiler.schedule;

import java.util.Locale;

/**
 * What factors of {@code f32} are rounded to before a GPU multiplies them; what the products are
 * added in stays {@code f32}. Finer numbers come first.
 */
public enum MatrixProduct {
  /** Not at all. */
  F32,
  /** To 11 significant bits, the exponents of {@code f32}. */
  TF32,
  /** To 8 significant bits, the exponents of {@code f32}. */
  BF16;

  /** How many positions of a sum one instruction multiplies. */
  public int depth() {
    return switch (this) {
      case F32 -> 1;
      case TF32 -> 8;
      case BF16 -> 16;
    };
  }

  /** The name in schedules and sources: {@code tf32}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
