package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.Declaration;
import dev.einkorn.compiler.ast.DeclaredExtent;
import dev.einkorn.compiler.ast.Header;
import dev.einkorn.compiler.ast.TypeAnnotation;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.compiler.source.Suggestions;
import dev.einkorn.runtime.ElementType;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Enters the declarations of a header into the symbols. */
final class HeaderReader {
  /** Types of the language that are still to come. */
  private static final List<String> UNSUPPORTED = List.of("bf16", "f16", "c64", "c128");

  /** What others call our types. */
  private static final Map<String, ElementType> FOREIGN =
      Map.of(
          "float32", ElementType.F32,
          "float", ElementType.F32,
          "float64", ElementType.F64,
          "double", ElementType.F64,
          "int32", ElementType.I32,
          "int", ElementType.I32,
          "int64", ElementType.I64,
          "long", ElementType.I64,
          "boolean", ElementType.BOOL);

  private final Diagnostics diagnostics;
  private final Symbols symbols;
  private final Map<String, Span> declared = new LinkedHashMap<>();

  HeaderReader(Diagnostics diagnostics, Symbols symbols) {
    this.diagnostics = diagnostics;
    this.symbols = symbols;
  }

  /** Enters all declarations. */
  void read(Header header) {
    header.inputs().forEach(each -> declare(each, Tensor.Role.INPUT));
    header.outputs().orElse(List.of()).forEach(each -> declare(each, Tensor.Role.OUTPUT));
  }

  private void declare(Declaration declaration, Tensor.Role role) {
    Span before = declared.putIfAbsent(declaration.name(), declaration.nameSpan());
    Tensor tensor =
        new Tensor(
            declaration.name(), role, declaration.nameSpan(), declaration.type().map(this::type));
    if (before == null) {
      symbols.declare(tensor);
      return;
    }
    diagnostics.add(
        Diagnostic.error(
                ErrorCode.DUPLICATE_DECLARATION,
                declaration.nameSpan(),
                declaration.name() + " is declared twice")
            .withSpan(before)
            .withHint("a tensor that accumulates is declared as an output only"));
    if (role == Tensor.Role.OUTPUT) {
      // The likelier of the two: with it there are no errors about its assignment.
      symbols.redeclare(tensor);
    }
  }

  private Tensor.Declared type(TypeAnnotation type) {
    type.extents().forEach(this::checkExtent);
    return new Tensor.Declared(elementType(type), type.extents(), type.span());
  }

  private Optional<ElementType> elementType(TypeAnnotation type) {
    String name = type.elementType();
    Optional<ElementType> found =
        Arrays.stream(ElementType.values()).filter(each -> each.toString().equals(name)).findAny();
    if (found.isPresent()) {
      return found;
    }
    List<String> known = Arrays.stream(ElementType.values()).map(ElementType::toString).toList();
    if (UNSUPPORTED.contains(name)) {
      diagnostics.error(
          ErrorCode.NOT_SUPPORTED_YET,
          type.elementTypeSpan(),
          "the element type " + name + " is not supported yet");
    } else {
      diagnostics.error(
          ErrorCode.UNKNOWN_TYPE,
          type.elementTypeSpan(),
          "there is no element type " + name,
          Optional.ofNullable(FOREIGN.get(name))
              .map(each -> "did you mean " + each + "?")
              .or(() -> Suggestions.hint(name, known))
              .orElse("the element types are " + String.join(", ", known)));
    }
    return Optional.empty();
  }

  private void checkExtent(DeclaredExtent extent) {
    if (extent instanceof DeclaredExtent.Fixed(BigInteger value, Span span)
        && value.bitLength() >= Long.SIZE) {
      diagnostics.error(
          ErrorCode.LIMIT_EXCEEDED,
          span,
          "the extent " + value + " is too large, at most " + Long.MAX_VALUE + " is possible");
    }
  }
}
