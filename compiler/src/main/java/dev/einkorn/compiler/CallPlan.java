package dev.einkorn.compiler;

import dev.einkorn.compiler.optimize.PlannedProgram;

/** The fastest plan that was found for a call of certain sizes and strides, within the budget. */
sealed interface CallPlan permits HostPlan, DevicePlan {
  /** What is computed in which steps. */
  PlannedProgram planned();

  /**
   * Refuses a call for which no plan is within the memory budget.
   *
   * @throws MemoryBudgetException with the least budget that would do
   */
  void requireBudget();

  /** What a user inspects. */
  Plan plan();
}
