package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Draws well-typed programs from the whole index IR: one to four statements that read inputs and
 * each other's targets, write scalars, tensors up to rank 4 and diagonals, overwrite and
 * accumulate. Extents are 0, small, or primes up to 13; the work of a program is bounded, so that
 * interpreting it takes well under a millisecond on average.
 */
public final class ProgramGenerator {
  private static final int MOST_POINTS = 400;

  private final SplittableRandom random;
  private final Profile profile;
  private final Vocabulary vocabulary;
  private final Risk risk;
  private final List<Assignment> assignments = new ArrayList<>();
  private final Set<String> assigned = new LinkedHashSet<>();

  private ProgramGenerator(SplittableRandom random, Profile profile) {
    this.random = random;
    this.profile = profile;
    this.vocabulary = new Vocabulary(random, profile);
    int lot = profile == Profile.FULL ? random.nextInt(100) : 99;
    this.risk =
        switch (lot) {
          case 0, 1 -> Risk.DIVISION_BY_ZERO;
          case 2 -> Risk.NEGATIVE_POWER;
          case 3, 4, 5 -> Risk.OUT_OF_RANGE;
          default -> Risk.NONE;
        };
  }

  /** The program of this seed; the same each time. */
  public static RandomProgram draw(long seed, Profile profile) {
    var random = new SplittableRandom(seed);
    while (true) {
      RandomProgram drawn = new ProgramGenerator(random.split(), profile).program(seed);
      if (profile == Profile.FULL || Magnitude.isExact(drawn)) {
        return drawn;
      }
    }
  }

  private RandomProgram program(long seed) {
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      statement();
    }
    var draft =
        new IndexProgram(vocabulary.inputs, vocabulary.targets, List.of(), assignments, List.of());
    var outputs = new ArrayList<String>();
    for (TensorDeclaration target : vocabulary.targets) {
      if (!isReadAfterLastWrite(target.name())
          || draft.isAccumulatedFromCaller(target.name())
          || random.nextInt(8) == 0) {
        outputs.add(target.name());
      }
    }
    Map<String, Long> values = vocabulary.values();
    IndexProgram program =
        Programs.complete(
            new IndexProgram(
                vocabulary.inputs,
                vocabulary.targets,
                List.of(),
                vocabulary.derived,
                assignments,
                outputs),
            values);
    var sizes = new LinkedHashMap<String, Long>();
    program.sizes().forEach(size -> sizes.put(size.name(), values.get(size.name())));
    return new RandomProgram(seed, profile, program, sizes, risk);
  }

  private boolean isReadAfterLastWrite(String target) {
    boolean read = false;
    for (Assignment assignment : assignments) {
      var reads = new HashSet<String>();
      Programs.collectReads(assignment.value(), reads);
      read = (read && !assignment.target().equals(target)) || reads.contains(target);
    }
    return read;
  }

  private void statement() {
    TensorDeclaration target;
    AssignmentOperator operator;
    int lot = random.nextInt(10);
    var numeric =
        vocabulary.targets.stream().filter(d -> d.type().elementType().isNumeric()).toList();
    if (lot < 2 && !numeric.isEmpty()) {
      target = numeric.get(random.nextInt(numeric.size()));
      operator = accumulation();
    } else {
      operator = lot < 4 ? accumulation() : AssignmentOperator.ASSIGN;
      target = newTarget(operator);
      vocabulary.targets.add(target);
    }
    Map<IndexVariable, Extent> names = new HashMap<>();
    var subscripts = new ArrayList<Subscript>();
    var bindings = new LinkedHashSet<IndexBinding>();
    for (Extent extent : target.type().extents()) {
      IndexBinding binding = binding(extent, names, bindings);
      names.put(binding.variable(), extent);
      bindings.add(binding);
      subscripts.add(Subscript.of(binding.variable()));
    }
    var expressions =
        new ExpressionGenerator(
            random, profile, risk, vocabulary, readable(target.name()), names, bindings);
    assignments.add(
        new Assignment(
            target.name(),
            subscripts,
            List.copyOf(bindings),
            operator,
            expressions.draw(target.type().elementType())));
    assigned.add(target.name());
  }

  /** A variable for an axis on the left: sometimes one that stands there already, a diagonal. */
  private IndexBinding binding(
      Extent extent, Map<IndexVariable, Extent> names, Set<IndexBinding> bindings) {
    for (IndexBinding binding : bindings) {
      if (binding.extent().equals(extent) && random.nextInt(3) == 0) {
        return binding;
      }
    }
    Vocabulary.Size size =
        vocabulary.sizes.stream().filter(s -> s.extent().equals(extent)).findFirst().orElseThrow();
    while (true) {
      IndexVariable variable = vocabulary.variableFor(size);
      if (!names.containsKey(variable)) {
        return new IndexBinding(variable, extent);
      }
    }
  }

  private List<TensorDeclaration> readable(String target) {
    return vocabulary.targets.stream()
        .filter(d -> assigned.contains(d.name()) && !d.name().equals(target))
        .toList();
  }

  private AssignmentOperator accumulation() {
    AssignmentOperator[] operators = {
      AssignmentOperator.ADD,
      AssignmentOperator.ADD,
      AssignmentOperator.MULTIPLY,
      AssignmentOperator.MAX,
      AssignmentOperator.MIN
    };
    return operators[random.nextInt(operators.length)];
  }

  private TensorDeclaration newTarget(AssignmentOperator operator) {
    int[] ranks = {0, 0, 1, 1, 1, 2, 2, 2, 3, 4};
    int rank = ranks[random.nextInt(ranks.length)];
    var extents = new ArrayList<Extent>();
    long points = 1;
    for (int axis = 0; axis < rank; axis++) {
      Vocabulary.Size size =
          random.nextInt(5) == 0
              ? vocabulary.derivedSize().orElseGet(vocabulary::anySize)
              : vocabulary.anySize();
      boolean again = !extents.isEmpty() && random.nextInt(4) == 0;
      Extent extent = again ? extents.getLast() : size.extent();
      points *= Math.max(1, vocabulary.value(extent));
      if (points <= MOST_POINTS) {
        extents.add(extent);
      }
    }
    ElementType type = ExpressionGenerator.elementType(random);
    if (operator.accumulates() && type == ElementType.BOOL) {
      type = ElementType.I32;
    }
    return new TensorDeclaration(vocabulary.newTensorName(), new TensorType(type, extents));
  }
}
