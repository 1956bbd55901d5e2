package dev.einkorn.compiler.processor;

import dev.einkorn.compiler.ahead.KernelMethod.Kind;
import dev.einkorn.compiler.ahead.KernelMethod.Result;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Optional;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/** What Java types are to the language. */
final class ParameterTypes {
  private ParameterTypes() {}

  /** The kind and element type of a parameter or result, if it can be one. */
  static Optional<Result> of(TypeMirror type) {
    if (type instanceof ArrayType array) {
      return number(array.getComponentType().getKind())
          .map(element -> new Result(Kind.ARRAY, Optional.of(element)));
    }
    if (type instanceof DeclaredType declared
        && declared.asElement() instanceof TypeElement element) {
      String name = element.getQualifiedName().toString();
      return switch (name) {
        case "java.lang.foreign.MemorySegment" ->
            Optional.of(new Result(Kind.SEGMENT, Optional.empty()));
        default ->
            name.equals(Tensor.class.getName())
                ? Optional.of(new Result(Kind.TENSOR, Optional.empty()))
                : Optional.empty();
      };
    }
    return number(type.getKind()).map(element -> new Result(Kind.NUMBER, Optional.of(element)));
  }

  private static Optional<ElementType> number(TypeKind kind) {
    return switch (kind) {
      case FLOAT -> Optional.of(ElementType.F32);
      case DOUBLE -> Optional.of(ElementType.F64);
      case INT -> Optional.of(ElementType.I32);
      case LONG -> Optional.of(ElementType.I64);
      default -> Optional.empty();
    };
  }
}
