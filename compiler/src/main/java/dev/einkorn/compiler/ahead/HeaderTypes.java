package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.ast.Declaration;
import dev.einkorn.compiler.ast.IndexNotationReader;
import dev.einkorn.compiler.ast.Program;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The element types that the header of a program gives. */
final class HeaderTypes {
  private HeaderTypes() {}

  static Map<String, ElementType> of(SourceText source) {
    Program program = IndexNotationReader.parse(source, new Diagnostics());
    List<Declaration> declarations = new ArrayList<>();
    program
        .header()
        .ifPresent(
            header -> {
              declarations.addAll(header.inputs());
              header.outputs().ifPresent(declarations::addAll);
            });
    Map<String, ElementType> types = new LinkedHashMap<>();
    for (Declaration declaration : declarations) {
      declaration
          .type()
          .ifPresent(
              annotation -> {
                for (ElementType type : ElementType.values()) {
                  if (type.toString().equals(annotation.elementType())) {
                    types.put(declaration.name(), type);
                  }
                }
              });
    }
    return types;
  }
}
