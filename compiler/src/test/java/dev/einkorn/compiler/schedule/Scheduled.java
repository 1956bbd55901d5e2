package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.loop.LoopVerifier;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.source.ScheduleException;

/** What a schedule makes of the canonical nest of a program's last statement, in printed form. */
final class Scheduled {
  private Scheduled() {}

  static void gives(String program, String schedule, String nest) {
    LoopNest scheduled = Scheduler.apply(Nests.canonical(program), Schedule.parse(schedule));
    assertThat(LoopVerifier.verify(scheduled)).isEmpty();
    assertThat(LoopPrinter.print(scheduled.body())).isEqualTo(nest);
  }

  /** The same for dense tensors, whose axes go on in each other. */
  static void givesDense(String program, String schedule, String nest) {
    LoopNest scheduled = Scheduler.apply(Nests.dense(program), Schedule.parse(schedule));
    assertThat(LoopVerifier.verify(scheduled)).isEmpty();
    assertThat(LoopPrinter.print(scheduled.body())).isEqualTo(nest);
  }

  static void isRefusedDense(String program, String schedule, String reason) {
    isRefused(Nests.dense(program), schedule, reason);
  }

  static void isRefused(String program, String schedule, String reason) {
    isRefused(Nests.canonical(program), schedule, reason);
  }

  private static void isRefused(LoopNest nest, String schedule, String reason) {
    Schedule parsed = Schedule.parse(schedule);
    assertThatThrownBy(() -> Scheduler.apply(nest, parsed))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(reason);
  }
}
