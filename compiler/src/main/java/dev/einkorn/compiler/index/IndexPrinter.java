package dev.einkorn.compiler.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Prints the index IR in the source language, with as few parentheses as its precedence allows.
 *
 * {@snippet lang=text :
 * (S: f32[i,j]) -> (P: f32[i,j])
 * m[i] = max[j](S[i,j])
 * P[i,j] = exp(S[i,j] - m[i]) / sum[k](exp(S[i,k] - m[i]))
 * }
 *
 * <p>Every sum and every conversion of the IR is written out. A variable whose extent no access of
 * its statement shows gets it from a {@code where} at the end, as the language asks: {@code where x
 * < extent(I, 0) - extent(K, 0) + 1}. A size that follows from others is written as the {@code
 * extent} of an axis of an earlier target where there is one, and else worked out. Printing never
 * fails, not even on a program that the {@link IndexVerifier} refuses.
 */
public final class IndexPrinter {
  private static final IndexProgram NO_PROGRAM =
      new IndexProgram(List.of(), List.of(), List.of(), List.of(), List.of());

  private final IndexProgram program;

  /** The type of each input and target. */
  private final Map<String, TensorType> types = new HashMap<>();

  /** Targets whose axes may be named. */
  private final Set<String> assigned = new HashSet<>();

  private IndexPrinter(IndexProgram program) {
    this.program = program;
    program.inputs().forEach(input -> types.putIfAbsent(input.name(), input.type()));
    program.targets().forEach(target -> types.putIfAbsent(target.name(), target.type()));
  }

  /** The header and one statement a line, each line ended by {@code \n}. */
  public static String print(IndexProgram program) {
    var text = new StringBuilder();
    text.append('(').append(joined(program.inputs())).append(") -> (");
    var outputs = new ArrayList<String>();
    for (String output : program.outputs()) {
      outputs.add(
          program.targets().stream()
              .filter(target -> target.name().equals(output))
              .findFirst()
              .map(TensorDeclaration::toString)
              .orElse(output));
    }
    text.append(String.join(", ", outputs)).append(")\n");
    statements(program).forEach(statement -> text.append(statement).append('\n'));
    return text.toString();
  }

  /** The statements of the program in their order, without line ends. */
  public static List<String> statements(IndexProgram program) {
    var printer = new IndexPrinter(program);
    var statements = new ArrayList<String>();
    for (Assignment assignment : program.assignments()) {
      statements.add(printer.statement(assignment));
      printer.assigned.add(assignment.target());
    }
    return statements;
  }

  /** One statement of the program, without a line end. */
  public static String print(IndexProgram program, Assignment assignment) {
    var printer = new IndexPrinter(program);
    for (Assignment earlier : program.assignments()) {
      if (earlier.equals(assignment)) {
        break;
      }
      printer.assigned.add(earlier.target());
    }
    return printer.statement(assignment);
  }

  /** An expression of the program. */
  public static String print(IndexProgram program, IndexExpr expression) {
    return new IndexPrinter(program).expression(expression).text();
  }

  /** A statement on its own: a symbolic extent prints as {@code extent(name)}. */
  public static String print(Assignment assignment) {
    return print(NO_PROGRAM, assignment);
  }

  /** An expression on its own: a symbolic extent prints as {@code extent(name)}. */
  public static String print(IndexExpr expression) {
    return print(NO_PROGRAM, expression);
  }

  private String statement(Assignment assignment) {
    String left = access(assignment.target(), assignment.subscripts());
    String right = expression(assignment.value()).text();
    return left + " " + assignment.operator().symbol() + " " + right + where(assignment);
  }

  /** Extents that no access in the scope of their variable gives. */
  private String where(Assignment assignment) {
    var shown = new Shown();
    if (assignment.operator().accumulates()) {
      shown.add(assignment.target(), assignment.subscripts(), Border.NONE);
    }
    shown.addAll(assignment.value());
    var conditions = new LinkedHashSet<String>();
    shown.addMissing(assignment.bindings(), conditions);
    addMissing(assignment.value(), conditions);
    return conditions.isEmpty() ? "" : " where " + String.join(", ", conditions);
  }

  /** Adds the extents that the accesses inside each reduction do not show. */
  private void addMissing(IndexExpr expression, Set<String> conditions) {
    switch (expression) {
      case IndexExpr.Reduction reduction -> addMissing(reduction, reduction.bindings(), conditions);
      case IndexExpr.ArgumentReduction reduction ->
          addMissing(reduction, reduction.bindings(), conditions);
      case IndexExpr.Access _,
          IndexExpr.Literal _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ -> {}
    }
    expression.children().forEach(child -> addMissing(child, conditions));
  }

  private void addMissing(
      IndexExpr reduction, List<IndexBinding> bindings, Set<String> conditions) {
    var shown = new Shown();
    shown.addAll(reduction);
    shown.addMissing(bindings, conditions);
  }

  /**
   * The extents that the accesses of a scope show. A variable alone at an axis has the axis's
   * extent; if the access has a border, only as long as no access without one has the variable.
   */
  private final class Shown {
    private final Set<IndexBinding> alone = new HashSet<>();
    private final Set<IndexBinding> aloneInBorder = new HashSet<>();

    /** Variables alone at axes that the program does not declare. */
    private final Set<IndexVariable> aloneSomewhere = new HashSet<>();

    private final Set<IndexVariable> unbordered = new HashSet<>();

    void add(String tensor, List<Subscript> subscripts, Border border) {
      for (int axis = 0; axis < subscripts.size(); axis++) {
        if (subscripts.get(axis) instanceof Subscript.Affine affine) {
          if (border == Border.NONE) {
            affine.terms().forEach(term -> unbordered.add(term.variable()));
          }
          if (affine.isVariable()) {
            Optional<Extent> extent = axisExtent(tensor, axis);
            if (extent.isEmpty()) {
              aloneSomewhere.add(affine.variable());
            } else {
              (border == Border.NONE ? alone : aloneInBorder)
                  .add(new IndexBinding(affine.variable(), extent.get()));
            }
          }
        }
      }
    }

    void addAll(IndexExpr expression) {
      if (expression instanceof IndexExpr.Access access) {
        add(access.tensor(), access.subscripts(), access.border());
      }
      expression.children().forEach(this::addAll);
    }

    void addMissing(List<IndexBinding> bindings, Set<String> conditions) {
      for (IndexBinding binding : bindings) {
        if (!gives(binding)) {
          for (String upper : upperBounds(binding.extent())) {
            conditions.add(binding.variable() + " < " + upper);
          }
        }
      }
    }

    private boolean gives(IndexBinding binding) {
      boolean differs =
          alone.stream()
              .filter(each -> each.variable().equals(binding.variable()))
              .anyMatch(each -> !each.extent().equals(binding.extent()));
      return (alone.contains(binding) && !differs)
          || aloneSomewhere.contains(binding.variable())
          || (aloneInBorder.contains(binding) && !unbordered.contains(binding.variable()));
    }

    private Optional<Extent> axisExtent(String tensor, int axis) {
      return Optional.ofNullable(types.get(tensor))
          .filter(type -> axis < type.rank())
          .map(type -> type.extents().get(axis));
    }
  }

  private Printed expression(IndexExpr expression) {
    return switch (expression) {
      case IndexExpr.Access(String tensor, List<Subscript> subscripts, Border border, _) -> {
        String access = access(tensor, subscripts);
        yield atom(border == Border.NONE ? access : border.symbol() + "(" + access + ")");
      }
      case IndexExpr.Literal literal -> literal(literal);
      case IndexExpr.IndexValue(IndexVariable variable) -> atom(variable.name());
      case IndexExpr.ExtentValue(Extent extent) -> atom(extent(extent));
      case IndexExpr.Unary(UnaryOperator operator, IndexExpr operand) -> unary(operator, operand);
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right) ->
          binary(operator, left, right);
      case IndexExpr.Call(Function function, List<IndexExpr> arguments) ->
          atom(function.symbol() + arguments(arguments));
      case IndexExpr.Cast cast -> atom(cast.elementType() + arguments(cast.children()));
      case IndexExpr.Select select -> atom("select" + arguments(select.children()));
      case IndexExpr.Reduction(
              ReductionOperator operator,
              List<IndexBinding> bindings,
              IndexExpr body) ->
          atom(operator.symbol() + variables(bindings) + arguments(List.of(body)));
      case IndexExpr.ArgumentReduction(
              ArgumentOperator operator,
              List<IndexBinding> bindings,
              IndexExpr condition,
              IndexExpr body) -> {
        String where =
            condition.equals(IndexExpr.Literal.of(true))
                ? ""
                : " where " + expression(condition).text();
        yield atom(
            operator.symbol() + variables(bindings) + "(" + expression(body).text() + where + ")");
      }
    };
  }

  private Printed unary(UnaryOperator operator, IndexExpr operand) {
    int precedence = operator == UnaryOperator.NOT ? Precedence.NOT : Precedence.NEGATE;
    Printed printed = expression(operand);
    // "--x" reads as one token in too many languages
    boolean doubled = operator == UnaryOperator.NEGATE && printed.text().startsWith("-");
    String text = doubled ? "(" + printed.text() + ")" : parenthesized(printed, precedence);
    return new Printed(operator.symbol() + text, precedence);
  }

  private Printed binary(BinaryOperator operator, IndexExpr left, IndexExpr right) {
    int precedence = Precedence.of(operator);
    // comparisons do not associate, powers associate to the right, the rest to the left
    boolean toTheRight = operator == BinaryOperator.POWER;
    boolean toTheLeft = !toTheRight && operator.kind() != BinaryOperator.Kind.COMPARISON;
    String l = parenthesized(expression(left), toTheLeft ? precedence : precedence + 1);
    String r = parenthesized(expression(right), toTheRight ? precedence : precedence + 1);
    String symbol = toTheRight ? operator.symbol() : " " + operator.symbol() + " ";
    return new Printed(l + symbol + r, precedence);
  }

  private static Printed literal(IndexExpr.Literal literal) {
    String text =
        switch (literal.value()) {
          case Double value when value.isNaN() -> "nan";
          case Double value when value.isInfinite() -> value > 0 ? "inf" : "-inf";
          case Double value ->
              switch (literal.elementType()) {
                case F32 -> Float.toString(value.floatValue()).replace('E', 'e');
                case F64, I32, I64, BOOL -> Double.toString(value).replace('E', 'e');
              };
          case Object value -> value.toString();
        };
    // a minus sign binds as the operator does: (-2)^2 is not -2^2
    return new Printed(text, text.startsWith("-") ? Precedence.NEGATE : Precedence.ATOM);
  }

  private String extent(Extent extent) {
    return extent(extent, program.derived().size());
  }

  /**
   * The extent as a number.
   *
   * @param known how many of the derived sizes it may mention, so that a cycle ends
   */
  private String extent(Extent extent, int known) {
    return switch (extent) {
      case Extent.Fixed(long value) -> Long.toString(value);
      case Extent.Symbolic(String name) ->
          program.sizes().stream()
              .filter(size -> size.name().equals(name))
              .map(size -> size.axes().getFirst())
              .map(axis -> "extent(" + axis.tensor() + ", " + axis.position() + ")")
              .findFirst()
              .or(() -> targetAxis(extent))
              .orElseGet(() -> derived(name, known));
    };
  }

  /** An axis of this extent of a target assigned before. */
  private Optional<String> targetAxis(Extent extent) {
    return program.targets().stream()
        .filter(target -> assigned.contains(target.name()))
        .filter(target -> target.type().extents().contains(extent))
        .map(
            target ->
                "extent(" + target.name() + ", " + target.type().extents().indexOf(extent) + ")")
        .findFirst();
  }

  private String derived(String name, int known) {
    for (int n = 0; n < known; n++) {
      DerivedSize size = program.derived().get(n);
      if (size.name().equals(name)) {
        int earlier = n;
        String least =
            size.candidates().stream()
                .map(candidate -> candidate(candidate, earlier))
                .reduce((first, second) -> "min(" + first + ", " + second + ")")
                .orElseThrow();
        return "max(0, " + least + ")";
      }
    }
    return "extent(" + name + ")";
  }

  /** What a variable of this extent stays below; all of it. */
  private List<String> upperBounds(Extent extent) {
    for (int n = 0; n < program.derived().size(); n++) {
      DerivedSize size = program.derived().get(n);
      if (extent.equals(new Extent.Symbolic(size.name())) && targetAxis(extent).isEmpty()) {
        int earlier = n;
        return size.candidates().stream().map(c -> candidate(c, earlier)).toList();
      }
    }
    return List.of(extent(extent));
  }

  private String candidate(DerivedSize.Candidate candidate, int known) {
    var sum = new StringBuilder();
    for (DerivedSize.Summand summand : candidate.summands()) {
      long magnitude = Math.abs(summand.coefficient());
      add(
          sum,
          summand.coefficient() < 0,
          (magnitude == 1 ? "" : magnitude + " * ") + extent(summand.extent(), known));
    }
    boolean whole = candidate.divisor() == 1;
    long constant = whole ? candidate.constant() + candidate.offset() : candidate.constant();
    if (constant != 0 || sum.isEmpty()) {
      add(sum, constant < 0, Long.toString(Math.abs(constant)));
    }
    if (whole) {
      return sum.toString();
    }
    boolean single = candidate.summands().size() + (candidate.constant() == 0 ? 0 : 1) <= 1;
    var quotient = new StringBuilder(single ? sum : "(" + sum + ")");
    quotient.append(" // ").append(candidate.divisor());
    if (candidate.offset() != 0) {
      add(quotient, candidate.offset() < 0, Long.toString(Math.abs(candidate.offset())));
    }
    return quotient.toString();
  }

  private static void add(StringBuilder sum, boolean negative, String term) {
    String sign = sum.isEmpty() ? (negative ? "-" : "") : (negative ? " - " : " + ");
    sum.append(sign).append(term);
  }

  private String arguments(List<IndexExpr> arguments) {
    var texts = new ArrayList<String>();
    for (IndexExpr argument : arguments) {
      texts.add(expression(argument).text());
    }
    return "(" + String.join(", ", texts) + ")";
  }

  private String access(String tensor, List<Subscript> subscripts) {
    if (subscripts.isEmpty()) {
      return tensor;
    }
    return tensor + "[" + String.join(",", subscripts.stream().map(this::subscript).toList()) + "]";
  }

  private String subscript(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Affine affine -> affine.toString();
      case Subscript.Gather(IndexExpr index) -> {
        String text = expression(index).text();
        // what looks affine is an affine subscript when it is read back, and not checked
        yield looksAffine(index) ? "i64(" + text + ")" : text;
      }
    };
  }

  private static boolean looksAffine(IndexExpr index) {
    return switch (index) {
      case IndexExpr.IndexValue _, IndexExpr.Literal _, IndexExpr.ExtentValue _ -> true;
      case IndexExpr.Unary _ -> looksAffine(index.children().getFirst());
      case IndexExpr.Binary binary ->
          switch (binary.operator()) {
            case ADD, SUBTRACT, MULTIPLY ->
                looksAffine(binary.left()) && looksAffine(binary.right());
            case DIVIDE,
                FLOOR_DIVIDE,
                REMAINDER,
                POWER,
                LESS,
                LESS_OR_EQUAL,
                GREATER,
                GREATER_OR_EQUAL,
                EQUAL,
                NOT_EQUAL,
                AND,
                OR ->
                false;
          };
      case IndexExpr.Access _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _,
          IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _ ->
          false;
    };
  }

  private static String variables(List<IndexBinding> bindings) {
    return "["
        + String.join(",", bindings.stream().map(binding -> binding.variable().name()).toList())
        + "]";
  }

  private static String joined(List<TensorDeclaration> declarations) {
    return String.join(", ", declarations.stream().map(TensorDeclaration::toString).toList());
  }

  private static String parenthesized(Printed printed, int leastPrecedence) {
    return printed.precedence() < leastPrecedence ? "(" + printed.text() + ")" : printed.text();
  }

  private static Printed atom(String text) {
    return new Printed(text, Precedence.ATOM);
  }

  /** Text and how tightly its outermost operator binds. */
  private record Printed(String text, int precedence) {}

  /** How tightly the language's operators bind, loosest first. */
  private static final class Precedence {
    static final int OR = 1;
    static final int AND = 2;
    static final int NOT = 3;
    static final int COMPARISON = 4;
    static final int ADDITIVE = 5;
    static final int MULTIPLICATIVE = 6;
    static final int NEGATE = 7;
    static final int POWER = 8;
    static final int ATOM = 9;

    static int of(BinaryOperator operator) {
      return switch (operator) {
        case OR -> OR;
        case AND -> AND;
        case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL -> COMPARISON;
        case ADD, SUBTRACT -> ADDITIVE;
        case MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER -> MULTIPLICATIVE;
        case POWER -> POWER;
      };
    }
  }
}
