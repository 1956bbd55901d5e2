package dev.einkorn.compiler.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.einkorn.compiler.index.AccessBounds;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProgramGeneratorTest {
  private static final int PROGRAMS = 2_500;

  @Test
  void programsKeepTheRulesAndEvaluate() {
    var failed = new TreeMap<KernelException.Code, Integer>();
    for (long seed = 0; seed < PROGRAMS; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.FULL);
      assertThat(IndexVerifier.verify(drawn.program())).as(drawn::toString).isEmpty();
      assertThat(AccessBounds.violation(drawn.program(), sizes(drawn)))
          .as(drawn::toString)
          .isEmpty();
      assertThat(IndexPrinter.print(drawn.program())).endsWith("\n");
      try {
        Map<String, Tensor> outputs =
            ReferenceInterpreter.evaluate(drawn.program(), RandomInputs.draw(drawn));
        assertThat(outputs.keySet()).containsExactlyElementsOf(drawn.program().outputs());
      } catch (KernelException e) {
        assertThat(drawn.mayFail()).as("%s on %s", e, drawn).isTrue();
        failed.merge(e.code(), 1, Integer::sum);
      } catch (RuntimeException e) {
        fail("failed on " + drawn, e);
      }
    }
    assertThat(failed).containsOnlyKeys(KernelException.Code.values());
    assertThat(failed.values().stream().mapToInt(n -> n).sum()).isLessThan(PROGRAMS / 20);
  }

  private static Sizes sizes(RandomProgram drawn) {
    return new Sizes(drawn.program(), drawn.sizes());
  }

  @Test
  void exactProgramsComputeWholeNumbersThatTheirTypesHold() {
    for (long seed = 0; seed < PROGRAMS; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.EXACT);
      assertThat(drawn.mayFail()).isFalse();
      assertThat(IndexVerifier.verify(drawn.program())).as(drawn::toString).isEmpty();
      Map<String, Tensor> outputs =
          ReferenceInterpreter.evaluate(drawn.program(), RandomInputs.draw(drawn));
      for (Tensor output : outputs.values()) {
        if (output.elementType().isFloating()) {
          for (double value : output.toDoubleArray()) {
            assertThat(value).as(drawn::toString).isEqualTo(Math.rint(value)).isFinite();
          }
        }
      }
    }
  }

  @Test
  void aSeedGivesTheSameProgramAndInputs() {
    for (long seed = 0; seed < 100; seed++) {
      RandomProgram first = ProgramGenerator.draw(seed, Profile.FULL);
      RandomProgram second = ProgramGenerator.draw(seed, Profile.FULL);
      assertThat(second).isEqualTo(first);
      Map<String, Tensor> inputs = RandomInputs.draw(first);
      Map<String, Tensor> again = RandomInputs.draw(second);
      assertThat(again.keySet()).isEqualTo(inputs.keySet());
      inputs.forEach(
          (name, tensor) ->
              assertThat(again)
                  .hasEntrySatisfying(name, t -> assertThat(t.contentEquals(tensor)).isTrue()));
    }
  }

  @Test
  void everyConstructOccursOften() {
    var counts = new TreeMap<String, Integer>();
    for (long seed = 0; seed < PROGRAMS; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.FULL);
      for (Assignment assignment : drawn.program().assignments()) {
        count(counts, "statement " + assignment.operator());
        count(counts, "target rank " + assignment.subscripts().size());
        count(counts, "target type " + assignment.value().elementType());
        if (assignment.bindings().size() < assignment.subscripts().size()) {
          count(counts, "diagonal write");
        }
        count(counts, assignment.value(), drawn);
      }
      count(counts, "outputs " + drawn.program().outputs().size());
      countDerived(counts, drawn.program());
      RandomInputs.draw(drawn).values().forEach(tensor -> countView(counts, tensor));
    }
    var expected = new ArrayList<String>();
    for (var operator : AssignmentOperator.values()) {
      expected.add("statement " + operator);
    }
    for (ElementType type : ElementType.values()) {
      expected.add("type " + type);
      expected.add("target type " + type);
      expected.add("cast to " + type);
      expected.add("input type " + type);
    }
    for (var operator : BinaryOperator.values()) {
      expected.add("binary " + operator);
    }
    for (var operator : UnaryOperator.values()) {
      expected.add("unary " + operator);
    }
    for (Function function : Function.values()) {
      expected.add("call " + function);
    }
    for (var operator : ReductionOperator.values()) {
      expected.add("reduction " + operator);
      expected.add("restricted " + operator);
    }
    for (Border border : Border.values()) {
      expected.add("border " + border);
    }
    for (int rank = 0; rank <= 4; rank++) {
      expected.add("target rank " + rank);
      expected.add("input rank " + rank);
    }
    expected.addAll(
        List.of(
            "outputs 1",
            "outputs 2",
            "outputs 3",
            "literal",
            "select",
            "position",
            "extent",
            "reduction of 1",
            "reduction of 2",
            "reduction of 3",
            "diagonal write",
            "diagonal read",
            "constant subscript",
            "affine subscript of 1",
            "affine subscript of 2",
            "affine subscript of 3",
            "gather subscript",
            "gather by Access",
            "gather by Binary",
            "gather by IndexValue",
            "gather by ArgumentReduction",
            "gather in a gather",
            "argmax",
            "argmax of 2",
            "argmin",
            "restricted argmax",
            "restricted argmin",
            "condition LESS",
            "condition LESS_OR_EQUAL",
            "condition GREATER",
            "condition GREATER_OR_EQUAL",
            "condition EQUAL",
            "condition AND",
            "derived size of 1",
            "derived size of 2",
            "derived from derived",
            "derived target axis",
            "stride 1",
            "stride 2",
            "stride 3",
            "summands 0",
            "summands 1",
            "summands 2",
            "summands 3",
            "summand times 1",
            "summand times -1",
            "summand times -2",
            "summand times -3",
            "reduction in a branch",
            "reduction in and, or",
            "reduction in a reduction",
            "target read",
            "empty reduction",
            "sum of a product",
            "segment",
            "negative stride",
            "zero stride",
            "not contiguous",
            "empty input"));
    for (String construct : expected) {
      assertThat(counts.getOrDefault(construct, 0)).as(construct).isGreaterThanOrEqualTo(20);
    }
  }

  private static void countDerived(Map<String, Integer> counts, IndexProgram program) {
    Set<Extent> derived = new HashSet<>();
    for (DerivedSize size : program.derived()) {
      count(counts, "derived size");
      count(counts, "derived size of " + size.candidates().size());
      for (DerivedSize.Candidate candidate : size.candidates()) {
        count(counts, "stride " + candidate.divisor());
        count(counts, "summands " + candidate.summands().size());
        for (DerivedSize.Summand summand : candidate.summands()) {
          count(counts, "summand times " + summand.coefficient());
          if (derived.contains(summand.extent())) {
            count(counts, "derived from derived");
          }
        }
      }
      derived.add(new Extent.Symbolic(size.name()));
    }
    for (TensorDeclaration target : program.targets()) {
      if (target.type().extents().stream().anyMatch(derived::contains)) {
        count(counts, "derived target axis");
      }
    }
  }

  private static void countView(Map<String, Integer> counts, Tensor tensor) {
    count(counts, "input type " + tensor.elementType());
    count(counts, "input rank " + tensor.rank());
    if (tensor.isSegment()) {
      count(counts, "segment");
    }
    if (!tensor.isContiguous()) {
      count(counts, "not contiguous");
    }
    if (tensor.elementCount() == 0) {
      count(counts, "empty input");
    }
    for (int axis = 0; axis < tensor.rank(); axis++) {
      if (tensor.stride(axis) < 0) {
        count(counts, "negative stride");
      }
      if (tensor.stride(axis) == 0 && tensor.extent(axis) > 1) {
        count(counts, "zero stride");
      }
    }
  }

  private static void count(
      Map<String, Integer> counts, IndexExpr expression, RandomProgram drawn) {
    count(counts, "type " + expression.elementType());
    switch (expression) {
      case IndexExpr.Access access -> {
        count(counts, "border " + access.border());
        if (drawn.program().targets().stream().anyMatch(t -> t.name().equals(access.tensor()))) {
          count(counts, "target read");
        }
        if (access.subscripts().stream().distinct().count() < access.subscripts().size()) {
          count(counts, "diagonal read");
        }
        for (Subscript subscript : access.subscripts()) {
          count(counts, kind(subscript));
          if (subscript instanceof Subscript.Gather(IndexExpr index)) {
            count(counts, "gather by " + index.getClass().getSimpleName());
            if (containsGather(index)) {
              count(counts, "gather in a gather");
            }
          }
        }
      }
      case IndexExpr.Literal _ -> count(counts, "literal");
      case IndexExpr.IndexValue _ -> count(counts, "position");
      case IndexExpr.ExtentValue _ -> count(counts, "extent");
      case IndexExpr.Unary unary -> count(counts, "unary " + unary.operator());
      case IndexExpr.Binary binary -> {
        count(counts, "binary " + binary.operator());
        if (binary.operator().kind() == BinaryOperator.Kind.LOGICAL && hasReduction(expression)) {
          count(counts, "reduction in and, or");
        }
      }
      case IndexExpr.Call call -> count(counts, "call " + call.function());
      case IndexExpr.Cast cast -> count(counts, "cast to " + cast.elementType());
      case IndexExpr.Select _ -> {
        count(counts, "select");
        if (hasReduction(expression)) {
          count(counts, "reduction in a branch");
        }
      }
      case IndexExpr.Reduction reduction -> {
        count(counts, "reduction " + reduction.operator());
        count(counts, "reduction of " + reduction.bindings().size());
        if (reduction.operator() == ReductionOperator.SUM
            && reduction.body() instanceof IndexExpr.Binary product
            && product.operator() == BinaryOperator.MULTIPLY) {
          count(counts, "sum of a product");
        }
        if (hasReduction(expression)) {
          count(counts, "reduction in a reduction");
        }
        if (reduction.bindings().stream().anyMatch(b -> drawn.value(b.extent()) == 0)) {
          count(counts, "empty reduction");
        }
        if (reduction.body() instanceof IndexExpr.Select(var condition, _, var otherwise)
            && otherwise instanceof IndexExpr.Literal
            && conjunct(condition) instanceof IndexExpr.Binary(var comparison, _, _)) {
          count(counts, "restricted " + reduction.operator());
          count(counts, "condition " + comparison);
          if (!conjunct(condition).equals(condition)) {
            count(counts, "condition AND");
          }
        }
      }
      case IndexExpr.ArgumentReduction reduction -> {
        count(counts, reduction.operator().symbol());
        count(counts, reduction.operator().symbol() + " of " + reduction.bindings().size());
        if (!(reduction.condition() instanceof IndexExpr.Literal)) {
          count(counts, "restricted " + reduction.operator().symbol());
        }
      }
    }
    expression.children().forEach(child -> count(counts, child, drawn));
  }

  private static String kind(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Gather _ -> "gather subscript";
      case Subscript.Affine affine ->
          affine.isVariable()
              ? "plain subscript"
              : affine.terms().isEmpty()
                  ? "constant subscript"
                  : "affine subscript of " + affine.terms().size();
    };
  }

  private static boolean containsGather(IndexExpr expression) {
    return (expression instanceof IndexExpr.Access access && !access.children().isEmpty())
        || expression.children().stream().anyMatch(ProgramGeneratorTest::containsGather);
  }

  private static IndexExpr conjunct(IndexExpr condition) {
    return condition instanceof IndexExpr.Binary(var operator, var left, _)
            && operator == BinaryOperator.AND
        ? conjunct(left)
        : condition;
  }

  private static boolean hasReduction(IndexExpr expression) {
    return expression.children().stream()
        .anyMatch(child -> child instanceof IndexExpr.Reduction || hasReduction(child));
  }

  private static void count(Map<String, Integer> counts, String construct) {
    counts.merge(construct, 1, Integer::sum);
  }
}
