package dev.einkorn.compiler.index;

import java.util.List;

/**
 * One statement: for every value of the bound variables, the target's element at the subscripts
 * takes the value.
 *
 * @param target the tensor that is written
 * @param subscripts one a target axis; a variable that stands twice writes a diagonal
 * @param bindings the variables of the subscripts, in first-appearance order, each once
 * @param operator overwrite or accumulate
 * @param value of the target's element type
 */
public record Assignment(
    String target,
    List<Subscript> subscripts,
    List<IndexBinding> bindings,
    AssignmentOperator operator,
    IndexExpr value) {
  public Assignment {
    subscripts = List.copyOf(subscripts);
    bindings = List.copyOf(bindings);
  }

  /** This statement with another right side of the same type. */
  public Assignment withValue(IndexExpr newValue) {
    return newValue == value
        ? this
        : new Assignment(target, subscripts, bindings, operator, newValue);
  }
}
