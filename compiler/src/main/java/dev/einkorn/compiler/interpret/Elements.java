package dev.einkorn.compiler.interpret;

import dev.einkorn.runtime.Tensor;

/** Elements of tensors as boxed values of exactly their type. */
final class Elements {
  private Elements() {}

  static Object read(Tensor tensor, long[] position) {
    return switch (tensor.elementType()) {
      case F32 -> (Object) tensor.getFloat(position);
      case F64 -> tensor.getDouble(position);
      case I32 -> tensor.getInt(position);
      case I64 -> tensor.getLong(position);
      case BOOL -> tensor.getBoolean(position);
    };
  }

  static void write(Tensor tensor, long[] position, Object value) {
    switch (value) {
      case Float x -> tensor.set(x, position);
      case Double x -> tensor.set(x, position);
      case Integer x -> tensor.setLong(x, position);
      case Long x -> tensor.setLong(x, position);
      case Boolean x -> tensor.setBoolean(x, position);
      default -> throw new IllegalArgumentException("not an element: " + value);
    }
  }
}
