package dev.einkorn.compiler.interpret;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evaluates an {@link IndexProgram} as it is written.
 *
 * <p>Statements run in order. A statement visits the values of its variables in ascending
 * lexicographic order, first variable slowest, and evaluates its right side anew for each; nothing
 * is shared, reordered or skipped beyond what {@link IndexExpr} says of {@code select}, {@code and}
 * and {@code or}. In particular a reduction always visits all its values, also {@code any} and
 * {@code all} once they are decided. Every target is computed, also those nobody reads.
 *
 * <p>This takes time proportional to the number of operations written: it is for checking, not for
 * work. The program must satisfy {@link dev.einkorn.compiler.index.IndexVerifier}.
 */
public final class ReferenceInterpreter {
  private final IndexProgram program;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final Map<String, Long> sizes = new HashMap<>();

  /** The value of every variable in scope. */
  private final Map<IndexVariable, Long> positions = new HashMap<>();

  private ReferenceInterpreter(IndexProgram program) {
    this.program = program;
  }

  /**
   * The values of the program's outputs, in order, as new row-major tensors.
   *
   * @param inputs a tensor for each input, and the first value of each target that {@linkplain
   *     IndexProgram#isAccumulatedFromCaller accumulates into the caller's}; none is modified
   * @throws IllegalArgumentException if a tensor is missing, or its type, rank or an extent is not
   *     as declared
   * @throws KernelException where the values lead to an integer division by zero, a negative power
   *     of integers or a position outside of a tensor
   */
  public static Map<String, Tensor> evaluate(IndexProgram program, Map<String, Tensor> inputs) {
    var interpreter = new ReferenceInterpreter(program);
    interpreter.take(inputs);
    for (Assignment assignment : program.assignments()) {
      interpreter.execute(assignment);
    }
    var outputs = new LinkedHashMap<String, Tensor>();
    for (String output : program.outputs()) {
      outputs.put(output, interpreter.tensor(output));
    }
    return outputs;
  }

  private void take(Map<String, Tensor> inputs) {
    var passed = new ArrayList<>(program.inputs());
    for (TensorDeclaration target : program.targets()) {
      if (program.isAccumulatedFromCaller(target.name())) {
        passed.add(target);
      }
    }
    for (TensorDeclaration declaration : passed) {
      Tensor given = inputs.get(declaration.name());
      if (given == null) {
        throw new IllegalArgumentException("no tensor is given for " + declaration);
      }
      if (given.elementType() != declaration.type().elementType()
          || given.rank() != declaration.type().rank()) {
        throw new IllegalArgumentException(
            "%s is expected, but the given tensor is %s of rank %d"
                .formatted(declaration, given.elementType(), given.rank()));
      }
      tensors.put(declaration.name(), given);
    }
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis first = size.axes().getFirst();
      sizes.put(size.name(), tensor(first.tensor()).extent(first.position()));
    }
    for (TensorDeclaration declaration : passed) {
      for (int axis = 0; axis < declaration.type().rank(); axis++) {
        long expected = extent(declaration.type().extents().get(axis));
        long found = tensor(declaration.name()).extent(axis);
        if (found != expected) {
          throw new IllegalArgumentException(
              "axis %d of %s is expected to have extent %d, but has %d"
                  .formatted(axis, declaration, expected, found));
        }
      }
    }
    tensors.replaceAll((_, tensor) -> tensor.copy());
  }

  private void execute(Assignment assignment) {
    if (!assignment.operator().accumulates()) {
      tensors.put(assignment.target(), zeros(assignment.target()));
    }
    Tensor target = tensor(assignment.target());
    forEach(
        assignment.bindings(),
        () -> {
          long[] position = locate(assignment.target(), assignment.subscripts());
          Object value = evaluate(assignment.value());
          Object updated =
              assignment.operator() == AssignmentOperator.ASSIGN
                  ? value
                  : Arithmetic.accumulate(
                      assignment.operator(), Elements.read(target, position), value);
          Elements.write(target, position, updated);
        });
  }

  private Tensor zeros(String target) {
    List<Extent> extents = program.typeOf(target).extents();
    long[] shape = extents.stream().mapToLong(this::extent).toArray();
    return Tensor.zeros(program.typeOf(target).elementType(), shape);
  }

  /** Runs the body for all values of the variables, first variable slowest. */
  private void forEach(List<IndexBinding> bindings, Runnable body) {
    if (bindings.isEmpty()) {
      body.run();
      return;
    }
    IndexBinding first = bindings.getFirst();
    List<IndexBinding> rest = bindings.subList(1, bindings.size());
    long extent = extent(first.extent());
    for (long position = 0; position < extent; position++) {
      positions.put(first.variable(), position);
      forEach(rest, body);
    }
    positions.remove(first.variable());
  }

  /**
   * The value of an expression at the current positions: a {@link Float}, {@link Double}, {@link
   * Integer}, {@link Long} or {@link Boolean}, as its element type says.
   */
  private Object evaluate(IndexExpr expression) {
    return switch (expression) {
      case IndexExpr.Access(String tensor, List<Subscript> subscripts, _) ->
          Elements.read(tensor(tensor), locate(tensor, subscripts));
      case IndexExpr.Literal(Object value, var type) -> Arithmetic.cast(value, type);
      case IndexExpr.IndexValue(IndexVariable variable) -> position(variable);
      case IndexExpr.ExtentValue(Extent extent) -> extent(extent);
      case IndexExpr.Unary(var operator, IndexExpr operand) ->
          Arithmetic.unary(operator, evaluate(operand));
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right) ->
          binary(operator, left, right);
      case IndexExpr.Call(var function, List<IndexExpr> arguments) -> {
        var values = new ArrayList<>();
        for (IndexExpr argument : arguments) {
          values.add(evaluate(argument));
        }
        yield Functions.call(function, values);
      }
      case IndexExpr.Cast(IndexExpr operand, var type) -> Arithmetic.cast(evaluate(operand), type);
      case IndexExpr.Select(IndexExpr condition, IndexExpr whenTrue, IndexExpr whenFalse) ->
          isTrue(condition) ? evaluate(whenTrue) : evaluate(whenFalse);
      case IndexExpr.Reduction reduction -> reduce(reduction);
    };
  }

  private Object binary(BinaryOperator operator, IndexExpr left, IndexExpr right) {
    return switch (operator) {
      case AND -> isTrue(left) && isTrue(right);
      case OR -> isTrue(left) || isTrue(right);
      case ADD,
          SUBTRACT,
          MULTIPLY,
          DIVIDE,
          FLOOR_DIVIDE,
          REMAINDER,
          POWER,
          LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          EQUAL,
          NOT_EQUAL -> {
        Object l = evaluate(left);
        Object r = evaluate(right);
        yield Arithmetic.binary(operator, l, r);
      }
    };
  }

  private Object reduce(IndexExpr.Reduction reduction) {
    Object[] accumulator = {Arithmetic.identity(reduction.operator(), reduction.elementType())};
    forEach(
        reduction.bindings(),
        () -> {
          Object value = evaluate(reduction.body());
          accumulator[0] = Arithmetic.fold(reduction.operator(), accumulator[0], value);
        });
    return accumulator[0];
  }

  private boolean isTrue(IndexExpr condition) {
    return (Boolean) evaluate(condition);
  }

  /** Where the subscripts point to at the current positions. */
  private long[] locate(String name, List<Subscript> subscripts) {
    Tensor tensor = tensor(name);
    long[] located = new long[subscripts.size()];
    for (int axis = 0; axis < located.length; axis++) {
      located[axis] = evaluate(subscripts.get(axis));
      if (located[axis] < 0 || located[axis] >= tensor.extent(axis)) {
        var access = new IndexExpr.Access(name, subscripts, tensor.elementType());
        throw new KernelException(
            KernelException.Code.INDEX_OUT_OF_RANGE,
            "position %d is outside of axis %d of %s, of extent %d, in %s"
                .formatted(
                    located[axis],
                    axis,
                    name,
                    tensor.extent(axis),
                    IndexPrinter.print(program, access)));
      }
    }
    return located;
  }

  private long evaluate(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Affine(List<Subscript.Term> terms, long constant) -> {
        long sum = constant;
        for (Subscript.Term term : terms) {
          sum += term.coefficient() * position(term.variable());
        }
        yield sum;
      }
    };
  }

  private long position(IndexVariable variable) {
    Long position = positions.get(variable);
    if (position == null) {
      throw new IllegalArgumentException("variable " + variable + " is not bound");
    }
    return position;
  }

  private long extent(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> value;
      case Extent.Symbolic(String name) -> {
        Long size = sizes.get(name);
        if (size == null) {
          throw new IllegalArgumentException("no size parameter gives the extent " + name);
        }
        yield size;
      }
    };
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("tensor " + name + " has no value");
    }
    return tensor;
  }
}
