package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.AccessBounds;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Makes a failing program smaller while it keeps failing: drops statements and outputs, puts an
 * operand or a literal in the place of an expression, and halves extents. A program that may not
 * fail does not become one that does.
 */
public final class Shrinker {
  private static final int MOST_TRIES = 2_000;

  private Shrinker() {}

  /**
   * The smallest program found for which the predicate still holds. Its inputs are drawn anew, so
   * that the predicate should call {@link RandomInputs} itself.
   */
  public static RandomProgram shrink(RandomProgram failing, Predicate<RandomProgram> stillFails) {
    RandomProgram smallest = failing;
    int tries = 0;
    boolean progress = true;
    while (progress) {
      progress = false;
      for (RandomProgram candidate : candidates(smallest)) {
        if (tries++ >= MOST_TRIES) {
          return smallest;
        }
        if (isValid(candidate) && stillFails.test(candidate)) {
          smallest = candidate;
          progress = true;
          break;
        }
      }
    }
    return smallest;
  }

  /**
   * Whether the program keeps the rules, stays within its tensors and, unless it may fail,
   * evaluates.
   */
  private static boolean isValid(RandomProgram drawn) {
    if (!IndexVerifier.verify(drawn.program()).isEmpty()
        || AccessBounds.violation(drawn.program(), new Sizes(drawn.program(), drawn.sizes()))
            .isPresent()) {
      return false;
    }
    try {
      ReferenceInterpreter.evaluate(drawn.program(), RandomInputs.draw(drawn));
      return true;
    } catch (KernelException e) {
      return drawn.mayFail();
    }
  }

  private static List<RandomProgram> candidates(RandomProgram drawn) {
    var candidates = new ArrayList<RandomProgram>();
    List<Assignment> assignments = drawn.program().assignments();
    for (int n = assignments.size() - 1; n >= 0; n--) {
      var fewer = new ArrayList<>(assignments);
      fewer.remove(n);
      candidates.add(with(drawn, fewer, outputsOf(drawn, fewer)));
    }
    for (String output : drawn.program().outputs()) {
      var fewer = new ArrayList<>(drawn.program().outputs());
      fewer.remove(output);
      candidates.add(with(drawn, assignments, fewer));
    }
    for (int n = 0; n < assignments.size(); n++) {
      for (IndexExpr simpler : simpler(assignments.get(n).value())) {
        var changed = new ArrayList<>(assignments);
        changed.set(n, assignments.get(n).withValue(simpler));
        candidates.add(with(drawn, changed, drawn.program().outputs()));
      }
    }
    candidates.addAll(smallerSizes(drawn));
    return candidates;
  }

  /** The outputs, and the targets that are not read any more. */
  private static List<String> outputsOf(RandomProgram drawn, List<Assignment> assignments) {
    var outputs = new LinkedHashSet<>(drawn.program().outputs());
    for (Assignment assignment : assignments) {
      boolean read = assignments.stream().anyMatch(other -> reads(other, assignment.target()));
      if (!read) {
        outputs.add(assignment.target());
      }
    }
    return List.copyOf(outputs);
  }

  private static boolean reads(Assignment assignment, String tensor) {
    var names = new LinkedHashSet<String>();
    Programs.collectReads(assignment.value(), names);
    return names.contains(tensor);
  }

  /** The expression with one of its nodes replaced by something smaller, outermost first. */
  private static List<IndexExpr> simpler(IndexExpr expression) {
    var results = new ArrayList<IndexExpr>();
    for (IndexExpr child : expression.children()) {
      if (child.elementType() == expression.elementType()) {
        results.add(child);
      }
    }
    if (expression instanceof IndexExpr.Access access && access.border() != Border.NONE) {
      results.add(new IndexExpr.Access(access.tensor(), access.subscripts(), access.elementType()));
    }
    if (!(expression instanceof IndexExpr.Literal)) {
      results.add(one(expression.elementType()));
    }
    List<IndexExpr> children = expression.children();
    for (int n = 0; n < children.size(); n++) {
      for (IndexExpr simpler : simpler(children.get(n))) {
        results.add(withChild(expression, n, simpler));
      }
    }
    return results;
  }

  private static IndexExpr withChild(IndexExpr expression, int position, IndexExpr child) {
    int[] next = {0};
    return expression.mapChildren(old -> next[0]++ == position ? child : old);
  }

  private static IndexExpr one(ElementType type) {
    return switch (type) {
      case F32, F64 -> IndexExpr.Literal.of(1.0, type);
      case I32, I64 -> IndexExpr.Literal.of(1L, type);
      case BOOL -> IndexExpr.Literal.of(true);
    };
  }

  private static List<RandomProgram> smallerSizes(RandomProgram drawn) {
    var candidates = new ArrayList<RandomProgram>();
    drawn
        .sizes()
        .forEach(
            (name, value) -> {
              for (long smaller : new long[] {value / 2, value - 1}) {
                if (smaller > 0 && smaller < value) {
                  var sizes = new LinkedHashMap<>(drawn.sizes());
                  sizes.put(name, smaller);
                  candidates.add(
                      new RandomProgram(
                          drawn.seed(), drawn.profile(), drawn.program(), sizes, drawn.risk()));
                }
              }
            });
    for (long value : fixedExtents(drawn.program())) {
      for (long smaller : new long[] {value / 2, value - 1}) {
        if (smaller > 0 && smaller < value) {
          IndexProgram halved =
              Programs.mapExtents(
                  drawn.program(),
                  extent ->
                      extent.equals(new Extent.Fixed(value)) ? new Extent.Fixed(smaller) : extent);
          candidates.add(
              new RandomProgram(
                  drawn.seed(), drawn.profile(), halved, drawn.sizes(), drawn.risk()));
        }
      }
    }
    return candidates;
  }

  private static Set<Long> fixedExtents(IndexProgram program) {
    var values = new LinkedHashSet<Long>();
    // the mapping visits every extent of the program
    IndexProgram same =
        Programs.mapExtents(
            program,
            extent -> {
              if (extent instanceof Extent.Fixed(long value)) {
                values.add(value);
              }
              return extent;
            });
    if (!same.equals(program)) {
      throw new AssertionError("an identity mapping has changed " + program);
    }
    return values;
  }

  private static RandomProgram with(
      RandomProgram drawn, List<Assignment> assignments, List<String> outputs) {
    IndexProgram old = drawn.program();
    IndexProgram program =
        Programs.complete(
            new IndexProgram(
                old.inputs(), old.targets(), List.of(), old.derived(), assignments, outputs),
            drawn.sizes());
    var sizes = new LinkedHashMap<String, Long>();
    program
        .sizes()
        .forEach(size -> sizes.put(size.name(), drawn.value(new Extent.Symbolic(size.name()))));
    return new RandomProgram(drawn.seed(), drawn.profile(), program, sizes, drawn.risk());
  }
}
