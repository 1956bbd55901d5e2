package dev.einkorn.compiler.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command above all commands. */
@Command(
    name = "einkorn",
    header = "Compiles tensor expressions into kernels and runs them.",
    description = {
      "",
      "A program is a few lines of index notation; an index that is only on the right is summed"
          + " over. Tensors come from npy and npz files, and results go to such files or are"
          + " printed.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  einkorn demo",
      "  einkorn eval 'c[k] = A[i,k] * B[i,k]' A=a.npy B=b.npy -o c=c.npy",
      "  einkorn einsum 'ik,kj->ij' a.npy b.npy -o c.npy",
      "  einkorn explain 'E[n,k,d] = A[n,h,d] * B[k,h,d]'",
      "",
      "Exit codes: 0 fine, 1 failed, 2 wrong usage. 'einkorn COMMAND --help' says more."
    },
    versionProvider = EinkornCommand.Version.class)
final class EinkornCommand implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it.
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of Einkorn and Java.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it.
  private boolean version;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show the Java stack trace of a failure.")
  private boolean stacktrace;

  boolean stacktrace() {
    return stacktrace;
  }

  @Override
  public void run() {
    throw new UsageException("a command is missing; 'einkorn demo' is a good first one");
  }

  /** What {@code --version} prints. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"einkorn " + einkorn(), "java " + Runtime.version()};
    }

    /** The version in the jar's manifest; classes outside of a jar have none. */
    static String einkorn() {
      return Optional.ofNullable(EinkornCommand.class.getPackage().getImplementationVersion())
          .orElse("(not packaged)");
    }
  }
}
