package dev.einkorn.compiler.schedule;

/**
 * What may be done to the roundings of a program; {@code LANGUAGE.md} section 5 is the contract. A
 * directive never changes a rounding; the rewrites that do ask here first.
 *
 * @param contracted a product and a sum may become one fused operation
 * @param regrouped sums and products may be taken in another order and grouping, the same for any
 *     number of threads
 * @param teamDependent the grouping may also depend on the number of threads
 * @param products what a GPU may round factors of contractions to; on a CPU they stay as they are
 */
public record Arithmetic(
    boolean contracted, boolean regrouped, boolean teamDependent, MatrixProduct products) {
  /** The same bits as the reference interpreter. */
  public static final Arithmetic STRICT = new Arithmetic(false, false, false, MatrixProduct.F32);

  /** The same bits for any number of threads on one machine. */
  public static final Arithmetic DETERMINISTIC =
      new Arithmetic(true, true, false, MatrixProduct.F32);

  /** Whatever keeps the documented error bound. */
  public static final Arithmetic FAST = new Arithmetic(true, true, true, MatrixProduct.TF32);

  /** The same with other products on a GPU. */
  public Arithmetic withProducts(MatrixProduct other) {
    return new Arithmetic(contracted, regrouped, teamDependent, other);
  }

  /** Whether a directive does nothing to roundings that is not allowed. */
  public boolean allows(Directive directive) {
    if (directive instanceof DeviceDirective.Matrix matrix) {
      return contracted && regrouped && matrix.product().compareTo(products) <= 0;
    }
    return directive.keepsBits()
        || (directive instanceof Directive.Contract ? contracted : regrouped);
  }
}
