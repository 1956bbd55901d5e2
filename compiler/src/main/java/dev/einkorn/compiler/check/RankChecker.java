package dev.einkorn.compiler.check;

import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Checks that every tensor has one rank in the header and in all of its accesses. */
final class RankChecker {
  private final Diagnostics diagnostics;

  RankChecker(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /**
   * Reports every access that has another rank than the header or the first access, and extents of
   * axes that do not exist.
   *
   * @return the numbers of the statements with such an access
   */
  Set<Integer> check(Symbols symbols) {
    Set<Integer> statements = new LinkedHashSet<>();
    for (Tensor tensor : symbols.tensors()) {
      int rank = tensor.rank().orElse(0);
      for (Tensor.Use use : tensor.uses()) {
        if (use.rank().isPresent() && use.rank().getAsInt() != rank) {
          diagnostics.add(mismatch(tensor, use, rank));
          statements.add(use.statement());
        }
      }
      for (Tensor.SizeUse use : tensor.sizeUses()) {
        if (tensor.rank().isPresent() && use.axis() >= rank) {
          diagnostics.error(
              ErrorCode.INDEX_OUT_OF_RANGE,
              use.span(),
              "%s has no axis %s, it has %s"
                  .formatted(
                      tensor.name(),
                      use.axis(),
                      rank == 1 ? "1 axis" : rank == 0 ? "none" : rank + " axes"),
              "axes count from 0");
          statements.add(use.statement());
        }
      }
    }
    return statements;
  }

  private static Diagnostic mismatch(Tensor tensor, Tensor.Use use, int rank) {
    int found = use.rank().orElseThrow();
    Optional<Tensor.Declared> declared = tensor.declared();
    if (declared.isPresent()) {
      return Diagnostic.error(
              ErrorCode.RANK_MISMATCH,
              use.span(),
              "%s has %s here, but the header gives it %s"
                  .formatted(tensor.name(), indices(found), indices(rank)))
          .withSpan(declared.get().span());
    }
    Tensor.Use first =
        tensor.uses().stream().filter(each -> each.rank().isPresent()).findFirst().orElseThrow();
    return Diagnostic.error(
            ErrorCode.RANK_MISMATCH,
            use.span(),
            "%s has %s here, but %s in %s"
                .formatted(tensor.name(), indices(found), indices(rank), first.text()))
        .withSpan(first.span());
  }

  /** {@code no index}, {@code 1 index}, {@code 2 indices}. */
  static String indices(int count) {
    return switch (count) {
      case 0 -> "no index";
      case 1 -> "1 index";
      default -> count + " indices";
    };
  }

  /** Reports a passed tensor that has another rank than the program gives it. */
  void checkPassed(Tensor tensor, InputType type) {
    if (tensor.rank().isEmpty() || tensor.rank().getAsInt() == type.rank()) {
      return;
    }
    Span span =
        tensor.declared().map(Tensor.Declared::span).orElseGet(() -> firstRanked(tensor).span());
    String place =
        tensor.declared().isPresent()
            ? " in the header"
            : tensor.rank().getAsInt() == 0 ? " here" : " in " + firstRanked(tensor).text();
    diagnostics.error(
        ErrorCode.RANK_MISMATCH,
        span,
        "%s has %s%s, but the tensor given has %s"
            .formatted(
                tensor.name(),
                indices(tensor.rank().getAsInt()),
                place,
                type.rank() == 1 ? "1 axis" : type.rank() + " axes"),
        tensor.name() + " is " + type);
  }

  private static Tensor.Use firstRanked(Tensor tensor) {
    return tensor.uses().stream().filter(each -> each.rank().isPresent()).findFirst().orElseThrow();
  }
}
