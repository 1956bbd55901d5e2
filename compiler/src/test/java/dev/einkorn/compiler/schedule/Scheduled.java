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

  static void isRefused(String program, String schedule, String reason) {
    LoopNest nest = Nests.canonical(program);
    Schedule parsed = Schedule.parse(schedule);
    assertThatThrownBy(() -> Scheduler.apply(nest, parsed))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(reason);
  }
}
