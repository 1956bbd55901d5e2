package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class DistributeTest {
  @Test
  void eachFunctionHasALoopOfItsOwn() {
    gives(
        "y[i] = exp(a[i]) * log(b[i])",
        "polynomial(); distribute(i: 64)",
        """
        for i_block < i step 64:
          function part_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              exp_value[i - i_block] = polynomial_exp(a[i])
          function part_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              f32 log_value = polynomial_log(b[i])
              y[i] = exp_value[i - i_block] * log_value
        """);
  }

  @Test
  void equalCallsAreMadeOnce() {
    gives(
        "y[i] = exp(a[i]) + tanh(exp(a[i]))",
        "polynomial(); distribute(i: 64)",
        """
        for i_block < i step 64:
          function part_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              exp_value[i - i_block] = polynomial_exp(a[i])
          function part_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              f32 tanh_value = polynomial_tanh(exp_value[i - i_block])
              y[i] = exp_value[i - i_block] + tanh_value
        """);
  }

  @Test
  void refusesASingleFunction() {
    isRefused(
        "y[i] = exp(a[i])",
        "polynomial(); distribute(i: 64)",
        "distribute(i: 64) is not legal here: no loop over i calls several functions of its own");
  }
}
