package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;

/** Draws accesses: of tensors the program has, or of new inputs. */
final class AccessGenerator {
  private static final int MOST_INPUTS = 8;
  private static final long MOST_ELEMENTS = 2_000;
  private static final int[] RANKS = {0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4};

  private final SplittableRandom random;
  private final Vocabulary vocabulary;
  private final List<TensorDeclaration> targets;

  /** The variables in scope; the owner adds and removes. */
  private final List<IndexBinding> scope;

  AccessGenerator(
      SplittableRandom random,
      Vocabulary vocabulary,
      List<TensorDeclaration> targets,
      List<IndexBinding> scope) {
    this.random = random;
    this.vocabulary = vocabulary;
    this.targets = targets;
    this.scope = scope;
  }

  /** An access of this type that stays in bounds. */
  Optional<IndexExpr.Access> access(ElementType type) {
    boolean mayAdd = mayAddInput();
    if (random.nextInt(3) > 0 || !mayAdd) {
      List<TensorDeclaration> candidates = new ArrayList<>(targets);
      if (targets.isEmpty() || random.nextBoolean()) {
        candidates.addAll(vocabulary.inputs);
      }
      candidates.removeIf(declaration -> declaration.type().elementType() != type);
      if (!candidates.isEmpty()) {
        Optional<IndexExpr.Access> existing =
            accessOf(candidates.get(random.nextInt(candidates.size())));
        if (existing.isPresent()) {
          return existing;
        }
      }
    }
    return mayAdd ? Optional.of(accessOfNewInput(type)) : Optional.empty();
  }

  /**
   * An access with a border, most of whose subscripts leave their axis; none if of rank 0.
   *
   * @param mayFail whether an empty axis may have a border that reads an element
   */
  Optional<IndexExpr> bordered(ElementType type, boolean mayFail) {
    Optional<IndexExpr.Access> drawn = access(type).filter(a -> !a.subscripts().isEmpty());
    if (drawn.isEmpty()) {
      return Optional.empty();
    }
    String tensor = drawn.get().tensor();
    var subscripts = new ArrayList<>(drawn.get().subscripts());
    int loose = random.nextInt(subscripts.size());
    for (int axis = 0; axis < subscripts.size(); axis++) {
      if (axis == loose || random.nextInt(2) == 0) {
        subscripts.set(axis, anywhere());
      }
    }
    boolean empty = extents(tensor).stream().anyMatch(extent -> vocabulary.value(extent) == 0);
    Border[] borders = {Border.ZERO, Border.CLAMP, Border.WRAP, Border.MIRROR};
    Border border = empty && !mayFail ? Border.ZERO : borders[random.nextInt(borders.length)];
    return Optional.of(new IndexExpr.Access(tensor, subscripts, border, type));
  }

  /** Up to three variables in scope and a constant, wherever that leads. */
  private Subscript anywhere() {
    long[] coefficients = {-2, -1, 1, 1, 1, 2, 3};
    var variables = new ArrayList<>(scope);
    var terms = new ArrayList<Subscript.Term>();
    for (int n = 1 + random.nextInt(3); n > 0 && !variables.isEmpty(); n--) {
      IndexBinding binding = variables.remove(random.nextInt(variables.size()));
      long coefficient = coefficients[random.nextInt(coefficients.length)];
      terms.add(new Subscript.Term(binding.variable(), coefficient));
    }
    return new Subscript.Affine(terms, random.nextInt(-4, 5));
  }

  /**
   * An access with one or two axes gathered; none if of rank 0 or empty.
   *
   * @param index draws a position on an axis
   */
  Optional<IndexExpr> gather(ElementType type, Function<Extent, IndexExpr> index) {
    Optional<IndexExpr.Access> drawn = access(type).filter(a -> !a.subscripts().isEmpty());
    if (drawn.isEmpty()) {
      return Optional.empty();
    }
    List<Extent> extents = extents(drawn.get().tensor());
    var subscripts = new ArrayList<>(drawn.get().subscripts());
    for (int n = random.nextInt(4) == 0 ? 2 : 1; n > 0; n--) {
      int axis = random.nextInt(subscripts.size());
      if (vocabulary.value(extents.get(axis)) == 0) {
        return Optional.empty();
      }
      subscripts.set(axis, new Subscript.Gather(index.apply(extents.get(axis))));
    }
    return Optional.of(new IndexExpr.Access(drawn.get().tensor(), subscripts, type));
  }

  /** An access of the form with these variables for its windows; none if there is no tensor. */
  Optional<IndexExpr> ofForm(
      ElementType type, Form form, IndexBinding binding, List<IndexBinding> windows) {
    var terms = new ArrayList<Subscript.Term>();
    terms.add(new Subscript.Term(binding.variable(), form.stride()));
    for (int n = 0; n < windows.size(); n++) {
      long coefficient = form.windows().get(n).coefficient();
      terms.add(new Subscript.Term(windows.get(n).variable(), coefficient));
    }
    if (random.nextInt(4) == 0) {
      Collections.swap(terms, 0, terms.size() - 1);
    }
    Subscript subscript = new Subscript.Affine(terms, form.constant());
    Extent extent = form.axis().extent();
    var candidates = new ArrayList<>(vocabulary.inputs);
    candidates.addAll(targets);
    candidates.removeIf(
        d -> d.type().elementType() != type || !d.type().extents().contains(extent));
    if (!candidates.isEmpty() && random.nextInt(3) > 0) {
      TensorDeclaration tensor = candidates.get(random.nextInt(candidates.size()));
      Optional<IndexExpr.Access> access = accessOf(tensor);
      if (access.isPresent()) {
        var subscripts = new ArrayList<>(access.get().subscripts());
        subscripts.set(tensor.type().extents().indexOf(extent), subscript);
        return Optional.of(new IndexExpr.Access(tensor.name(), subscripts, type));
      }
    }
    if (!mayAddInput()) {
      return Optional.empty();
    }
    var extents = new ArrayList<>(List.of(extent));
    var subscripts = new ArrayList<>(List.of(subscript));
    IndexBinding other = scope.get(random.nextInt(scope.size()));
    if (random.nextInt(3) == 0 && vocabulary.forms(other.extent()).isEmpty()) {
      int at = random.nextInt(2);
      extents.add(at, other.extent());
      subscripts.add(at, Subscript.of(other.variable()));
    }
    return Optional.of(newInput(type, extents, subscripts));
  }

  /** The form as far as variables in scope allow; none if it could leave its axis. */
  private Optional<Subscript> ofForm(Form form, IndexBinding binding) {
    var free = new ArrayList<>(scope);
    free.remove(binding);
    var terms = new ArrayList<Subscript.Term>();
    terms.add(new Subscript.Term(binding.variable(), form.stride()));
    for (Form.Window window : form.windows()) {
      Optional<IndexBinding> variable =
          free.stream().filter(b -> b.extent().equals(window.size().extent())).findFirst();
      if (variable.isPresent()) {
        free.remove(variable.get());
        terms.add(new Subscript.Term(variable.get().variable(), window.coefficient()));
      } else if (window.size().value() == 0) {
        return Optional.empty();
      }
    }
    var subscript = new Subscript.Affine(terms, form.constant());
    // a variable alone would have the axis's extent
    return subscript.isVariable() ? Optional.empty() : Optional.of(subscript);
  }

  private List<Extent> extents(String tensor) {
    return Stream.concat(vocabulary.inputs.stream(), targets.stream())
        .filter(declaration -> declaration.name().equals(tensor))
        .findFirst()
        .orElseThrow()
        .type()
        .extents();
  }

  private boolean mayAddInput() {
    return vocabulary.inputs.size() < MOST_INPUTS && vocabulary.hasTensorNames();
  }

  private Optional<IndexExpr.Access> accessOf(TensorDeclaration tensor) {
    var subscripts = new ArrayList<Subscript>();
    for (Extent extent : tensor.type().extents()) {
      Optional<Subscript> subscript = subscript(extent);
      if (subscript.isEmpty()) {
        return Optional.empty();
      }
      subscripts.add(subscript.get());
    }
    return Optional.of(
        new IndexExpr.Access(tensor.name(), subscripts, tensor.type().elementType()));
  }

  /** A subscript that stays within the extent; none if nothing does. */
  private Optional<Subscript> subscript(Extent extent) {
    long value = vocabulary.value(extent);
    var plain = scope.stream().filter(binding -> binding.extent().equals(extent)).toList();
    if (!plain.isEmpty() && (value == 0 || random.nextInt(8) > 0)) {
      return Optional.of(Subscript.of(plain.get(random.nextInt(plain.size())).variable()));
    }
    if (value == 0) {
      return Optional.empty();
    }
    if (!scope.isEmpty() && random.nextBoolean()) {
      Affine affine = affine();
      long slack = value - 1 - affine.range();
      if (slack >= 0) {
        Subscript.Affine subscript = affine.startingAt(random.nextLong(slack + 1));
        if (!subscript.isVariable()) {
          return Optional.of(subscript);
        }
      }
    }
    return Optional.of(Subscript.of(random.nextLong(value)));
  }

  private IndexExpr.Access accessOfNewInput(ElementType type) {
    int rank = RANKS[random.nextInt(RANKS.length)];
    var extents = new ArrayList<Extent>();
    var subscripts = new ArrayList<Subscript>();
    long elements = 1;
    for (int axis = 0; axis < rank; axis++) {
      Extent extent;
      Subscript subscript;
      int lot = random.nextInt(10);
      if (lot < 8 && !scope.isEmpty()) {
        // the innermost variables more often: a reduction should have something to reduce
        int at = Math.max(random.nextInt(scope.size()), random.nextInt(scope.size()));
        IndexBinding binding = scope.get(at);
        List<Form> forms = vocabulary.forms(binding.extent());
        extent = binding.extent();
        subscript = Subscript.of(binding.variable());
        if (!forms.isEmpty() && random.nextInt(10) > 0) {
          // an input with this extent would give the size, and nothing would be derived
          Form form = forms.get(random.nextInt(forms.size()));
          Optional<Subscript> derived = ofForm(form, binding);
          if (derived.isEmpty()) {
            continue;
          }
          extent = form.axis().extent();
          subscript = derived.get();
        }
      } else if (lot == 8 && !scope.isEmpty()) {
        Affine affine = affine();
        long start = random.nextInt(3);
        Subscript.Affine drawn = affine.startingAt(start);
        extent = vocabulary.axisSize(start + affine.range() + 1 + random.nextInt(2)).extent();
        subscript = drawn.isVariable() ? Subscript.of(start) : drawn;
      } else {
        extent = vocabulary.anySize().extent();
        long value = vocabulary.value(extent);
        if (value == 0) {
          continue;
        }
        subscript = Subscript.of(random.nextLong(value));
      }
      long more = elements * Math.max(1, vocabulary.value(extent));
      if (more <= MOST_ELEMENTS) {
        elements = more;
        extents.add(extent);
        subscripts.add(subscript);
      }
    }
    return newInput(type, extents, subscripts);
  }

  private IndexExpr.Access newInput(
      ElementType type, List<Extent> extents, List<Subscript> subscripts) {
    var input = new TensorDeclaration(vocabulary.newTensorName(), new TensorType(type, extents));
    vocabulary.inputs.add(input);
    return new IndexExpr.Access(input.name(), subscripts, type);
  }

  /** Terms without a constant, and the least and the greatest value they take. */
  private record Affine(List<Subscript.Term> terms, long least, long greatest) {
    long range() {
      return greatest - least;
    }

    Subscript.Affine startingAt(long position) {
      return new Subscript.Affine(terms, position - least);
    }
  }

  private Affine affine() {
    long[] coefficients = {1, 1, 1, -1, 2, -2, 3};
    var terms = new ArrayList<Subscript.Term>();
    long least = 0;
    long greatest = 0;
    int first = random.nextInt(scope.size());
    int second = random.nextInt(scope.size());
    for (int at : first == second ? new int[] {first} : new int[] {first, second}) {
      IndexBinding binding = scope.get(at);
      long coefficient = coefficients[random.nextInt(coefficients.length)];
      terms.add(new Subscript.Term(binding.variable(), coefficient));
      long reach = coefficient * Math.max(0, vocabulary.value(binding.extent()) - 1);
      least += Math.min(0, reach);
      greatest += Math.max(0, reach);
    }
    return new Affine(terms, least, greatest);
  }
}
