package dev.einkorn.compiler;

import dev.einkorn.compiler.ast.Declaration;
import dev.einkorn.compiler.ast.IndexNotationReader;
import dev.einkorn.compiler.ast.Program;
import dev.einkorn.compiler.check.Checker;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.check.ProgramSignature;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program in index notation. */
final class TextFrontend implements Frontend {
  private final SourceText source;
  private final Program program;
  private final ProgramSignature signature;

  static TextFrontend of(String text) {
    return new TextFrontend(SourceText.of(text));
  }

  TextFrontend(SourceText source) {
    this.source = source;
    var diagnostics = new Diagnostics();
    program = IndexNotationReader.parse(source, diagnostics);
    diagnostics.throwIfErrors(source);
    signature = Checker.signature(source, program);
  }

  @Override
  public List<Parameter> inputs() {
    List<Parameter> inputs = new ArrayList<>();
    for (ProgramSignature.Parameter input : signature.inputs()) {
      inputs.add(new Parameter(input.name(), input.rank(), declaredType(input.name())));
    }
    for (ProgramSignature.Parameter output : signature.outputs()) {
      if (signature.accumulated().contains(output.name())) {
        inputs.add(new Parameter(output.name(), output.rank(), declaredType(output.name())));
      }
    }
    return inputs;
  }

  @Override
  public CompileException missing(String input) {
    Span span = declaration(input).map(Declaration::nameSpan).orElse(program.span());
    return new CompileException(
        source,
        List.of(
            Diagnostic.error(
                    ErrorCode.MISSING_INPUT, span, "no tensor is given for the input " + input)
                .withHint("pass a tensor named " + input)));
  }

  private Optional<Declaration> declaration(String name) {
    List<Declaration> declarations = new ArrayList<>();
    program
        .header()
        .ifPresent(
            header -> {
              declarations.addAll(header.inputs());
              header.outputs().ifPresent(declarations::addAll);
            });
    return declarations.stream().filter(declaration -> declaration.name().equals(name)).findFirst();
  }

  private Optional<ElementType> declaredType(String name) {
    return declaration(name).stream()
        .flatMap(declaration -> declaration.type().stream())
        .flatMap(
            type ->
                Arrays.stream(ElementType.values())
                    .filter(element -> element.toString().equals(type.elementType())))
        .findFirst();
  }

  @Override
  public List<String> outputs() {
    return signature.outputs().stream().map(ProgramSignature.Parameter::name).toList();
  }

  @Override
  public List<String> accumulated() {
    return signature.accumulated();
  }

  @Override
  public IndexProgram check(Map<String, InputType> types) {
    return Checker.check(source, program, types);
  }

  @Override
  public boolean dependsOnUnitExtents() {
    return signature.dependsOnUnitExtents();
  }
}
