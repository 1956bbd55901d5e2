package dev.einkorn.compiler.check;

/**
 * An index together with what binds it: the statement or an explicit reduction. Two reductions over
 * {@code k} have two variables of one name, whose extents may differ.
 */
record Variable(String name, int scope) {
  @Override
  public String toString() {
    return name;
  }
}
