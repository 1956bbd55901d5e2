package dev.einkorn.compiler.index;

/** The name and type of a tensor of a program. */
public record TensorDeclaration(String name, TensorType type) {
  @Override
  public String toString() {
    return name + ": " + type;
  }
}
