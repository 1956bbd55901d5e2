package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.ContractionGoal;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.MatrixPrecision;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.source.ScheduleException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of {@link Einkorn.Builder}. */
final class CompilerOptions {
  private static final Pattern BYTES =
      Pattern.compile("(\\d+)([KMGT]?)(?:I?B)?", Pattern.CASE_INSENSITIVE);

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(m?)s");
  private static final double MOST_SECONDS = 86_400;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "What the compiler may do to the arithmetic: strict, deterministic (the default) or"
              + " fast.")
  private Mode mode = Mode.DETERMINISTIC;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      description =
          "What a GPU may round factors of contractions to: f32 (true f32, the default), tf32 (the"
              + " default in fast mode) or bf16. Nothing changes on a CPU.")
  private Optional<MatrixPrecision> precision = Optional.empty();

  @Option(
      names = "--backend",
      paramLabel = "BACKEND",
      description =
          "Where to run: cpu (generated Java, the default), cuda (generated CUDA C++ on an NVIDIA"
              + " GPU; plans and sources need none) or reference (the slow interpreter that tests"
              + " compare with).")
  private Backend backend = Backend.CPU;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "The most threads a kernel may use; the default is one for each processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--memory-budget",
      paramLabel = "BYTES",
      description =
          "The most bytes of temporaries and of memory that kernels work in, for instance 500K,"
              + " 64M or 2G.")
  private String memoryBudget = "";

  @Option(
      names = "--planning-limit",
      paramLabel = "TIME",
      description =
          "The time after which planning takes the best plan found so far, for instance 200ms or"
              + " 10s; the default is 500ms.")
  private String planningLimit = "";

  @Option(
      names = "--contraction-goal",
      paramLabel = "GOAL",
      description =
          "What contraction orders keep small: time (as predicted, the default), multiplications or"
              + " size (of the largest tensor that is stored).")
  private ContractionGoal goal = ContractionGoal.TIME;

  @Option(
      names = "--plan-cache",
      paramLabel = "FOLDER",
      description =
          "Where plans are kept that took long to find, or off; the default is einkorn/plans in the"
              + " user's cache folder, or what the environment variable EINKORN_PLAN_CACHE says.")
  private String planCache = "";

  @Option(
      names = "--schedule",
      paramLabel = "'NAME: SCHEDULE'",
      description =
          "The schedule of the step that computes NAME, for instance"
              + " 'E: reorder(n, k, h, d); hoist()'. May repeat.")
  private final List<String> schedules = new ArrayList<>();

  @Option(
      names = "--order",
      paramLabel = "'NAME=TREE'",
      description =
          "The contraction order of the statement that computes NAME, a product whose factors are"
              + " numbered from 0 as they are written, for instance 'E=((0 1) 2)'. May repeat.")
  private final List<String> orders = new ArrayList<>();

  /** Lets programs be planned for a GPU, whatever the options say; plans need none. */
  void useDevice() {
    backend = Backend.CUDA;
  }

  Mode mode() {
    return mode;
  }

  /** A compiler with these options. */
  Einkorn einkorn(Console console) {
    return einkorn(
        console,
        memoryBudget.isEmpty() ? OptionalLong.empty() : OptionalLong.of(bytes(memoryBudget)));
  }

  /** Whether a memory budget is among the options. */
  boolean hasMemoryBudget() {
    return !memoryBudget.isEmpty();
  }

  /** A compiler with these options and another memory budget, or none. */
  Einkorn einkorn(Console console, OptionalLong budget) {
    if (threads < 1) {
      throw new UsageException("--threads must be at least 1, found " + threads);
    }
    Einkorn.Builder builder =
        Einkorn.builder().mode(mode).backend(backend).threads(threads).contractionGoal(goal);
    budget.ifPresent(builder::memoryBudget);
    if (mode == Mode.STRICT && precision.orElse(MatrixPrecision.F32) != MatrixPrecision.F32) {
      throw new UsageException("--mode strict rounds as written: it takes no other --precision");
    }
    precision.ifPresent(builder::matrixPrecision);
    if (!planningLimit.isEmpty()) {
      builder.planningLimit(duration(planningLimit));
    }
    if (planCache.isEmpty()) {
      console.planCache().ifPresent(builder::planCache);
    } else if (!planCache.equals(PlanCacheFolder.OFF)) {
      try {
        builder.planCache(Path.of(planCache));
      } catch (InvalidPathException e) {
        throw new UsageException("--plan-cache takes a folder or off, found " + planCache);
      }
    }
    for (String schedule : schedules) {
      int colon = schedule.indexOf(':');
      if (colon < 0) {
        throw new UsageException(
            "--schedule takes the name of a step, a colon and directives, found " + schedule);
      }
      try {
        builder.schedule(schedule.substring(0, colon).strip(), schedule.substring(colon + 1));
      } catch (ScheduleException e) {
        throw new UsageException("--schedule: " + e.getMessage());
      }
    }
    for (String order : orders) {
      int equals = order.indexOf('=');
      if (equals < 0) {
        throw new UsageException(
            "--order takes the name of a target, = and a tree such as ((0 1) 2), found " + order);
      }
      try {
        builder.order(order.substring(0, equals).strip(), order.substring(equals + 1));
      } catch (ScheduleException e) {
        throw new UsageException("--order: " + e.getMessage());
      }
    }
    try {
      return builder.build();
    } catch (ScheduleException e) {
      throw new UsageException("--order: " + e.getMessage());
    }
  }

  /** A time such as 200ms or 1.5s. */
  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException("--planning-limit takes a time such as 200ms or 10s, found " + text);
    }
    double seconds = Double.parseDouble(matcher.group(1)) / (matcher.group(2).isEmpty() ? 1 : 1000);
    if (seconds > MOST_SECONDS) {
      throw new UsageException("--planning-limit is at most a day, found " + text);
    }
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  /** A number of bytes: K, M, G and T are powers of 1024. */
  static long bytes(String text) {
    Matcher matcher = BYTES.matcher(text);
    if (matcher.matches()) {
      int power = " KMGT".indexOf((matcher.group(2) + " ").toUpperCase(Locale.ROOT).charAt(0));
      try {
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
      } catch (ArithmeticException | NumberFormatException e) {
        throw new UsageException("--memory-budget: " + text + " is more than any machine has");
      }
    }
    throw new UsageException("--memory-budget takes a number such as 500K or 2G, found " + text);
  }
}
