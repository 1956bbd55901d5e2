package dev.einkorn.compiler.cli.bench;

/**
 * What a check found.
 *
 * @param passes whether the result is right
 * @param text how it was checked, or what is wrong
 */
record Verdict(boolean passes, String text) {
  static Verdict right(String how) {
    return new Verdict(true, how);
  }

  static Verdict wrong(String what) {
    return new Verdict(false, what);
  }

  /** Both, or the first that is wrong. */
  Verdict and(Verdict other) {
    if (!passes) {
      return this;
    }
    return other.passes && !text.isEmpty() ? right(text + "; " + other.text) : other;
  }
}
