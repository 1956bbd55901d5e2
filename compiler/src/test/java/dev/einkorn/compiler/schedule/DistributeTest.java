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
              exp_value[i - i_block] = a[i]
          function exp_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              exp_value[i - i_block] = polynomial_exp(exp_value[i - i_block])
          function part_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              log_value[i - i_block] = b[i]
          function log_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              log_value[i - i_block] = polynomial_log(log_value[i - i_block])
          function part_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              y[i] = exp_value[i - i_block] * log_value[i - i_block]
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
              exp_value[i - i_block] = a[i]
          function exp_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              exp_value[i - i_block] = polynomial_exp(exp_value[i - i_block])
          function part_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              tanh_value[i - i_block] = exp_value[i - i_block]
          function tanh_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              tanh_value[i - i_block] = polynomial_tanh(tanh_value[i - i_block])
          function part_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              y[i] = exp_value[i - i_block] + tanh_value[i - i_block]
        """);
  }

  @Test
  void aCallThatIsAllThatIsStoredWaitsWhereItIsStored() {
    gives(
        "y[i] = exp(a[i] - b[i])",
        "polynomial(); distribute(i: 64); tile(i: 1 x 4)",
        """
        for i_block < i step 64:
          function part_y:
            if min(i_block + 64, extent(i)) - i_block >= 4:
              for i in i_block .. min(i_block + 64, extent(i)) step 4 clamped:
                y[i] = a[i]<4> - b[i]<4>
            else:
              for i in i_block .. min(i_block + 64, extent(i)):
                y[i] = a[i] - b[i]
          function exp_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              y[i] = polynomial_exp(y[i])
        """);
  }

  @Test
  void whatIsFoldedWaitsToo() {
    gives(
        "s = sum[i](exp(a[i]) * b[i])",
        "polynomial(); promote(s); distribute(i: 64); tile(i: 1 x 4); partial(i, 4 x 4)",
        """
        f32 s_sum = 0.0
        for i_block < i step 64:
          function part_s:
            if min(i_block + 64, extent(i)) - i_block >= 4:
              for i in i_block .. min(i_block + 64, extent(i)) step 4 clamped:
                exp_value[i - i_block] = a[i]<4>
            else:
              for i in i_block .. min(i_block + 64, extent(i)):
                exp_value[i - i_block] = a[i]
          function exp_s:
            for i in i_block .. min(i_block + 64, extent(i)):
              exp_value[i - i_block] = polynomial_exp(exp_value[i - i_block])
          f32x4 s_sum_0 = 0.0
          for i in i_block .. min(i_block + 64, extent(i)) - 3 step 4:
            s_sum_0 += exp_value[i - i_block]<4> * b[i]<4>
          s_sum += sum_lanes(s_sum_0)
          for i in i_block + max(0, min(i_block + 64, extent(i)) - i_block) // 4 * 4 \
        .. min(i_block + 64, extent(i)):
            s_sum += exp_value[i - i_block] * b[i]
        s = s_sum
        """);
  }

  @Test
  void refusesALoopWithoutFunctions() {
    isRefused(
        "y[i] = a[i] + 1",
        "distribute(i: 64)",
        "distribute(i: 64) is not legal here: no loop over i calls functions of its own");
  }
}
