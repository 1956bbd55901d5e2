package dev.einkorn.compiler.index;

import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Checks the rules of an {@link IndexProgram} that no single record can see: every name is declared
 * and every variable bound once, types and extents agree, targets are read only after they are
 * assigned, and assigned again only of the elements that are replaced ({@code P[i] = P[i] / s}: no
 * written program has that, but plans do). What the records themselves enforce (operand types,
 * arity) is not repeated.
 *
 * <p>A pass of the compiler that breaks one of these rules has a bug, so tests run {@link #check}
 * after every stage. Whether an affine subscript stays in bounds is not a rule, not even of a
 * variable that stands alone: it depends on sizes, and {@link AccessBounds} says it of a call. On
 * the left side the variables have the extents of the target's axes.
 */
public final class IndexVerifier {
  private final IndexProgram program;
  private final Map<String, TensorDeclaration> inputs = new LinkedHashMap<>();
  private final Map<String, TensorDeclaration> targets = new LinkedHashMap<>();
  private final Set<String> sizes = new HashSet<>();
  private final Set<String> assigned = new HashSet<>();

  /** Targets whose first value the caller passes. */
  private final Set<String> fromCaller = new HashSet<>();

  private final List<String> violations = new ArrayList<>();

  private IndexVerifier(IndexProgram program) {
    this.program = program;
  }

  /** The rules that the program breaks, each naming the statement and the node; empty if none. */
  public static List<String> verify(IndexProgram program) {
    var verifier = new IndexVerifier(program);
    verifier.declarations();
    verifier.sizeParameters();
    for (int n = 0; n < program.assignments().size(); n++) {
      verifier.new Statement(n, program.assignments().get(n)).check();
    }
    verifier.outputs();
    return List.copyOf(verifier.violations);
  }

  /**
   * Fails if the program breaks a rule.
   *
   * @param stage what has produced the program, for the message
   * @throws AssertionError with every violation and the printed program
   */
  public static void check(IndexProgram program, String stage) {
    List<String> violations = verify(program);
    if (!violations.isEmpty()) {
      throw new AssertionError(
          "after "
              + stage
              + ", the program breaks these rules:\n  "
              + String.join("\n  ", violations)
              + "\n"
              + IndexPrinter.print(program));
    }
  }

  private void declarations() {
    for (TensorDeclaration input : program.inputs()) {
      declare(inputs, input);
    }
    for (TensorDeclaration target : program.targets()) {
      declare(targets, target);
    }
    for (SizeParameter size : program.sizes()) {
      declareSize(size.name());
    }
    for (DerivedSize derived : program.derived()) {
      for (DerivedSize.Candidate candidate : derived.candidates()) {
        candidate
            .summands()
            .forEach(summand -> requireKnown(summand.extent(), () -> "size " + derived.name()));
      }
      declareSize(derived.name());
    }
    for (TensorDeclaration declaration : concat(program.inputs(), program.targets())) {
      for (Extent extent : declaration.type().extents()) {
        requireKnown(extent, () -> "declaration " + declaration);
      }
    }
    Set<String> ever = new HashSet<>();
    for (Assignment assignment : program.assignments()) {
      if (ever.add(assignment.target()) && assignment.operator().accumulates()) {
        fromCaller.add(assignment.target());
      }
    }
    for (String target : targets.keySet()) {
      if (!ever.contains(target)) {
        violations.add("target " + target + " is never assigned");
      }
    }
  }

  private void declare(Map<String, TensorDeclaration> into, TensorDeclaration declaration) {
    if (inputs.containsKey(declaration.name()) || targets.containsKey(declaration.name())) {
      violations.add("tensor " + declaration.name() + " is declared twice");
    } else {
      into.put(declaration.name(), declaration);
    }
  }

  private void declareSize(String name) {
    if (!sizes.add(name)) {
      violations.add("size " + name + " is declared twice");
    }
  }

  private void requireKnown(Extent extent, Supplier<String> where) {
    if (extent instanceof Extent.Symbolic(String name) && !sizes.contains(name)) {
      violations.add(where.get() + ": no size gives the extent " + name);
    }
  }

  private void sizeParameters() {
    var listed = new HashSet<SizeParameter.Axis>();
    for (SizeParameter size : program.sizes()) {
      for (SizeParameter.Axis axis : size.axes()) {
        if (!listed.add(axis)) {
          violations.add("size " + size.name() + ": " + axis + " is listed twice");
        }
        Optional<TensorDeclaration> passed = passed(axis.tensor());
        if (passed.isEmpty()) {
          violations.add("size " + size.name() + ": the caller passes no " + axis.tensor());
        } else if (axis.position() < 0 || axis.position() >= passed.get().type().rank()) {
          violations.add("size " + size.name() + ": " + passed.get() + " has no " + axis);
        } else {
          Extent extent = passed.get().type().extents().get(axis.position());
          if (!extent.equals(new Extent.Symbolic(size.name()))) {
            violations.add("size " + size.name() + ": " + axis + " has extent " + extent);
          }
        }
      }
    }
    for (TensorDeclaration declaration : concat(program.inputs(), program.targets())) {
      if (passed(declaration.name()).isEmpty()) {
        continue;
      }
      for (int axis = 0; axis < declaration.type().rank(); axis++) {
        boolean symbolic = declaration.type().extents().get(axis) instanceof Extent.Symbolic;
        if (symbolic && !listed.contains(new SizeParameter.Axis(declaration.name(), axis))) {
          violations.add("no size parameter lists axis " + axis + " of " + declaration);
        }
      }
    }
  }

  /** The declaration of a tensor that the caller passes. */
  private Optional<TensorDeclaration> passed(String tensor) {
    if (inputs.containsKey(tensor)) {
      return Optional.of(inputs.get(tensor));
    }
    return fromCaller.contains(tensor)
        ? Optional.ofNullable(targets.get(tensor))
        : Optional.empty();
  }

  private void outputs() {
    var seen = new HashSet<String>();
    for (String output : program.outputs()) {
      if (!seen.add(output)) {
        violations.add("output " + output + " is listed twice");
      }
      if (!targets.containsKey(output)) {
        violations.add("output " + output + " is not a target");
      }
    }
    for (String target : targets.keySet()) {
      if (fromCaller.contains(target) && !seen.contains(target)) {
        violations.add("target " + target + " accumulates into the caller's but is no output");
      }
    }
    if (program.outputs().isEmpty()) {
      violations.add("the program has no output");
    }
  }

  private static List<TensorDeclaration> concat(
      List<TensorDeclaration> first, List<TensorDeclaration> second) {
    var all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /** The check of one statement. */
  private final class Statement {
    private final int number;
    private final Assignment assignment;

    /** The extent of every variable in scope. */
    private final Map<IndexVariable, Extent> scope = new LinkedHashMap<>();

    Statement(int number, Assignment assignment) {
      this.number = number;
      this.assignment = assignment;
    }

    void check() {
      bind(assignment.bindings(), Statement::leftSide);
      left();
      expression(assignment.value());
      unbind(assignment.bindings());
      assigned.add(assignment.target());
    }

    private void left() {
      TensorDeclaration target = targets.get(assignment.target());
      if (target == null) {
        violation(Statement::leftSide, "target " + assignment.target() + " is not declared");
        return;
      }
      if (assignment.operator() == AssignmentOperator.ASSIGN
          && assigned.contains(assignment.target())
          && !updates(assignment.value())) {
        violation(
            Statement::leftSide, assignment.target() + " is overwritten, but assigned already");
      }
      ElementType type = target.type().elementType();
      if (assignment.value().elementType() != type) {
        violation(
            Statement::leftSide,
            "the value is "
                + assignment.value().elementType()
                + " but "
                + target.name()
                + " is "
                + type);
      }
      if (assignment.operator().accumulates() && !type.isNumeric()) {
        violation(Statement::leftSide, assignment.operator().symbol() + " on conditions");
      }
      subscripts(target, assignment.subscripts(), Statement::leftSide);
      extents(target);
      var variables = new ArrayList<IndexVariable>();
      for (Subscript subscript : assignment.subscripts()) {
        switch (subscript) {
          case Subscript.Affine affine -> {
            if (!affine.isVariable()) {
              violation(Statement::leftSide, "subscript " + affine + " is not a variable alone");
            } else if (!variables.contains(affine.variable())) {
              variables.add(affine.variable());
            }
          }
          case Subscript.Gather(IndexExpr index) ->
              violation(
                  Statement::leftSide, "subscript " + print(index) + " is not a variable alone");
        }
      }
      var bound = assignment.bindings().stream().map(IndexBinding::variable).toList();
      if (!bound.equals(variables)) {
        violation(Statement::leftSide, "binds " + bound + " but its subscripts have " + variables);
      }
    }

    private void expression(IndexExpr expression) {
      switch (expression) {
        case IndexExpr.Access access -> access(access);
        case IndexExpr.IndexValue(IndexVariable variable) ->
            requireInScope(variable, () -> print(expression));
        case IndexExpr.ExtentValue(Extent extent) ->
            requireKnown(extent, () -> place(() -> print(expression)));
        case IndexExpr.Reduction reduction -> {
          List<IndexBinding> fresh = bind(reduction.bindings(), () -> print(reduction));
          expression(reduction.body());
          unbind(fresh);
        }
        case IndexExpr.ArgumentReduction reduction -> {
          List<IndexBinding> fresh = bind(reduction.bindings(), () -> print(reduction));
          expression(reduction.condition());
          expression(reduction.body());
          unbind(fresh);
        }
        case IndexExpr.Literal _,
            IndexExpr.Unary _,
            IndexExpr.Binary _,
            IndexExpr.Call _,
            IndexExpr.Cast _,
            IndexExpr.Select _ ->
            expression.children().forEach(this::expression);
      }
    }

    private void access(IndexExpr.Access access) {
      access.children().forEach(this::expression);
      Supplier<String> node = () -> print(access);
      TensorDeclaration tensor = inputs.get(access.tensor());
      if (tensor == null) {
        tensor = targets.get(access.tensor());
        if (tensor == null) {
          violation(node, "tensor " + access.tensor() + " is not declared");
          return;
        }
        if (access.tensor().equals(assignment.target()) && !isUpdated(access)) {
          violation(node, "the statement reads its own target");
        } else if (!assigned.contains(access.tensor())) {
          violation(node, "target " + access.tensor() + " is read before it is assigned");
        }
      }
      if (access.elementType() != tensor.type().elementType()) {
        violation(node, "is " + access.elementType() + " but the tensor is " + tensor);
      }
      subscripts(tensor, access.subscripts(), node);
    }

    /** Whether a value is made of the element that it replaces. */
    private boolean updates(IndexExpr value) {
      return (value instanceof IndexExpr.Access access && isUpdated(access))
          || value.children().stream().anyMatch(this::updates);
    }

    /** Whether it is the element that the statement writes, of a value without sums. */
    private boolean isUpdated(IndexExpr.Access access) {
      return access.tensor().equals(assignment.target())
          && assignment.operator() == AssignmentOperator.ASSIGN
          && access.border() == Border.NONE
          && access.subscripts().equals(assignment.subscripts())
          && !reduces(assignment.value());
    }

    private boolean reduces(IndexExpr value) {
      return value instanceof IndexExpr.Reduction
          || value instanceof IndexExpr.ArgumentReduction
          || value.children().stream().anyMatch(this::reduces);
    }

    private void subscripts(
        TensorDeclaration tensor, List<Subscript> subscripts, Supplier<String> node) {
      if (subscripts.size() != tensor.type().rank()) {
        violation(node, subscripts.size() + " subscripts on " + tensor);
      }
      for (Subscript subscript : subscripts) {
        if (subscript instanceof Subscript.Affine affine) {
          affine.terms().forEach(term -> requireInScope(term.variable(), node));
        }
      }
    }

    /** A variable on the left ranges over its axis, or over a part whose size the program fixes. */
    private void extents(TensorDeclaration target) {
      int axes = Math.min(assignment.subscripts().size(), target.type().rank());
      for (int axis = 0; axis < axes; axis++) {
        if (assignment.subscripts().get(axis) instanceof Subscript.Affine affine
            && affine.isVariable()) {
          Extent expected = target.type().extents().get(axis);
          Extent found = scope.getOrDefault(affine.variable(), expected);
          boolean part =
              found instanceof Extent.Fixed(long few)
                  && expected instanceof Extent.Fixed(long many)
                  && few < many;
          if (!found.equals(expected) && !part) {
            violation(
                Statement::leftSide,
                affine + " has extent " + found + " but axis " + axis + " has " + expected);
          }
        }
      }
    }

    private void requireInScope(IndexVariable variable, Supplier<String> node) {
      if (!scope.containsKey(variable)) {
        violation(node, "variable " + variable + " is not bound");
      }
    }

    /** Brings variables into scope and returns those that were not there already. */
    private List<IndexBinding> bind(List<IndexBinding> bindings, Supplier<String> node) {
      var fresh = new ArrayList<IndexBinding>();
      for (IndexBinding binding : bindings) {
        requireKnown(binding.extent(), () -> place(node));
        if (scope.containsKey(binding.variable())) {
          violation(node, "variable " + binding.variable() + " is bound already");
        } else {
          scope.put(binding.variable(), binding.extent());
          fresh.add(binding);
        }
      }
      return fresh;
    }

    private void unbind(List<IndexBinding> bindings) {
      bindings.forEach(binding -> scope.remove(binding.variable()));
    }

    private static String leftSide() {
      return "left side";
    }

    private void violation(Supplier<String> node, String what) {
      violations.add(place(node) + ": " + what);
    }

    private String place(Supplier<String> node) {
      return "statement " + (number + 1) + " (" + assignment.target() + "), " + node.get();
    }

    private String print(IndexExpr expression) {
      return IndexPrinter.print(program, expression);
    }
  }
}
