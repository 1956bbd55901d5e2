package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.CudaUnavailableException;
import dev.einkorn.compiler.MemoryBudgetException;
import dev.einkorn.compiler.cli.bench.BenchException;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.NpyException;
import dev.einkorn.runtime.cuda.CudaCompileException;
import dev.einkorn.runtime.cuda.CudaException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import picocli.CommandLine;

/** Says what went wrong, in one message. */
final class Failure {
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;

  private Failure() {}

  /** Prints a failure and gives the exit code for it. */
  static int report(Throwable failure, boolean stacktrace, CommandLine command, PrintStream err) {
    if (stacktrace) {
      failure.printStackTrace(err);
    }
    return switch (failure) {
      case CompileException e -> failed(String.valueOf(e.getMessage()), err);
      case UsageException e -> {
        failed("error: " + e.getMessage(), err);
        referToHelp(command, err);
        yield WRONG_USAGE;
      }
      case CommandException e -> failed("error: " + e.getMessage(), err);
      case BenchException e -> failed("error: " + e.getMessage(), err);
      case KernelException e -> failed("error[" + e.code() + "]: " + e.getMessage(), err);
      case MemoryBudgetException e -> failed("error[MEMORY_BUDGET]: " + e.getMessage(), err);
      case CudaUnavailableException e -> failed("error[CUDA]: " + e.getMessage(), err);
      case CudaException e -> failed("error[CUDA]: " + e.getMessage(), err);
      case CudaCompileException e -> failed("error[CUDA]: " + e.getMessage(), err);
      case ScheduleException e -> failed("error[ILLEGAL_SCHEDULE]: " + e.getMessage(), err);
      case NpyException e -> failed("error: " + e.getMessage(), err);
      case InvalidPathException e -> failed("error: no file name: " + e.getMessage(), err);
      case FileSystemException e -> failed("error: " + fileProblem(e), err);
      case IOException e -> failed("error: " + e.getMessage(), err);
      case OutOfMemoryError _ ->
          failed(
              String.format(
                  Locale.ROOT,
                  "error: not enough memory: Java may use %,d MiB;"
                      + " EINKORN_JAVA_OPTS=-Xmx16g lets it use 16 GiB",
                  Runtime.getRuntime().maxMemory() >> 20),
              err);
      default -> {
        failed("internal error: " + failure, err);
        yield failed(
            stacktrace
                ? "  This is a fault of Einkorn, not of your program."
                : "  This is a fault of Einkorn, not of your program."
                    + " Run again with --stacktrace and report what it prints.",
            err);
      }
    };
  }

  /** Says where the help is. */
  static void referToHelp(CommandLine command, PrintStream err) {
    err.println("  '" + command.getCommandSpec().qualifiedName() + " --help' shows how it is used");
  }

  private static int failed(String message, PrintStream err) {
    err.println(message);
    return FAILED;
  }

  private static String fileProblem(FileSystemException e) {
    String reason = e.getReason();
    String problem =
        switch (e) {
          case NoSuchFileException _ -> reason == null ? "no such file" : reason;
          case AccessDeniedException _ -> reason == null ? "permission denied" : reason;
          default -> reason == null ? "cannot be read or written" : reason;
        };
    return e.getFile() + ": " + problem;
  }
}
