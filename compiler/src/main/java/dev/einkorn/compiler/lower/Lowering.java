package dev.einkorn.compiler.lower;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Turns one assignment into a canonical loop nest; see the package documentation for its form. */
public final class Lowering {
  private final IndexProgram program;
  private final Assignment assignment;
  private final Set<String> locals = new HashSet<>();
  private final LinkedHashSet<String> read = new LinkedHashSet<>();

  private Lowering(IndexProgram program, Assignment assignment) {
    this.program = program;
    this.assignment = assignment;
  }

  /**
   * The canonical nest of a statement.
   *
   * @param layouts what is known of the memory of each tensor, by name
   */
  public static LoopNest lower(
      IndexProgram program, Assignment assignment, Function<String, Layout> layouts) {
    var lowering = new Lowering(program, assignment);
    Stmt body = lowering.body();
    List<TensorParameter> tensors = new ArrayList<>();
    for (String name : lowering.read) {
      tensors.add(new TensorParameter(name, program.typeOf(name), layouts.apply(name)));
    }
    String target = assignment.target();
    tensors.add(new TensorParameter(target, program.typeOf(target), layouts.apply(target)));
    return new LoopNest(target, tensors, body);
  }

  private Stmt body() {
    Element target = new Element(assignment.target(), affine(assignment.subscripts()));
    List<Stmt> statements = new ArrayList<>();
    if (!assignment.operator().accumulates()) {
      clearUncovered().ifPresent(statements::add);
      if (assignment.value()
          instanceof
          IndexExpr.Reduction(ReductionOperator operator, var bindings, IndexExpr body)) {
        statements.add(
            Stmt.loops(
                assignment.bindings(),
                new Stmt.Store(target, identity(operator, body.elementType()))));
        List<Stmt> update = new ArrayList<>();
        Expr value = value(body, update);
        update.add(new Stmt.Accumulate(target, operator, value));
        List<IndexBinding> all = new ArrayList<>(assignment.bindings());
        all.addAll(bindings);
        statements.add(Stmt.loops(all, Stmt.sequence(update)));
        return Stmt.sequence(statements);
      }
    }
    List<Stmt> element = new ArrayList<>();
    Expr value = value(assignment.value(), element);
    element.add(write(target, value));
    statements.add(Stmt.loops(assignment.bindings(), Stmt.sequence(element)));
    return Stmt.sequence(statements);
  }

  private Stmt write(Element target, Expr value) {
    return switch (assignment.operator()) {
      case ASSIGN -> new Stmt.Store(target, value);
      case ADD -> new Stmt.Accumulate(target, ReductionOperator.SUM, value);
      case MULTIPLY -> new Stmt.Accumulate(target, ReductionOperator.PRODUCT, value);
      case MAX -> new Stmt.Accumulate(target, ReductionOperator.MAX, value);
      case MIN -> new Stmt.Accumulate(target, ReductionOperator.MIN, value);
    };
  }

  /** A nest that zeroes the whole target, where a repeated or constant subscript leaves gaps. */
  private Optional<Stmt> clearUncovered() {
    long covered =
        assignment.subscripts().stream()
            .map(Subscript.Affine.class::cast)
            .filter(Subscript.Affine::isVariable)
            .map(Subscript.Affine::variable)
            .distinct()
            .count();
    if (covered == assignment.subscripts().size()) {
      return Optional.empty();
    }
    List<Extent> extents = program.typeOf(assignment.target()).extents();
    Set<String> taken = new HashSet<>();
    assignment.bindings().forEach(binding -> taken.add(binding.variable().name()));
    List<IndexBinding> bindings = new ArrayList<>();
    List<Subscript.Affine> subscripts = new ArrayList<>();
    for (Extent extent : extents) {
      var variable = new IndexVariable(unused("z", taken));
      bindings.add(new IndexBinding(variable, extent));
      subscripts.add((Subscript.Affine) Subscript.of(variable));
    }
    var element = new Element(assignment.target(), subscripts);
    ElementType type = program.typeOf(assignment.target()).elementType();
    return Optional.of(Stmt.loops(bindings, new Stmt.Store(element, zero(type))));
  }

  /** The value of an expression; statements that must run first are appended to {@code before}. */
  private Expr value(IndexExpr expr, List<Stmt> before) {
    return switch (expr) {
      case IndexExpr.Access(String tensor, var subscripts, ElementType type) -> {
        read.add(tensor);
        yield new Expr.Load(new Element(tensor, affine(subscripts)), type);
      }
      case IndexExpr.Literal(Object constant, ElementType type) ->
          new Expr.Constant(constant, type);
      case IndexExpr.IndexValue(IndexVariable variable) -> new Expr.LoopValue(variable);
      case IndexExpr.ExtentValue(Extent extent) -> new Expr.ExtentValue(extent);
      case IndexExpr.Unary(var operator, IndexExpr operand) ->
          new Expr.UnaryOp(operator, value(operand, before));
      case IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right)
          when operator.kind() == BinaryOperator.Kind.LOGICAL ->
          logical(operator, left, right, before);
      case IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right) ->
          new Expr.BinaryOp(operator, value(left, before), value(right, before));
      case IndexExpr.Call(var function, var arguments) -> {
        List<Expr> lowered = new ArrayList<>();
        for (IndexExpr argument : arguments) {
          lowered.add(value(argument, before));
        }
        yield new Expr.Call(function, lowered);
      }
      case IndexExpr.Cast(IndexExpr operand, ElementType type) ->
          new Expr.Cast(value(operand, before), type);
      case IndexExpr.Select select -> select(select, before);
      case IndexExpr.Reduction reduction -> reduction(reduction, before);
    };
  }

  private Expr logical(
      BinaryOperator operator, IndexExpr left, IndexExpr right, List<Stmt> before) {
    Expr first = value(left, before);
    List<Stmt> beforeRight = new ArrayList<>();
    Expr second = value(right, beforeRight);
    if (beforeRight.isEmpty()) {
      return new Expr.BinaryOp(operator, first, second);
    }
    // The right operand needs statements, which must not run when the left one decides.
    String local = unused("condition", locals);
    var read = new Expr.Local(local, ElementType.BOOL);
    before.add(new Stmt.Declare(local, ElementType.BOOL, first));
    beforeRight.add(new Stmt.Assign(local, second));
    Stmt rest = Stmt.sequence(beforeRight);
    before.add(
        operator == BinaryOperator.AND
            ? new Stmt.Guard(read, rest, Stmt.NOTHING)
            : new Stmt.Guard(
                new Expr.UnaryOp(dev.einkorn.compiler.index.UnaryOperator.NOT, read),
                rest,
                Stmt.NOTHING));
    return read;
  }

  private Expr select(IndexExpr.Select select, List<Stmt> before) {
    Expr condition = value(select.condition(), before);
    List<Stmt> beforeTrue = new ArrayList<>();
    Expr whenTrue = value(select.whenTrue(), beforeTrue);
    List<Stmt> beforeFalse = new ArrayList<>();
    Expr whenFalse = value(select.whenFalse(), beforeFalse);
    if (beforeTrue.isEmpty() && beforeFalse.isEmpty()) {
      return new Expr.Select(condition, whenTrue, whenFalse);
    }
    ElementType type = select.elementType();
    String local = unused("chosen", locals);
    before.add(new Stmt.Declare(local, type, zero(type)));
    beforeTrue.add(new Stmt.Assign(local, whenTrue));
    beforeFalse.add(new Stmt.Assign(local, whenFalse));
    before.add(new Stmt.Guard(condition, Stmt.sequence(beforeTrue), Stmt.sequence(beforeFalse)));
    return new Expr.Local(local, type);
  }

  private Expr reduction(IndexExpr.Reduction reduction, List<Stmt> before) {
    ElementType type = reduction.elementType();
    String stem = reduction.operator().symbol();
    for (IndexBinding binding : reduction.bindings()) {
      stem += "_" + binding.variable();
    }
    String local = unused(stem, locals);
    List<Stmt> body = new ArrayList<>();
    Expr value = value(reduction.body(), body);
    body.add(new Stmt.Update(local, reduction.operator(), value));
    before.add(new Stmt.Declare(local, type, identity(reduction.operator(), type)));
    before.add(Stmt.loops(reduction.bindings(), Stmt.sequence(body)));
    return new Expr.Local(local, type);
  }

  private static List<Subscript.Affine> affine(List<Subscript> subscripts) {
    List<Subscript.Affine> result = new ArrayList<>();
    for (Subscript subscript : subscripts) {
      switch (subscript) {
        case Subscript.Affine form -> result.add(form);
      }
    }
    return result;
  }

  private static String unused(String stem, Set<String> taken) {
    String name = stem;
    for (int n = 1; !taken.add(name); n++) {
      name = stem + "_" + n;
    }
    return name;
  }

  private static Expr zero(ElementType type) {
    Object value =
        switch (type) {
          case F32, F64 -> 0.0;
          case I32, I64 -> 0L;
          case BOOL -> false;
        };
    return new Expr.Constant(value, type);
  }

  private static Expr identity(ReductionOperator operator, ElementType type) {
    Object value =
        switch (operator) {
          case SUM -> type.isFloating() ? (Object) 0.0 : (Object) 0L;
          case PRODUCT -> type.isFloating() ? (Object) 1.0 : (Object) 1L;
          case MAX ->
              switch (type) {
                case F32, F64 -> Double.NEGATIVE_INFINITY;
                case I32 -> (long) Integer.MIN_VALUE;
                case I64 -> Long.MIN_VALUE;
                case BOOL -> false;
              };
          case MIN ->
              switch (type) {
                case F32, F64 -> Double.POSITIVE_INFINITY;
                case I32 -> (long) Integer.MAX_VALUE;
                case I64 -> Long.MAX_VALUE;
                case BOOL -> true;
              };
          case ANY -> false;
          case ALL -> true;
        };
    return new Expr.Constant(value, type);
  }
}
