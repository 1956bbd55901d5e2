package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code einkorn explain}: what the compiler would do. */
@Command(
    name = "explain",
    header = "Shows the plan of a program: steps, costs, loops, and what is never stored.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {
      "",
      "Examples:",
      "  einkorn explain 'E[n,k,d] = A[n,h,d] * B[k,h,d]'",
      "  einkorn explain 'ik,kj->ij' a.npy b.npy --stage schedule",
      "  einkorn explain 's = A[i,j]^2' --type f64 --json",
      "  einkorn explain 'ij,jk,kl->il' a.npy b.npy c.npy --measure --html plan.html",
      "  einkorn explain 'ij,jk,kl->il' a.npy b.npy c.npy --budgets auto",
      "",
      "Predicted times are those of the cost model that plans are chosen by, on one thread. The",
      "members of --json are listed in compiler/README.md."
    })
final class ExplainCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final PlanRequest request = new PlanRequest();

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      description =
          "Show this stage only: index (checked), plan (optimized), loops (lowered), schedule (as"
              + " it will run), java or cuda. May repeat.")
  private final List<Plan.Stage> stages = new ArrayList<>();

  @Option(names = "--json", description = "Print the plan as one JSON object.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write the plan as one HTML page, with the flow of data drawn and the loops and the Java"
              + " of each step; nothing is printed unless --json or --stage asks for it.")
  private Optional<Path> html = Optional.empty();

  @Option(
      names = "--measure",
      description =
          "Also run the program on the inputs for about a second and show times beside the"
              + " predicted ones: of whole calls, and of each step by itself.")
  private boolean measure;

  @Option(
      names = "--budgets",
      paramLabel = "auto|BYTES[,BYTES]",
      description =
          "Instead of a plan, a table of memory budgets: the peak that the plan reports, the bytes"
              + " that a call allocates, and its time. Runs the program on the inputs and compares"
              + " results; times are measured with or without --measure. With auto from the peak of"
              + " the best plan by halves to the least budget.")
  private String budgets = "";

  ExplainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (json && !stages.isEmpty()) {
      throw new UsageException("--json and --stage exclude each other");
    }
    if (measure && !stages.isEmpty()) {
      throw new UsageException("--measure and --stage exclude each other: stages show no times");
    }
    if (!budgets.isEmpty()) {
      return sweep();
    }
    PlanRequest.Answer answer = request.plan(console, measure);
    if (html.isPresent()) {
      TextFile.write(html.get(), answer.plan().toHtml());
    }
    if (json) {
      console.out().println(answer.plan().toJson());
    } else if (!stages.isEmpty()) {
      console
          .out()
          .print(
              stages.stream()
                  .map(stage -> answer.plan().stage(stage).stripTrailing() + "\n")
                  .collect(Collectors.joining("\n")));
    } else if (html.isEmpty()) {
      if (answer.isAssumed()) {
        console
            .out()
            .println(
                "No inputs given: planned for row-major tensors of unknown sizes, "
                    + answer.type()
                    + " where the program declares no type.\n");
      }
      console.out().print(answer.plan().explain());
    }
    return 0;
  }

  private int sweep() throws IOException {
    if (html.isPresent() || !stages.isEmpty()) {
      throw new UsageException("--budgets shows a table only: no --html or --stage");
    }
    List<Long> wanted = new ArrayList<>();
    if (!budgets.equals("auto")) {
      for (String budget : budgets.split(",", -1)) {
        wanted.add(CompilerOptions.bytes(budget.strip()));
      }
    }
    try {
      List<BudgetSweep.Row> rows = request.sweep(console).run(wanted);
      console.out().print(json ? BudgetSweep.json(rows) + "\n" : BudgetSweep.table(rows));
      return rows.stream().allMatch(BudgetSweep.Row::passes) ? 0 : Failure.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted", e);
    }
  }
}
