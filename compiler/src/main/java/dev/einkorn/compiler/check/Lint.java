package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.BinaryOperator;
import dev.einkorn.compiler.ast.Declaration;
import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.Header;
import dev.einkorn.compiler.ast.Program;
import dev.einkorn.compiler.ast.Statement;
import dev.einkorn.compiler.ast.Subscript;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds what is legal and probably not meant.
 *
 * {@snippet lang=text :
 * C[i,j] = A[i,k] * B[l,j]       k and l are summed over, each alone: was B[k,j] meant?
 * (A: f32[n], B: f32[n]) -> (c)
 * c[i] = 2 * A[i]                B is declared and not read
 * }
 */
public final class Lint {
  private final List<Diagnostic> warnings = new ArrayList<>();

  private Lint() {}

  /** Warnings about a program without errors. */
  public static List<Diagnostic> warnings(Program program) {
    var lint = new Lint();
    lint.unusedInputs(program);
    program.statements().forEach(lint::lonelySums);
    return lint.warnings;
  }

  private void unusedInputs(Program program) {
    Set<String> read = new HashSet<>();
    for (Statement statement : program.statements()) {
      names(statement.value(), read);
      statement.where().forEach(condition -> names(condition, read));
      read.add(statement.target().name());
    }
    for (Declaration input : program.header().map(Header::inputs).orElse(List.of())) {
      if (!read.contains(input.name())) {
        warnings.add(
            Diagnostic.warning(
                    ErrorCode.UNUSED_INPUT,
                    input.nameSpan(),
                    "the input " + input.name() + " is not read")
                .withHint("leave it out, or use it"));
      }
    }
  }

  private static void names(Expression expression, Set<String> names) {
    switch (expression) {
      case Expression.Access access -> names.add(access.name());
      case Expression.Name name -> names.add(name.name());
      case Expression.NumberLiteral _,
          Expression.ConstantLiteral _,
          Expression.Unary _,
          Expression.Binary _,
          Expression.Call _,
          Expression.Reduction _ -> {}
    }
    SubscriptForm.operands(expression).forEach(operand -> names(operand, names));
  }

  /** Reports indices that are summed over and stand once only, in a product with others. */
  private void lonelySums(Statement statement) {
    Map<String, List<Span>> places = new LinkedHashMap<>();
    Set<String> inProducts = new HashSet<>();
    find(statement.value(), false, places, inProducts);
    statement.where().forEach(condition -> find(condition, false, places, inProducts));
    Set<String> kept = new HashSet<>();
    for (Subscript subscript : statement.target().subscripts()) {
      if (subscript instanceof Subscript.Position(Expression expression, _)) {
        names(expression, kept);
      }
    }
    places.forEach(
        (index, spans) -> {
          if (spans.size() == 1 && inProducts.contains(index) && !kept.contains(index)) {
            warnings.add(
                Diagnostic.warning(
                        ErrorCode.ACCIDENTAL_SUM,
                        spans.getFirst(),
                        "index %s stands here only, so this factor is summed over it alone"
                            .formatted(index))
                    .withHint("if that is meant, write sum[%s](...)".formatted(index)));
          }
        });
  }

  /** Collects where names stand in subscripts; those that a reduction binds do not count. */
  private static void find(
      Expression expression,
      boolean inProduct,
      Map<String, List<Span>> places,
      Set<String> inProducts) {
    if (expression instanceof Expression.Reduction reduction) {
      Map<String, List<Span>> inside = new LinkedHashMap<>();
      Set<String> products = new HashSet<>();
      find(reduction.body(), inProduct, inside, products);
      reduction.where().forEach(condition -> find(condition, false, inside, products));
      reduction.indices().forEach(binding -> inside.remove(binding.name()));
      inside.forEach(
          (name, spans) -> places.computeIfAbsent(name, _ -> new ArrayList<>()).addAll(spans));
      products.stream().filter(inside::containsKey).forEach(inProducts::add);
      return;
    }
    if (expression instanceof Expression.Name(String name, Span span)) {
      places.computeIfAbsent(name, _ -> new ArrayList<>()).add(span);
      return;
    }
    boolean product =
        expression instanceof Expression.Binary binary
            && binary.operator() == BinaryOperator.MULTIPLY
            && hasAccess(binary.left())
            && hasAccess(binary.right());
    boolean sum =
        expression instanceof Expression.Binary binary
            && (binary.operator() == BinaryOperator.ADD
                || binary.operator() == BinaryOperator.SUBTRACT);
    if (expression instanceof Expression.Access access && inProduct) {
      access.subscripts().stream()
          .filter(Subscript.Position.class::isInstance)
          .map(Subscript.Position.class::cast)
          .forEach(position -> names(position.expression(), inProducts));
    }
    for (Expression operand : SubscriptForm.operands(expression)) {
      find(operand, product || (inProduct && !sum), places, inProducts);
    }
  }

  private static boolean hasAccess(Expression expression) {
    return expression instanceof Expression.Access
        || SubscriptForm.operands(expression).stream().anyMatch(Lint::hasAccess);
  }
}
