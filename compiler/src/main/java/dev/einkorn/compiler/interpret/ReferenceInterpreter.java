package dev.einkorn.compiler.interpret;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
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
  private final Sizes sizes;

  /** The value of every variable in scope. */
  private final Map<IndexVariable, Long> positions = new HashMap<>();

  private ReferenceInterpreter(IndexProgram program, Map<String, Tensor> passed) {
    this.program = program;
    passed.forEach((name, tensor) -> tensors.put(name, tensor.copy()));
    var parameters = new HashMap<String, Long>();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis first = size.axes().getFirst();
      parameters.put(size.name(), tensor(first.tensor()).extent(first.position()));
    }
    this.sizes = new Sizes(program, parameters);
  }

  /**
   * The values of the program's outputs, in order, as new row-major tensors.
   *
   * @param inputs a tensor for each input, and the first value of each target that {@linkplain
   *     IndexProgram#isAccumulatedFromCaller accumulates into the caller's}; none is modified
   * @throws IllegalArgumentException if a tensor is missing, or its type, rank or an extent is not
   *     as declared
   * @throws KernelException where the values lead to an integer division by zero, a negative power
   *     of integers, a position outside of a tensor, or a border around nothing
   */
  public static Map<String, Tensor> evaluate(IndexProgram program, Map<String, Tensor> inputs) {
    List<TensorDeclaration> declared = passed(program);
    var interpreter = new ReferenceInterpreter(program, take(declared, inputs));
    declared.forEach(interpreter::requireExtents);
    for (Assignment assignment : program.assignments()) {
      interpreter.execute(assignment);
    }
    var outputs = new LinkedHashMap<String, Tensor>();
    for (String output : program.outputs()) {
      outputs.put(output, interpreter.tensor(output));
    }
    return outputs;
  }

  /** The tensors that the caller passes. */
  private static List<TensorDeclaration> passed(IndexProgram program) {
    var passed = new ArrayList<>(program.inputs());
    for (TensorDeclaration target : program.targets()) {
      if (program.isAccumulatedFromCaller(target.name())) {
        passed.add(target);
      }
    }
    return passed;
  }

  /** The tensor of each declaration; type and rank are as declared. */
  private static Map<String, Tensor> take(
      List<TensorDeclaration> declared, Map<String, Tensor> inputs) {
    var taken = new LinkedHashMap<String, Tensor>();
    for (TensorDeclaration declaration : declared) {
      Tensor given = inputs.get(declaration.name());
      if (given == null) {
        throw new IllegalArgumentException("no tensor is given for " + declaration);
      }
      if (given.elementType() != declaration.type().elementType()
          || given.rank() != declaration.type().rank()) {
        throw new IllegalArgumentException(
            "%s is expected, but the given tensor is %s of rank %s"
                .formatted(declaration, given.elementType(), given.rank()));
      }
      taken.put(declaration.name(), given);
    }
    return taken;
  }

  private void requireExtents(TensorDeclaration declaration) {
    for (int axis = 0; axis < declaration.type().rank(); axis++) {
      long expected = sizes.value(declaration.type().extents().get(axis));
      long found = tensor(declaration.name()).extent(axis);
      if (found != expected) {
        throw new IllegalArgumentException(
            "axis %s of %s is expected to have extent %s, but has %s"
                .formatted(axis, declaration, expected, found));
      }
    }
  }

  private void execute(Assignment assignment) {
    if (!assignment.operator().accumulates()) {
      tensors.put(assignment.target(), zeros(assignment.target()));
    }
    Tensor target = tensor(assignment.target());
    forEach(
        assignment.bindings(),
        () -> {
          long[] position = locate(assignment.target(), assignment.subscripts(), Border.NONE);
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
    long[] shape = extents.stream().mapToLong(sizes::value).toArray();
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
    long extent = sizes.value(first.extent());
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
      case IndexExpr.Access access -> read(access);
      case IndexExpr.Literal(Object value, var type) -> Arithmetic.cast(value, type);
      case IndexExpr.IndexValue(IndexVariable variable) -> position(variable);
      case IndexExpr.ExtentValue(Extent extent) -> sizes.value(extent);
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
      case IndexExpr.ArgumentReduction reduction -> search(reduction);
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

  private long search(IndexExpr.ArgumentReduction reduction) {
    var search = new ArgumentSearch(reduction.operator());
    forEach(
        reduction.bindings(),
        () -> {
          if (isTrue(reduction.condition())) {
            search.offer(evaluate(reduction.body()));
          } else {
            search.skip();
          }
        });
    return search.found();
  }

  private boolean isTrue(IndexExpr condition) {
    return (Boolean) evaluate(condition);
  }

  private Object read(IndexExpr.Access access) {
    Tensor tensor = tensor(access.tensor());
    if (access.border() == Border.ZERO) {
      for (int axis = 0; axis < access.subscripts().size(); axis++) {
        if (!isInside(evaluate(access.subscripts().get(axis)), tensor.extent(axis))) {
          return Arithmetic.cast(0L, access.elementType());
        }
      }
    }
    return Elements.read(tensor, locate(access.tensor(), access.subscripts(), access.border()));
  }

  /** Where the subscripts point to at the current positions. */
  private long[] locate(String name, List<Subscript> subscripts, Border border) {
    Tensor tensor = tensor(name);
    long[] located = new long[subscripts.size()];
    for (int axis = 0; axis < located.length; axis++) {
      Subscript subscript = subscripts.get(axis);
      long position = evaluate(subscript);
      long extent = tensor.extent(axis);
      if (isInside(position, extent)) {
        located[axis] = position;
      } else if (border == Border.NONE || extent == 0) {
        var access = new IndexExpr.Access(name, subscripts, border, tensor.elementType());
        String printed = IndexPrinter.print(program, access);
        throw switch (subscript) {
          case Subscript.Gather _ -> KernelException.indexOutOfRange(position, extent, printed);
          case Subscript.Affine _ ->
              new KernelException(
                  KernelException.Code.INDEX_OUT_OF_RANGE,
                  "position %s is outside of axis %s of %s, of extent %s, in %s"
                      .formatted(position, axis, name, extent, printed));
        };
      } else {
        located[axis] = inside(position, extent, border);
      }
    }
    return located;
  }

  private static boolean isInside(long position, long extent) {
    return position >= 0 && position < extent;
  }

  /** What a border reads for a position outside of an axis that is not empty. */
  private static long inside(long position, long extent, Border border) {
    return switch (border) {
      case CLAMP -> position < 0 ? 0 : extent - 1;
      case WRAP -> Math.floorMod(position, extent);
      case MIRROR -> {
        // there and back again: 0 1 2 3 2 1 | 0 1 2 ...
        long period = Math.max(1, 2 * (extent - 1));
        long phase = Math.floorMod(position, period);
        yield phase < extent ? phase : period - phase;
      }
      case NONE, ZERO -> throw new IllegalArgumentException("nothing is read at " + position);
    };
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
      case Subscript.Gather(IndexExpr index) -> ((Number) evaluate(index)).longValue();
    };
  }

  private long position(IndexVariable variable) {
    Long position = positions.get(variable);
    if (position == null) {
      throw new IllegalArgumentException("variable " + variable + " is not bound");
    }
    return position;
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("tensor " + name + " has no value");
    }
    return tensor;
  }
}
