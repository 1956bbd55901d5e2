package dev.einkorn.compiler;

/**
 * What a GPU rounds {@code f32} factors to before it multiplies them in a contraction. Products are
 * exact and are added up in {@code f32}. For a sum of {@code n} products each element is then
 * within {@code 2 * u + u * u + n * 2^-22} times the sum of their absolute values, where {@code u}
 * is as below; with {@link #F32} the bound is that of {@link Mode}. CPUs, other types and other
 * statements than sums of products round as ever.
 */
public enum MatrixPrecision {
  /** Nothing is rounded: true {@code f32}. The default in all modes but {@link Mode#FAST}. */
  F32,
  /** To 11 significant bits, ties away from zero: {@code u = 2^-11}. The default of fast mode. */
  TF32,
  /** To 8 significant bits, ties to even: {@code u = 2^-8}. */
  BF16
}
