package dev.einkorn.compiler.index;

import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Builds index programs by hand, for tests.
 *
 * {@snippet :
 * var p = new ProgramBuilder().input("A", F32, "i,k").input("B", F32, "k,j");
 * p.assign("C", F32, "i,j", p.sum("k", mul(p.at("A", "i,k"), p.at("B", "k,j"))));
 * IndexProgram matmul = p.program();
 * }
 *
 * <p>An extent is a number or the name of a size. A variable ranges over the size of its own name
 * unless {@link #range} says otherwise. Targets that no statement reads are the outputs.
 */
public final class ProgramBuilder {
  private static final Pattern TERM = Pattern.compile("([+-]?)(?:(\\d+)\\*)?([\\p{L}_]\\w*|\\d+)");

  private final SequencedMap<String, TensorDeclaration> inputs = new LinkedHashMap<>();
  private final SequencedMap<String, TensorDeclaration> targets = new LinkedHashMap<>();
  private final Map<String, Extent> ranges = new LinkedHashMap<>();
  private final SequencedMap<String, List<DerivedSize.Candidate>> derived = new LinkedHashMap<>();
  private final List<Assignment> assignments = new ArrayList<>();
  private final LinkedHashSet<String> read = new LinkedHashSet<>();

  /** Declares an input; {@code extents} is a comma-separated list, empty for a scalar. */
  public ProgramBuilder input(String name, ElementType type, String extents) {
    inputs.put(name, new TensorDeclaration(name, new TensorType(type, extents(extents))));
    return this;
  }

  /** Lets a variable range over an extent that is not the size of its own name. */
  public ProgramBuilder range(String variable, String extent) {
    ranges.put(variable, extent(extent));
    return this;
  }

  /**
   * A size that follows from others: {@code floor(sum / divisor) + offset}, where the sum is over
   * sizes and numbers, such as {@code "i-2*r+1"}. Again for the same name adds a candidate.
   */
  public ProgramBuilder derive(String name, String sum, long divisor, long offset) {
    var form = affine(sum);
    List<DerivedSize.Summand> summands = new ArrayList<>();
    for (Subscript.Term term : form.terms()) {
      summands.add(new DerivedSize.Summand(term.coefficient(), extent(term.variable().name())));
    }
    derived
        .computeIfAbsent(name, _ -> new ArrayList<>())
        .add(new DerivedSize.Candidate(summands, form.constant(), divisor, offset));
    return this;
  }

  /** A statement {@code target[variables] = value}, which declares the target. */
  public ProgramBuilder assign(String target, ElementType type, String variables, IndexExpr value) {
    return statement(target, type, variables, AssignmentOperator.ASSIGN, value);
  }

  /** A statement; the first one on a target declares it. */
  public ProgramBuilder statement(
      String target,
      ElementType type,
      String variables,
      AssignmentOperator operator,
      IndexExpr value) {
    var bindings = bindings(variables);
    targets.putIfAbsent(
        target,
        new TensorDeclaration(
            target, new TensorType(type, bindings.stream().map(IndexBinding::extent).toList())));
    assignments.add(
        new Assignment(
            target, subscripts(variables), bindings.stream().distinct().toList(), operator, value));
    return this;
  }

  /** An element of a tensor declared so far. */
  public IndexExpr at(String tensor, String subscripts) {
    return at(Border.NONE, tensor, subscripts);
  }

  /** An element of a tensor declared so far, with a border. */
  public IndexExpr at(Border border, String tensor, String subscripts) {
    return access(tensor, subscripts(subscripts), border);
  }

  /**
   * An element of a tensor declared so far at computed positions: each subscript is an integer
   * expression or a text as in {@link #at(String, String)}.
   */
  public IndexExpr gather(String tensor, Object... subscripts) {
    var list = new ArrayList<Subscript>();
    for (Object each : subscripts) {
      list.add(each instanceof IndexExpr e ? new Subscript.Gather(e) : affine((String) each));
    }
    return access(tensor, list, Border.NONE);
  }

  private IndexExpr access(String tensor, List<Subscript> subscripts, Border border) {
    TensorDeclaration declaration = inputs.get(tensor);
    if (declaration == null) {
      declaration = targets.get(tensor);
      read.add(tensor);
    }
    if (declaration == null) {
      throw new IllegalArgumentException("no tensor " + tensor);
    }
    return new IndexExpr.Access(tensor, subscripts, border, declaration.type().elementType());
  }

  /** A reduction over comma-separated variables. */
  public IndexExpr reduce(ReductionOperator operator, String variables, IndexExpr body) {
    return new IndexExpr.Reduction(operator, bindings(variables), body);
  }

  /** {@code sum[variables](body)}. */
  public IndexExpr sum(String variables, IndexExpr body) {
    return reduce(ReductionOperator.SUM, variables, body);
  }

  /** {@code argmax[variables](body)} or {@code argmin}, over all positions. */
  public IndexExpr argument(ArgumentOperator operator, String variables, IndexExpr body) {
    return argument(operator, variables, IndexExpr.Literal.of(true), body);
  }

  /** {@code argmax[variables](body where condition)} or {@code argmin}. */
  public IndexExpr argument(
      ArgumentOperator operator, String variables, IndexExpr condition, IndexExpr body) {
    return new IndexExpr.ArgumentReduction(operator, bindings(variables), condition, body);
  }

  /** The number of values of a variable, as an {@code i64}. */
  public IndexExpr count(String variable) {
    return new IndexExpr.ExtentValue(range(variable));
  }

  /** The position of a variable, as an {@code i64}. */
  public static IndexExpr position(String variable) {
    return new IndexExpr.IndexValue(new IndexVariable(variable));
  }

  /** The finished program. */
  public IndexProgram program() {
    var outputs = targets.keySet().stream().filter(name -> !read.contains(name)).toList();
    return program(outputs.toArray(new String[0]));
  }

  /** The finished program, with these outputs. */
  public IndexProgram program(String... outputs) {
    var draft =
        new IndexProgram(
            List.copyOf(inputs.values()),
            List.copyOf(targets.values()),
            List.of(),
            assignments,
            List.of(outputs));
    var axes = new LinkedHashMap<String, List<SizeParameter.Axis>>();
    var passed = new ArrayList<>(inputs.values());
    targets.values().stream()
        .filter(target -> draft.isAccumulatedFromCaller(target.name()))
        .forEach(passed::add);
    for (TensorDeclaration declaration : passed) {
      for (int axis = 0; axis < declaration.type().rank(); axis++) {
        if (declaration.type().extents().get(axis) instanceof Extent.Symbolic(String size)) {
          axes.computeIfAbsent(size, _ -> new ArrayList<>())
              .add(new SizeParameter.Axis(declaration.name(), axis));
        }
      }
    }
    var sizes = new ArrayList<SizeParameter>();
    axes.forEach((name, of) -> sizes.add(new SizeParameter(name, of)));
    var followed = new ArrayList<DerivedSize>();
    derived.forEach((name, candidates) -> followed.add(new DerivedSize(name, candidates)));
    return new IndexProgram(
        draft.inputs(), draft.targets(), sizes, followed, draft.assignments(), draft.outputs());
  }

  /** Comma-separated subscripts, such as {@code "2*x+r-1,0"}. */
  public static List<Subscript> subscripts(String text) {
    return names(text).stream().<Subscript>map(ProgramBuilder::affine).toList();
  }

  private static Subscript.Affine affine(String text) {
    var terms = new ArrayList<Subscript.Term>();
    long constant = 0;
    Matcher matcher = TERM.matcher(text.replace(" ", ""));
    while (matcher.find()) {
      long sign = matcher.group(1).equals("-") ? -1 : 1;
      String factor = matcher.group(3);
      if (Character.isDigit(factor.charAt(0))) {
        constant += sign * Long.parseLong(factor);
      } else {
        long coefficient = matcher.group(2) == null ? 1 : Long.parseLong(matcher.group(2));
        terms.add(new Subscript.Term(new IndexVariable(factor), sign * coefficient));
      }
    }
    return new Subscript.Affine(terms, constant);
  }

  private List<IndexBinding> bindings(String variables) {
    return names(variables).stream()
        .map(name -> new IndexBinding(new IndexVariable(name), range(name)))
        .toList();
  }

  private Extent range(String variable) {
    return ranges.getOrDefault(variable, new Extent.Symbolic(variable));
  }

  private static List<Extent> extents(String text) {
    return names(text).stream().map(ProgramBuilder::extent).toList();
  }

  private static Extent extent(String text) {
    return Character.isDigit(text.charAt(0))
        ? new Extent.Fixed(Long.parseLong(text))
        : new Extent.Symbolic(text);
  }

  private static List<String> names(String text) {
    return text.isBlank() ? List.of() : Arrays.stream(text.split(",")).map(String::strip).toList();
  }
}
