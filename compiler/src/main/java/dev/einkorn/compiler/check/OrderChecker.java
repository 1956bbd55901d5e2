package dev.einkorn.compiler.check;

import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Suggestions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Checks who assigns and who reads: one assignment before accumulating ones, reads after it, no
 * statement that reads its own target, and the header's inputs and outputs.
 */
final class OrderChecker {
  private final Diagnostics diagnostics;
  private final Symbols symbols;

  OrderChecker(Diagnostics diagnostics, Symbols symbols) {
    this.diagnostics = diagnostics;
    this.symbols = symbols;
  }

  /**
   * Reports every breach. The result has the numbers of the statements that read what is not
   * assigned before; the extents of their indices are not known.
   *
   * @param inputsDeclared whether there is a header, so that all inputs are in it
   * @param outputsDeclared whether the header has outputs, so that all outputs are in it
   */
  Set<Integer> check(boolean inputsDeclared, boolean outputsDeclared) {
    Set<Integer> early = new LinkedHashSet<>();
    for (Tensor tensor : symbols.tensors()) {
      if (tensor.isTarget()) {
        assignments(tensor);
        reads(tensor, early);
        sizes(tensor, early);
      }
      if (inputsDeclared) {
        role(tensor, outputsDeclared);
      }
    }
    return early;
  }

  private void assignments(Tensor tensor) {
    List<Tensor.Use> writes = tensor.uses().stream().filter(Tensor.Use::write).toList();
    for (Tensor.Use write : writes.subList(1, writes.size())) {
      if (!write.accumulates()) {
        diagnostics.add(
            Diagnostic.error(
                    ErrorCode.ASSIGNED_TWICE, write.span(), tensor.name() + " is assigned already")
                .withSpan(writes.getFirst().span())
                .withHint("accumulate with +=, or use another name"));
      }
    }
  }

  private void reads(Tensor tensor, Set<Integer> early) {
    List<Tensor.Use> writes = tensor.uses().stream().filter(Tensor.Use::write).toList();
    Tensor.Use first = writes.getFirst();
    for (Tensor.Use use : tensor.uses()) {
      if (use.write()) {
        continue;
      }
      if (writes.stream().anyMatch(write -> write.statement() == use.statement())) {
        early.add(use.statement());
        diagnostics.error(
            ErrorCode.CYCLIC_READ,
            use.span(),
            "the statement reads its own target " + tensor.name(),
            "accumulate with +=, *=, max= or min=, or assign to another name");
      } else if (use.statement() < first.statement()) {
        early.add(use.statement());
        diagnostics.add(
            Diagnostic.error(
                    ErrorCode.READ_BEFORE_ASSIGNMENT,
                    use.span(),
                    tensor.name() + " is read before it is assigned")
                .withSpan(first.span())
                .withHint("move the statement that assigns it up"));
      }
    }
  }

  private void sizes(Tensor tensor, Set<Integer> early) {
    Tensor.Use first = tensor.uses().stream().filter(Tensor.Use::write).findFirst().orElseThrow();
    for (Tensor.SizeUse use : tensor.sizeUses()) {
      if (use.statement() <= first.statement() && !tensor.isAccumulatedFromCaller()) {
        early.add(use.statement());
        boolean own = use.statement() == first.statement();
        Diagnostic refusal =
            Diagnostic.error(
                own ? ErrorCode.CYCLIC_READ : ErrorCode.READ_BEFORE_ASSIGNMENT,
                use.span(),
                own
                    ? "the statement needs an extent of its own target " + tensor.name()
                    : "an extent of %s is needed before it is assigned".formatted(tensor.name()));
        diagnostics.add(
            own
                ? refusal.withHint("take the extent of an input")
                : refusal.withSpan(first.span()).withHint("move the statement that assigns it up"));
      }
    }
  }

  private void role(Tensor tensor, boolean outputsDeclared) {
    String name = tensor.name();
    switch (tensor.role()) {
      case INPUT -> {
        if (tensor.isTarget()) {
          Tensor.Use write = tensor.uses().stream().filter(Tensor.Use::write).findFirst().get();
          diagnostics.add(
              Diagnostic.error(
                      ErrorCode.INVALID_TARGET,
                      write.span(),
                      name + " is an input by the header and cannot be assigned")
                  .withSpan(tensor.place())
                  .withHint("a tensor that accumulates is declared as an output"));
        }
      }
      case OUTPUT -> {
        if (!tensor.isTarget()) {
          List<String> targets =
              symbols.tensors().stream().filter(Tensor::isTarget).map(Tensor::name).toList();
          Diagnostic unknown =
              Diagnostic.error(
                  ErrorCode.UNKNOWN_OUTPUT,
                  tensor.place(),
                  "no statement assigns the output " + name);
          diagnostics.add(Suggestions.hint(name, targets).map(unknown::withHint).orElse(unknown));
        }
      }
      case UNDECLARED -> undeclared(tensor, outputsDeclared);
    }
  }

  /** Whether an output was misspelt, which explains an unread target. */
  private boolean isOutputMissing() {
    return symbols.tensors().stream()
        .anyMatch(each -> each.role() == Tensor.Role.OUTPUT && !each.isTarget());
  }

  private void undeclared(Tensor tensor, boolean outputsDeclared) {
    String name = tensor.name();
    if (!tensor.isTarget()) {
      List<String> known =
          symbols.tensors().stream()
              .filter(each -> each.isTarget() || each.role() == Tensor.Role.INPUT)
              .map(Tensor::name)
              .toList();
      diagnostics.error(
          ErrorCode.UNKNOWN_NAME,
          tensor.place(),
          name + " is neither assigned nor an input in the header",
          Suggestions.hint(name, known).orElse("declare it in the header"));
    } else if (outputsDeclared && tensor.isAccumulatedFromCaller()) {
      diagnostics.error(
          ErrorCode.INVALID_TARGET,
          tensor.place(),
          name + " accumulates into a tensor of the caller, but is no output in the header",
          "add " + name + " to the outputs, or assign it first with =");
    } else if (outputsDeclared && tensor.isUnread() && !isOutputMissing()) {
      diagnostics.error(
          ErrorCode.INVALID_TARGET,
          tensor.place(),
          name + " is neither read nor an output in the header",
          "add " + name + " to the outputs, or leave the statement out");
    }
  }
}
