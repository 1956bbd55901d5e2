package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.source.SourceText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The program of a command line.
 *
 * @param source its text, and the file it came from
 */
record ProgramText(SourceText source) {
  private static final String SUFFIX = ".ein";

  /**
   * The text itself, the text of a file whose name ends in {@code .ein}, or for {@code -} input.
   */
  static ProgramText read(String argument, Console console) throws IOException {
    if (argument.equals("-")) {
      return of("standard input", console.in().readAllBytes());
    }
    if (argument.endsWith(SUFFIX)) {
      return of(argument, Files.readAllBytes(Path.of(argument)));
    }
    return new ProgramText(SourceText.of(argument));
  }

  private static ProgramText of(String name, byte[] text) {
    return new ProgramText(new SourceText(name, new String(text, StandardCharsets.UTF_8)));
  }

  /** Whether this is an einsum string: each statement of index notation assigns. */
  boolean looksLikeEinsum() {
    return !source.text().contains("=");
  }

  /** The program, read as index notation or as an einsum string. */
  CompiledProgram prepare(Einkorn einkorn, boolean einsum) {
    return einsum ? einkorn.prepareEinsum(source.text().strip()) : einkorn.prepare(source);
  }
}
