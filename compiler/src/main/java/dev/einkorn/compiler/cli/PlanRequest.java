package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Measurement;
import dev.einkorn.compiler.Plan;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of a command that plans a program and does not run it. */
final class PlanRequest {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PROGRAM",
      description =
          "The program, or an einsum string (a text without =): its text, a file that ends in .ein,"
              + " or - for standard input.")
  private String program = "";

  @Parameters(
      index = "1..*",
      paramLabel = "INPUT",
      description =
          "NAME=file.npy and so on as for eval; operands of an einsum string need no names. Without"
              + " inputs the plan is for row-major tensors of unknown sizes.")
  private final List<String> inputs = new ArrayList<>();

  @Option(names = "--einsum", description = "Read PROGRAM as an einsum string in any case.")
  private boolean einsum;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "The type of inputs that are not given and not declared: f32 (the default), f64, i32,"
              + " i64 or bool.")
  private Optional<ElementType> type = Optional.empty();

  @Mixin private final CompilerOptions options = new CompilerOptions();

  /**
   * The plan.
   *
   * @param isAssumed whether it is for tensors that were not given
   */
  record Answer(Plan plan, boolean isAssumed, ElementType type) {}

  /** Whether no program is given. */
  boolean isMissing() {
    return program.isEmpty();
  }

  /** Plans for a GPU from here on. */
  void useDevice() {
    options.useDevice();
  }

  Answer plan(Console console) throws IOException {
    return plan(console, false);
  }

  /**
   * The plan, with the time of a call if that is asked for.
   *
   * @throws UsageException if a time is asked for and inputs are missing
   */
  Answer plan(Console console, boolean measured) throws IOException {
    if (isMissing()) {
      throw new UsageException("Missing required parameter: 'PROGRAM'");
    }
    ProgramText text = ProgramText.read(program, console);
    boolean isEinsum = einsum || text.looksLikeEinsum();
    CompiledProgram compiled = text.prepare(options.einkorn(console), isEinsum);
    ElementType assumed = type.orElse(ElementType.F32);
    if (inputs.isEmpty() && !compiled.inputNames().isEmpty()) {
      if (measured) {
        throw new UsageException("--measure runs the program: it needs the inputs");
      }
      return new Answer(planWithoutInputs(compiled, assumed), true, assumed);
    }
    if (type.isPresent()) {
      throw new UsageException(
          "--type is for plans without inputs; the inputs given here have types");
    }
    Map<String, Tensor> tensors =
        InputValues.read(inputs, isEinsum ? compiled.inputNames() : List.of());
    Plan plan = compiled.plan(tensors);
    return new Answer(measured ? measured(plan, compiled, tensors) : plan, false, assumed);
  }

  /**
   * The program within each of some memory budgets.
   *
   * @throws UsageException if inputs are missing, or there is a budget already
   */
  BudgetSweep sweep(Console console) throws IOException {
    if (options.hasMemoryBudget()) {
      throw new UsageException("--budgets and --memory-budget exclude each other");
    }
    ProgramText text = ProgramText.read(program, console);
    boolean isEinsum = einsum || text.looksLikeEinsum();
    CompiledProgram unbounded =
        text.prepare(options.einkorn(console, OptionalLong.empty()), isEinsum);
    if (inputs.isEmpty() && !unbounded.inputNames().isEmpty()) {
      throw new UsageException("--budgets runs the program: it needs the inputs");
    }
    Map<String, Tensor> tensors =
        InputValues.read(inputs, isEinsum ? unbounded.inputNames() : List.of());
    return new BudgetSweep(
        budget -> text.prepare(options.einkorn(console, budget), isEinsum),
        tensors,
        options.mode(),
        console);
  }

  private static Plan measured(Plan plan, CompiledProgram program, Map<String, Tensor> tensors) {
    try {
      return plan.withMeasurement(Measurement.of(program, tensors));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted", e);
    }
  }

  private static Plan planWithoutInputs(CompiledProgram program, ElementType type) {
    try {
      return program.plan(type);
    } catch (IllegalArgumentException e) {
      // The rank of an input with an ellipsis cannot be known.
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
  }
}
