package dev.einkorn.compiler;

import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.source.CompileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program that is checked already, for the one set of types that it declares. */
record CheckedFrontend(IndexProgram program) implements Frontend {
  @Override
  public List<Parameter> inputs() {
    List<Parameter> inputs = new ArrayList<>();
    program.inputs().forEach(input -> inputs.add(parameter(input)));
    for (TensorDeclaration target : program.targets()) {
      if (program.isAccumulatedFromCaller(target.name())) {
        inputs.add(parameter(target));
      }
    }
    return inputs;
  }

  private static Parameter parameter(TensorDeclaration tensor) {
    return new Parameter(
        tensor.name(), tensor.type().rank(), Optional.of(tensor.type().elementType()));
  }

  @Override
  public List<String> outputs() {
    return program.outputs();
  }

  @Override
  public List<String> accumulated() {
    return program.targets().stream()
        .map(TensorDeclaration::name)
        .filter(program::isAccumulatedFromCaller)
        .toList();
  }

  @Override
  public IndexProgram check(Map<String, InputType> types) {
    return program;
  }

  @Override
  public CompileException missing(String input) {
    throw new AssertionError("the checker accepts a call without " + input);
  }

  @Override
  public boolean dependsOnUnitExtents() {
    return false;
  }
}
