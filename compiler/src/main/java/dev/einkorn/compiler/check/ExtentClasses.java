package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.SizeParameter.Axis;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which axes and indices have one extent, and the extents found so far. A class is everything that
 * must be equal; one without an extent is open.
 */
final class ExtentClasses {
  /** What an extent belongs to. */
  sealed interface Node {
    record OfAxis(Axis axis) implements Node {}

    record OfVariable(int statement, Variable variable) implements Node {}

    record OfSize(String name) implements Node {}
  }

  private final Partition<Node> classes = new Partition<>();
  private final Map<Node, Extent> solved = new LinkedHashMap<>();
  private final Map<Node, String> names = new LinkedHashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final List<DerivedSize> derived = new ArrayList<>();

  static Node axis(String tensor, int position) {
    return new Node.OfAxis(new Axis(tensor, position));
  }

  void add(Node node) {
    classes.add(node);
  }

  void join(Node one, Node other) {
    classes.join(one, other);
  }

  /** All nodes, in the order seen. */
  Iterable<Node> members() {
    return classes.members();
  }

  /** The node that stands for the class. */
  Node representative(Node node) {
    return classes.find(node);
  }

  boolean isOpen(Node node) {
    return !solved.containsKey(classes.find(node));
  }

  void solve(Node node, Extent extent) {
    solved.put(classes.find(node), extent);
  }

  /** The extent; {@link Extents#UNKNOWN} of an open class. */
  Extent extent(Node node) {
    return solved.getOrDefault(classes.find(node), Extents.UNKNOWN);
  }

  /** Proposes a name for the class; the first one counts. */
  void name(Node node, String name) {
    names.putIfAbsent(classes.find(node), name);
  }

  /** The proposed name, or {@code other}, made unlike all names returned before. */
  String uniqueName(Node node, String other) {
    String wanted = names.getOrDefault(classes.find(node), other);
    String name = wanted;
    for (int n = 2; !taken.add(name); n++) {
      name = wanted + "_" + n;
    }
    return name;
  }

  /** The derived sizes so far, each after those that it mentions. */
  List<DerivedSize> derived() {
    return List.copyOf(derived);
  }

  /** Gives the class the smallest of the candidates. */
  void derive(Node node, String name, List<DerivedSize.Candidate> candidates) {
    List<DerivedSize.Candidate> simple = simplify(candidates);
    Optional<Extent> known = known(simple);
    if (known.isPresent()) {
      solve(node, known.get());
      return;
    }
    DerivedSize size = new DerivedSize(uniqueName(node, name), simple);
    derived.add(size);
    solve(node, new Extent.Symbolic(size.name()));
  }

  /** The extent that the candidates are, if no new size is needed for it. */
  Optional<Extent> known(List<DerivedSize.Candidate> candidates) {
    List<DerivedSize.Candidate> simple = simplify(candidates);
    DerivedSize.Candidate first = simple.getFirst();
    if (simple.size() == 1 && first.summands().isEmpty()) {
      long value = Math.floorDiv(first.constant(), first.divisor()) + first.offset();
      return Optional.of(new Extent.Fixed(Math.max(0, value)));
    }
    boolean same =
        simple.size() == 1
            && first.summands().size() == 1
            && first.summands().getFirst().coefficient() == 1
            && first.divisor() == 1
            && first.constant() == 0;
    if (same) {
      return Optional.of(first.summands().getFirst().extent());
    }
    return derived.stream()
        .filter(each -> each.candidates().equals(simple))
        .map(each -> (Extent) new Extent.Symbolic(each.name()))
        .findFirst();
  }

  /** Folds fixed extents, and of candidates that differ by a constant keeps the smallest. */
  private static List<DerivedSize.Candidate> simplify(List<DerivedSize.Candidate> candidates) {
    List<DerivedSize.Candidate> simple = new ArrayList<>();
    for (DerivedSize.Candidate each : candidates) {
      DerivedSize.Candidate folded = fold(each);
      boolean smaller = true;
      for (int n = 0; n < simple.size(); n++) {
        DerivedSize.Candidate other = simple.get(n);
        if (other.summands().equals(folded.summands())
            && other.divisor() == folded.divisor()
            && other.offset() == folded.offset()) {
          if (folded.constant() < other.constant()) {
            simple.set(n, folded);
          }
          smaller = false;
        }
      }
      if (smaller) {
        simple.add(folded);
      }
    }
    return simple;
  }

  private static DerivedSize.Candidate fold(DerivedSize.Candidate candidate) {
    Map<Extent, Long> summands = new LinkedHashMap<>();
    long constant = candidate.constant();
    for (DerivedSize.Summand summand : candidate.summands()) {
      if (summand.extent() instanceof Extent.Fixed(long value)) {
        constant += summand.coefficient() * value;
      } else {
        summands.merge(summand.extent(), summand.coefficient(), Long::sum);
      }
    }
    List<DerivedSize.Summand> rest = new ArrayList<>();
    summands.forEach(
        (extent, coefficient) -> {
          if (coefficient != 0) {
            rest.add(new DerivedSize.Summand(coefficient, extent));
          }
        });
    if (rest.isEmpty()) {
      long value = Math.floorDiv(constant, candidate.divisor()) + candidate.offset();
      return new DerivedSize.Candidate(List.of(), value, 1, 0);
    }
    return candidate.divisor() == 1
        ? new DerivedSize.Candidate(rest, constant + candidate.offset(), 1, 0)
        : new DerivedSize.Candidate(rest, constant, candidate.divisor(), candidate.offset());
  }

  /**
   * Makes one class of every index that stands alone in the term and the axis at which it does,
   * except those in {@code limited}, whose extents a {@code where} gives.
   */
  void joinAccesses(int statement, Term term, Set<Variable> limited, Symbols symbols) {
    if (term instanceof Term.Read read && read.border() == Border.NONE) {
      joinAccess(statement, read.tensor(), read.indices(), limited, symbols);
    }
    term.children().forEach(child -> joinAccesses(statement, child, limited, symbols));
  }

  /** The same for one access. */
  void joinAccess(
      int statement,
      String tensor,
      List<? extends Term.Index> indices,
      Set<Variable> limited,
      Symbols symbols) {
    if (!hasRank(symbols, tensor, indices.size())) {
      return;
    }
    for (int position = 0; position < indices.size(); position++) {
      if (indices.get(position) instanceof Term.Index.Plain(Variable variable, _)
          && !limited.contains(variable)) {
        join(axis(tensor, position), new Node.OfVariable(statement, variable));
      }
    }
  }

  /** Whether the tensor has this rank; an access of another one is an error reported already. */
  static boolean hasRank(Symbols symbols, String tensor, int rank) {
    return symbols.tensor(tensor).map(Tensor::rank).orElseThrow().orElse(-1) == rank;
  }
}
