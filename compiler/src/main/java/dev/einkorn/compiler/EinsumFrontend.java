package dev.einkorn.compiler;

import dev.einkorn.compiler.ast.EinsumAst;
import dev.einkorn.compiler.ast.EinsumReader;
import dev.einkorn.compiler.check.EinsumChecker;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An einsum string. Its operands are inputs named by {@link EinsumChecker#operandNames}. */
final class EinsumFrontend implements Frontend {
  private final SourceText source;
  private final EinsumAst einsum;

  EinsumFrontend(String subscripts) {
    source = SourceText.of(subscripts);
    var diagnostics = new Diagnostics();
    Optional<EinsumAst> read = EinsumReader.parse(source, diagnostics);
    diagnostics.throwIfErrors(source);
    einsum = read.orElseThrow(() -> new AssertionError("no einsum and no error: " + subscripts));
  }

  @Override
  public List<Parameter> inputs() {
    List<String> names = EinsumChecker.operandNames(einsum);
    List<Parameter> inputs = new ArrayList<>();
    for (List<EinsumAst.Label> labels : einsum.operands()) {
      boolean fixedRank = labels.stream().noneMatch(EinsumAst.Label.Ellipsis.class::isInstance);
      int rank = fixedRank ? labels.size() : -1;
      inputs.add(new Parameter(names.get(inputs.size()), rank, Optional.empty()));
    }
    return inputs;
  }

  @Override
  public List<String> outputs() {
    return List.of(EinsumChecker.resultName(einsum));
  }

  @Override
  public List<String> accumulated() {
    return List.of();
  }

  @Override
  public IndexProgram check(Map<String, InputType> types) {
    // In the order of the call: a wrong number of operands is for the checker to report.
    return EinsumChecker.check(source, einsum, List.copyOf(types.values()));
  }

  @Override
  public CompileException missing(String input) {
    throw new AssertionError("the checker accepts a call without " + input);
  }

  @Override
  public boolean dependsOnUnitExtents() {
    return true;
  }
}
