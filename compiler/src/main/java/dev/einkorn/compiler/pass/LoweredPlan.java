package dev.einkorn.compiler.pass;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import java.util.List;

/**
 * A plan whose steps are loop nests in canonical form. From here on the way depends on the machine
 * and on the sizes of a call.
 *
 * @param nests one for each step of the plan
 */
public record LoweredPlan(ExecutionPlan plan, List<LoopNest> nests) {
  public LoweredPlan {
    nests = List.copyOf(nests);
  }
}
