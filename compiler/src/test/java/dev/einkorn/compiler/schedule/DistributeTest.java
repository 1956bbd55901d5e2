package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.givesDense;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistributeTest {
  @Test
  void eachFunctionHasALoopOfItsOwn() {
    gives(
        "y[i] = exp(a[i]) * log(b[i])",
        "polynomial(); distribute(i: 64)",
        """
        for i_block < i step 64:
          function exp_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              exp_value[i - i_block] = polynomial_exp(a[i])
          function log_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              log_value[i - i_block] = polynomial_log(b[i])
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
          function exp_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              exp_value[i - i_block] = polynomial_exp(a[i])
          function tanh_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              tanh_value[i - i_block] = polynomial_tanh(exp_value[i - i_block])
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

  /** The call takes what is read times one factor or plus one summand. */
  @ParameterizedTest
  @ValueSource(
      strings = {"a[i]", "-a[i]", "a[i] * s[0]", "2.0 * a[i]", "a[i] - s[0]", "s[0] - a[i]"})
  void aSimpleArgumentDoesNotWait(String argument) {
    gives(
        "y[i] = exp(%s)".formatted(argument),
        "polynomial(); distribute(i: 64)",
        """
        for i_block < i step 64:
          function exp_y:
            for i in i_block .. min(i_block + 64, extent(i)):
              y[i] = polynomial_exp(%s)
        """
            .formatted(argument));
  }

  @Test
  void whatIsFoldedWaitsToo() {
    gives(
        "s = sum[i](exp(a[i] * c[i]) * b[i])",
        "polynomial(); promote(s); distribute(i: 64); tile(i: 1 x 4); partial(i, 4 x 4)",
        """
        f32 s_sum = 0.0
        for i_block < i step 64:
          function part_s:
            if min(i_block + 64, extent(i)) - i_block >= 4:
              for i in i_block .. min(i_block + 64, extent(i)) step 4 clamped:
                exp_value[i - i_block] = a[i]<4> * c[i]<4>
            else:
              for i in i_block .. min(i_block + 64, extent(i)):
                exp_value[i - i_block] = a[i] * c[i]
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
  void shortRowsAreOneRun() {
    givesDense(
        "y[r,c] = exp(a[r,c] - max[k](a[r,k]))",
        "polynomial(); hoist(); distribute(r: 64 over c: 4); tile(c: 1 x 4)",
        """
        for r_block < r step 64:
          for r in r_block .. min(r_block + 64, extent(r)):
            f32 max_k = -inf
            for k < c:
              max_k max= a[r,k]
            function part_y:
              if extent(c) >= 4:
                for c step 4 clamped:
                  y[r,c] = a[r,c]<4> - max_k
              else:
                for c:
                  y[r,c] = a[r,c] - max_k
          function exp_y:
            for r in r_block .. min(r_block + 64, extent(r)):
              for c:
                y[r,c] = polynomial_exp(y[r,c])
        """);
  }

  @Test
  void otherRowsWaitInScratchMemoryWithWhatTheyNeedLater() {
    gives(
        "y[r,c] = b[r] * exp(a[r,c] * b[r])",
        "polynomial(); hoist(); distribute(r: 64 over c: 12)",
        """
        if extent(c) <= 12:
          for r_block < r step 64:
            for r in r_block .. min(r_block + 64, extent(r)):
              f32 b_r = b[r]
              function part_y:
                for c:
                  exp_value[r - r_block,c] = a[r,c] * b_r
              b_r_value[r - r_block] = b_r
            function exp_y:
              for r in r_block .. min(r_block + 64, extent(r)):
                for c_all < 12:
                  exp_value[r - r_block,c_all] = polynomial_exp(exp_value[r - r_block,c_all])
            for r in r_block .. min(r_block + 64, extent(r)):
              f32 b_r = b_r_value[r - r_block]
              function part_y:
                for c:
                  y[r,c] = b_r * exp_value[r - r_block,c]
        else:
          for r_block < r step 64:
            for r in r_block .. min(r_block + 64, extent(r)):
              f32 b_r = b[r]
              for c:
                y[r,c] = b_r * polynomial_exp(a[r,c] * b_r)
        """);
  }

  @Test
  void foldsBeginWhereFunctionsAreKnown() {
    gives(
        "y[r] = log(sum[c](exp(a[r,c])))",
        "polynomial(); distribute(r: 64 over c: 12)",
        """
        if extent(c) <= 12:
          for r_block < r step 64:
            for r in r_block .. min(r_block + 64, extent(r)):
              function part_y:
                for c:
                  exp_value[r - r_block,c] = a[r,c]
            function exp_y:
              for r in r_block .. min(r_block + 64, extent(r)):
                for c_all < 12:
                  exp_value[r - r_block,c_all] = polynomial_exp(exp_value[r - r_block,c_all])
            for r in r_block .. min(r_block + 64, extent(r)):
              f32 sum_c = 0.0
              for c:
                sum_c += exp_value[r - r_block,c]
              y[r] = polynomial_log(sum_c)
        else:
          for r_block < r step 64:
            for r in r_block .. min(r_block + 64, extent(r)):
              f32 sum_c = 0.0
              for c:
                sum_c += polynomial_exp(a[r,c])
              y[r] = polynomial_log(sum_c)
        """);
  }

  @Test
  void functionsOfFunctionsWaitForEachOther() {
    gives(
        "y[c,r] = a[c,r] * tanh(exp(a[c,r]))",
        "polynomial(); distribute(c: 8 over r: 4)",
        """
        if extent(r) <= 4:
          for c_block < c step 8:
            for c in c_block .. min(c_block + 8, extent(c)):
              function part_y:
                for r:
                  exp_value[c - c_block,r] = a[c,r]
            function exp_y:
              for c in c_block .. min(c_block + 8, extent(c)):
                for r_all < 4:
                  exp_value[c - c_block,r_all] = polynomial_exp(exp_value[c - c_block,r_all])
            for c in c_block .. min(c_block + 8, extent(c)):
              function part_y:
                for r:
                  tanh_value[c - c_block,r] = exp_value[c - c_block,r]
            function tanh_y:
              for c in c_block .. min(c_block + 8, extent(c)):
                for r_all_1 < 4:
                  tanh_value[c - c_block,r_all_1] = polynomial_tanh(tanh_value[c - c_block,r_all_1])
            for c in c_block .. min(c_block + 8, extent(c)):
              function part_y:
                for r:
                  y[c,r] = a[c,r] * tanh_value[c - c_block,r]
        else:
          for c_block < c step 8:
            for c in c_block .. min(c_block + 8, extent(c)):
              for r:
                y[c,r] = a[c,r] * polynomial_tanh(polynomial_exp(a[c,r]))
        """);
  }

  @Test
  void refusesRowsThatCannotWait() {
    String reason =
        "distribute(r: 64 over c: 4) is not legal here: no loop over r has rows with functions"
            + " that can wait";
    isRefused("y[r,c] = a[r,c]", "distribute(r: 64 over c: 4)", reason);
    isRefused("y[c,r] = exp(a[r,c])", "polynomial(); distribute(r: 64 over c: 4)", reason);
  }

  @Test
  void refusesALoopWithoutFunctions() {
    isRefused(
        "y[i] = a[i] + 1",
        "distribute(i: 64)",
        "distribute(i: 64) is not legal here: no loop over i calls functions of its own");
  }
}
