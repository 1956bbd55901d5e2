package dev.einkorn.runtime;

import java.util.Locale;

/**
 * The type of a tensor's elements. {@link #BOOL} is the type of conditions; it is stored as one
 * byte, 0 or 1.
 */
public enum ElementType {
  /** IEEE 754 binary32, a Java {@code float}. */
  F32(4),
  /** IEEE 754 binary64, a Java {@code double}. */
  F64(8),
  /** 32-bit two's complement, a Java {@code int}; arithmetic wraps. */
  I32(4),
  /** 64-bit two's complement, a Java {@code long}; arithmetic wraps. */
  I64(8),
  /** A truth value. */
  BOOL(1);

  private final int byteSize;

  ElementType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Bytes an element takes in memory. */
  public int byteSize() {
    return byteSize;
  }

  /** Whether this is {@link #F32} or {@link #F64}. */
  public boolean isFloating() {
    return this == F32 || this == F64;
  }

  /** Whether this is {@link #I32} or {@link #I64}. */
  public boolean isInteger() {
    return this == I32 || this == I64;
  }

  /** Whether this is a number, that is, not {@link #BOOL}. */
  public boolean isNumeric() {
    return this != BOOL;
  }

  /** The name in the language: {@code f32}, {@code f64}, {@code i32}, {@code i64}, {@code bool}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
