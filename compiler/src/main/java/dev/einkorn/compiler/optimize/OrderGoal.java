package dev.einkorn.compiler.optimize;

/** What a contraction order is to keep small. */
public enum OrderGoal {
  TIME,
  MULTIPLICATIONS,
  SIZE
}
