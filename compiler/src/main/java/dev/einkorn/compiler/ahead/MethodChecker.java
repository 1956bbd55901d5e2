package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.ahead.KernelMethod.Kind;
import dev.einkorn.compiler.ahead.KernelMethod.Parameter;
import dev.einkorn.compiler.ast.IndexNotationReader;
import dev.einkorn.compiler.ast.Program;
import dev.einkorn.compiler.check.Checker;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.check.Lint;
import dev.einkorn.compiler.check.ProgramSignature;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.DiagnosticRenderer;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.Severity;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Suggestions;
import dev.einkorn.runtime.ElementType;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the program of a method against its parameters, and finds all that is wrong. */
final class MethodChecker {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  private final KernelMethod method;
  private final SourceText source;
  private final List<Problem> problems;

  private MethodChecker(KernelMethod method, List<Problem> problems) {
    this.method = method;
    this.source = method.program();
    this.problems = problems;
  }

  /**
   * The checked method, or nothing if there is an error.
   *
   * @param problems gets what is wrong and what is suspicious
   */
  static Optional<CheckedMethod> check(KernelMethod method, List<Problem> problems) {
    return new MethodChecker(method, problems).check();
  }

  /** Whether an extent of a shape is a number, not a name. */
  static boolean isNumber(String extent) {
    return NUMBER.matcher(extent).matches();
  }

  private Optional<CheckedMethod> check() {
    try {
      var diagnostics = new Diagnostics();
      Program program = IndexNotationReader.parse(source, diagnostics);
      diagnostics.throwIfErrors(source);
      ProgramSignature signature = Checker.signature(source, program);
      Map<String, InputType> types = types(signature);
      checkOutputs(signature);
      IndexProgram checked = Checker.check(source, program, types);
      Lint.warnings(program).forEach(this::report);
      checkTypes(checked);
      var options = new OptionReader(method, checked, problems);
      List<SizeSource> sizes = ShapeSizes.find(method, checked, problems);
      var result =
          new CheckedMethod(
              method, checked, sizes, returned(signature), options.schedules(), options.orders());
      options.checkExtents();
      return hasErrors() ? Optional.empty() : Optional.of(result);
    } catch (CompileException e) {
      e.diagnostics().forEach(this::report);
      return Optional.empty();
    }
  }

  private boolean hasErrors() {
    return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
  }

  private void report(Diagnostic diagnostic) {
    problems.add(
        new Problem(
            diagnostic.severity(),
            new Problem.Place.Program(),
            new DiagnosticRenderer(source).render(diagnostic)));
  }

  private void error(int parameter, String code, String message, @Nullable String hint) {
    var place = new Problem.Place.Parameter(parameter);
    problems.add(
        hint == null
            ? Problem.error(place, code, message)
            : Problem.error(place, code, message, hint));
  }

  /** The types of the inputs that are passed; what is passed and not read is an error. */
  private Map<String, InputType> types(ProgramSignature signature) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    signature.inputs().forEach(each -> ranks.put(each.name(), each.rank()));
    Map<String, Integer> outputs = new LinkedHashMap<>();
    signature.outputs().forEach(each -> outputs.put(each.name(), each.rank()));
    signature.accumulated().forEach(name -> ranks.put(name, outputs.getOrDefault(name, -1)));
    Map<String, InputType> types = new LinkedHashMap<>();
    for (int n = 0; n < method.parameters().size(); n++) {
      Parameter parameter = method.parameters().get(n);
      Integer rank = ranks.get(parameter.name());
      boolean shaped = parameter.kind() == Kind.ARRAY || parameter.kind() == Kind.SEGMENT;
      if (shaped && !parameter.output() && parameter.shape().isEmpty()) {
        error(
            n,
            "MISSING_SHAPE",
            "the shape of %s is not known".formatted(parameter.name()),
            "write @Shape(\"n,k\") before it, an extent an axis");
      } else if (rank != null && (!parameter.output() || isAccumulated(signature, parameter))) {
        type(n, parameter, rank).ifPresent(type -> types.put(parameter.name(), type));
      } else if (!parameter.output() && !isSize(parameter)) {
        unknownInput(n, parameter, ranks.keySet(), outputs.keySet());
      }
    }
    return types;
  }

  private static boolean isAccumulated(ProgramSignature signature, Parameter parameter) {
    return signature.accumulated().contains(parameter.name());
  }

  private Optional<InputType> type(int n, Parameter parameter, int rank) {
    ElementType type = parameter.type().orElseGet(() -> declared(parameter.name()));
    if (parameter.kind() == Kind.NUMBER) {
      return Optional.of(InputType.ofRank(type, 0));
    }
    if (parameter.shape().isPresent()) {
      List<OptionalLong> extents =
          parameter.shape().get().stream()
              .map(
                  extent ->
                      isNumber(extent)
                          ? OptionalLong.of(Long.parseLong(extent))
                          : OptionalLong.empty())
              .toList();
      return Optional.of(new InputType(type, extents));
    }
    if (rank < 0) {
      error(
          n,
          "MISSING_SHAPE",
          "the program does not say how many axes %s has".formatted(parameter.name()),
          "write @Shape(\"b,n,k\") before it, an extent an axis");
      return Optional.empty();
    }
    return Optional.of(InputType.ofRank(type, rank));
  }

  /** The type that the header gives a tensor, or the default. */
  private ElementType declared(String name) {
    return HeaderTypes.of(source).getOrDefault(name, method.options().type());
  }

  /** Whether a shape mentions a parameter. */
  private boolean isSize(Parameter parameter) {
    return parameter.isInteger()
        && method.parameters().stream()
            .flatMap(each -> each.shape().stream())
            .anyMatch(shape -> shape.contains(parameter.name()));
  }

  private void unknownInput(int n, Parameter parameter, Set<String> inputs, Set<String> outputs) {
    String name = parameter.name();
    List<String> missing =
        inputs.stream()
            .filter(each -> method.parameters().stream().noneMatch(p -> p.name().equals(each)))
            .toList();
    if (outputs.contains(name)) {
      error(
          n,
          "EXTRA_INPUT",
          "the program computes %s itself".formatted(name),
          "write @Output before it, if it is to receive the result");
      return;
    }
    String known =
        inputs.isEmpty()
            ? "the program has no inputs"
            : "the inputs are " + String.join(", ", inputs);
    error(
        n,
        "EXTRA_INPUT",
        "the program does not read %s".formatted(name),
        Suggestions.hint(name, missing).orElse(known));
  }

  private void checkOutputs(ProgramSignature signature) {
    Set<String> outputs = new LinkedHashSet<>();
    signature.outputs().forEach(each -> outputs.add(each.name()));
    for (int n = 0; n < method.parameters().size(); n++) {
      Parameter parameter = method.parameters().get(n);
      if (!parameter.output()) {
        continue;
      }
      if (parameter.kind() == Kind.NUMBER) {
        error(n, "INVALID_OUTPUT", "a number cannot receive an output", "return it instead");
      } else if (!outputs.contains(parameter.name())) {
        error(
            n,
            "UNKNOWN_OUTPUT",
            "the program has no output %s".formatted(parameter.name()),
            Suggestions.hint(parameter.name(), outputs)
                .orElse("its outputs are " + String.join(", ", outputs)));
      }
    }
    List<String> rest = rest(signature);
    var place = new Problem.Place.Method();
    if (method.result().isPresent() && rest.isEmpty()) {
      problems.add(
          Problem.error(
              place,
              "INVALID_RESULT",
              "every output is a parameter, so there is nothing to return",
              "make the method void"));
    } else if (method.result().isEmpty() && !rest.isEmpty()) {
      problems.add(
          Problem.error(
              place,
              "MISSING_OUTPUT",
              "nothing receives the output " + String.join(", ", rest),
              "add a parameter '@Output Tensor %s'%s"
                  .formatted(rest.getFirst(), rest.size() == 1 ? ", or return it" : "")));
    } else if (rest.size() > 1) {
      problems.add(
          Problem.error(
              place,
              "MISSING_OUTPUT",
              "a method returns one output, but %s are no parameters"
                  .formatted(String.join(", ", rest)),
              "add a parameter '@Output Tensor %s'".formatted(rest.getFirst())));
    }
  }

  /** The outputs that no parameter receives. */
  private List<String> rest(ProgramSignature signature) {
    return signature.outputs().stream()
        .map(ProgramSignature.Parameter::name)
        .filter(
            name ->
                method.parameters().stream().noneMatch(p -> p.output() && p.name().equals(name)))
        .toList();
  }

  private Optional<String> returned(ProgramSignature signature) {
    return rest(signature).stream().findFirst();
  }

  /** Compares what receives outputs with what the program computes. */
  private void checkTypes(IndexProgram program) {
    for (int n = 0; n < method.parameters().size(); n++) {
      Parameter parameter = method.parameters().get(n);
      if (parameter.output() && program.outputs().contains(parameter.name())) {
        TensorType type = program.typeOf(parameter.name());
        if (parameter.type().isPresent() && parameter.type().get() != type.elementType()) {
          error(
              n,
              "TYPE_MISMATCH",
              "%s is %s in the program, but %s here"
                  .formatted(parameter.name(), type.elementType(), parameter.type().get()),
              null);
        }
        if (parameter.shape().isPresent() && parameter.shape().get().size() != type.rank()) {
          error(
              n,
              "RANK_MISMATCH",
              "%s has %s axes in the program, but %s in its shape"
                  .formatted(parameter.name(), type.rank(), parameter.shape().get().size()),
              null);
        }
      }
    }
    List<String> received =
        method.parameters().stream().filter(Parameter::output).map(Parameter::name).toList();
    program.outputs().stream()
        .filter(name -> !received.contains(name))
        .findFirst()
        .ifPresent(name -> checkResult(name, program.typeOf(name)));
  }

  private void checkResult(String name, TensorType type) {
    KernelMethod.Result result = method.result().orElse(null);
    if (result == null) {
      return;
    }
    var place = new Problem.Place.Method();
    if (result.kind() == Kind.NUMBER && type.rank() != 0) {
      problems.add(
          Problem.error(
              place,
              "RANK_MISMATCH",
              "%s has %s %s, so it is no number"
                  .formatted(name, type.rank(), type.rank() == 1 ? "axis" : "axes"),
              "return a Tensor"));
    }
    if (result.type().isPresent() && result.type().get() != type.elementType()) {
      problems.add(
          Problem.error(
              place,
              "TYPE_MISMATCH",
              "%s is %s in the program, but %s is returned"
                  .formatted(name, type.elementType(), result.type().get())));
    }
  }
}
