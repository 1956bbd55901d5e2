package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.source.Suggestions;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point of the {@code einkorn} command. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(run(Console.ofProcess(), args));
  }

  /** Runs one command: 0 if all is well, 1 if it failed, 2 if it was called wrongly. */
  static int run(Console console, String... args) {
    var root = new EinkornCommand();
    CommandLine commandLine = commandLine(root, console);
    int code;
    try {
      code =
          commandLine.execute(Arrays.stream(args).map(Main::unlikeAnOption).toArray(String[]::new));
    } catch (OutOfMemoryError | StackOverflowError | AssertionError | LinkageError e) {
      code = Failure.report(e, root.stacktrace(), commandLine, console.err());
    }
    if (console.out().checkError() && code == 0) {
      console.err().println("error: cannot write to standard output");
      code = Failure.FAILED;
    }
    console.err().flush();
    return code;
  }

  /** The command with all its subcommands. */
  static CommandLine commandLine(EinkornCommand root, Console console) {
    var commandLine = new CommandLine(root);
    commandLine.addSubcommand(new EvalCommand(console));
    commandLine.addSubcommand(new EinsumCommand(console));
    commandLine.addSubcommand(new ExplainCommand(console));
    commandLine.addSubcommand(new SourceCommand(console));
    commandLine.addSubcommand(new CompileCommand(console));
    commandLine.addSubcommand(new DemoCommand(console));
    commandLine.addSubcommand(new DoctorCommand(console));
    commandLine.addSubcommand(new BenchCommand(console));
    commandLine.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExpandAtFiles(false);
    commandLine.setParameterExceptionHandler((exception, _) -> wrongUsage(exception, console));
    commandLine.setExecutionExceptionHandler(
        (exception, failed, _) ->
            Failure.report(exception, root.stacktrace(), failed, console.err()));
    return commandLine;
  }

  private static int wrongUsage(ParameterException exception, Console console) {
    CommandLine command = exception.getCommandLine();
    console.err().println("error: " + message(exception));
    suggestion(exception).ifPresent(hint -> console.err().println("  hint: " + hint));
    Failure.referToHelp(command, console.err());
    return Failure.WRONG_USAGE;
  }

  private static String message(ParameterException exception) {
    boolean unknownCommand =
        exception instanceof UnmatchedArgumentException unmatched
            && !unmatched.isUnknownOption()
            && exception.getCommandLine().getParent() == null;
    return unknownCommand
        ? "there is no command "
            + ((UnmatchedArgumentException) exception).getUnmatched().getFirst()
        : String.valueOf(exception.getMessage());
  }

  private static Optional<String> suggestion(ParameterException exception) {
    if (!(exception instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return Optional.empty();
    }
    String word = unmatched.getUnmatched().getFirst();
    CommandLine command = exception.getCommandLine();
    List<String> known =
        word.startsWith("-")
            ? command.getCommandSpec().options().stream()
                .flatMap(option -> Arrays.stream(option.names()))
                .toList()
            : List.copyOf(command.getSubcommands().keySet());
    return Suggestions.hint(word, known);
  }

  /** The einsum string of a scalar begins like an option; a space before it changes nothing. */
  private static String unlikeAnOption(String argument) {
    return argument.startsWith("->") ? " " + argument : argument;
  }
}
