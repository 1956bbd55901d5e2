package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.ahead.KernelMethod.Kind;
import dev.einkorn.compiler.ahead.KernelMethod.Parameter;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out how the sizes of a program are known from the parameters of a method.
 *
 * {@snippet lang=text :
 * y[i] = A[i,k] * x[k]      float[] x of shape k:        k = x.length
 *                           float[] A of shape i,k:      i = A.length / k
 *                           Tensor A:                    i = A.extent(0), k = A.extent(1)
 * }
 */
final class ShapeSizes {
  private final KernelMethod method;
  private final IndexProgram program;

  private final Map<String, String> aliases;

  private final Map<String, SizeSource> found = new LinkedHashMap<>();

  private ShapeSizes(KernelMethod method, IndexProgram program) {
    this.method = method;
    this.program = program;
    this.aliases = SizeAliases.of(method, program);
  }

  /**
   * The sources of all sizes of the program.
   *
   * @param problems gets the sizes that nothing determines
   */
  static List<SizeSource> find(KernelMethod method, IndexProgram program, List<Problem> problems) {
    var sizes = new ShapeSizes(method, program);
    sizes.solve();
    sizes.report(problems);
    return List.copyOf(sizes.found.values());
  }

  /** The extents of a parameter with a shape, as sizes of the program or numbers. */
  static List<String> extents(Parameter parameter, IndexProgram program) {
    return program.typeOf(parameter.name()).extents().stream().map(Extent::toString).toList();
  }

  private boolean isTensor(String name) {
    return program.inputs().stream().anyMatch(each -> each.name().equals(name))
        || program.targets().stream().anyMatch(each -> each.name().equals(name));
  }

  private void solve() {
    for (Parameter parameter : method.parameters()) {
      String size = aliases.getOrDefault(parameter.name(), parameter.name());
      if (parameter.isInteger() && !isTensor(parameter.name()) && isSize(size)) {
        found.putIfAbsent(
            size, new SizeSource(size, new SizeSource.Origin.Argument(parameter.name())));
      }
    }
    for (SizeParameter size : program.sizes()) {
      for (SizeParameter.Axis axis : size.axes()) {
        parameter(axis.tensor())
            .filter(each -> each.kind() == Kind.TENSOR)
            .ifPresent(
                _ ->
                    found.putIfAbsent(
                        size.name(),
                        new SizeSource(
                            size.name(),
                            new SizeSource.Origin.Axis(axis.tensor(), axis.position()))));
        shapeNumber(axis)
            .ifPresent(
                value ->
                    found.putIfAbsent(
                        size.name(),
                        new SizeSource(size.name(), new SizeSource.Origin.Constant(value))));
      }
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Parameter parameter : method.parameters()) {
        changed |= isTensor(parameter.name()) && fromElements(parameter);
      }
    }
  }

  private boolean isSize(String name) {
    return program.sizes().stream().anyMatch(size -> size.name().equals(name));
  }

  private Optional<Parameter> parameter(String tensor) {
    return method.parameters().stream().filter(each -> each.name().equals(tensor)).findFirst();
  }

  /** The number that a shape gives an axis. */
  private Optional<Long> shapeNumber(SizeParameter.Axis axis) {
    return parameter(axis.tensor())
        .flatMap(Parameter::shape)
        .map(shape -> shape.get(axis.position()))
        .filter(MethodChecker::isNumber)
        .map(Long::parseLong);
  }

  /** The one extent that is not known yet, from the number of elements. */
  private boolean fromElements(Parameter parameter) {
    if (parameter.kind() != Kind.ARRAY && parameter.kind() != Kind.SEGMENT) {
      return false;
    }
    List<String> extents = extents(parameter, program);
    List<String> unknown =
        extents.stream()
            .filter(extent -> !MethodChecker.isNumber(extent) && !found.containsKey(extent))
            .toList();
    if (unknown.size() != 1 || !isSize(unknown.getFirst())) {
      return false;
    }
    List<String> others = new ArrayList<>(extents);
    others.remove(unknown.getFirst());
    found.put(
        unknown.getFirst(),
        new SizeSource(
            unknown.getFirst(), new SizeSource.Origin.Elements(parameter.name(), others)));
    return true;
  }

  private void report(List<Problem> problems) {
    Set<String> reported = new LinkedHashSet<>();
    for (SizeParameter size : program.sizes()) {
      if (!found.containsKey(size.name()) && reported.add(size.name())) {
        SizeParameter.Axis axis = size.axes().getFirst();
        String name =
            parameter(axis.tensor())
                .flatMap(Parameter::shape)
                .map(shape -> shape.get(axis.position()))
                .orElse(size.name());
        problems.add(
            Problem.error(
                new Problem.Place.Method(),
                "UNDETERMINED_EXTENT",
                "nothing says how large %s is, the extent of axis %s of %s"
                    .formatted(name, axis.position(), axis.tensor()),
                "add a parameter 'int %s'".formatted(name)));
      }
    }
  }
}
