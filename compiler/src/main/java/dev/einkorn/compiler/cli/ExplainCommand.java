package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
      "  einkorn explain 's = A[i,j]^2' --type f64 --json"
    })
final class ExplainCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final PlanRequest request = new PlanRequest();

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      description =
          "Show this stage only: index (checked), plan (optimized), loops (lowered), schedule (as"
              + " it will run) or java. May repeat.")
  private final List<Plan.Stage> stages = new ArrayList<>();

  @Option(names = "--json", description = "Print the plan as one JSON object.")
  private boolean json;

  ExplainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (json && !stages.isEmpty()) {
      throw new UsageException("--json and --stage exclude each other");
    }
    PlanRequest.Answer answer = request.plan(console);
    if (json) {
      console.out().println(answer.plan().toJson());
    } else if (!stages.isEmpty()) {
      console
          .out()
          .print(
              stages.stream()
                  .map(stage -> answer.plan().stage(stage).stripTrailing() + "\n")
                  .collect(Collectors.joining("\n")));
    } else {
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
}
