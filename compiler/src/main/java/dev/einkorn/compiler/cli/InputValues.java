package dev.einkorn.compiler.cli;

import dev.einkorn.runtime.Npy;
import dev.einkorn.runtime.Npz;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the inputs that a command line names: {@code A=a.npy B=b.npz:weights s=3.5}. */
final class InputValues {
  /** What inputs may look like, for help texts. */
  static final String SYNTAX =
      "NAME=file.npy, NAME=file.npz:entry, or a literal: NAME=3.5, NAME=[1,2,3],"
          + " NAME=f32([[1,2],[3,4]]). Whole numbers are i64, others f64.";

  private static final Pattern NAMED =
      Pattern.compile("([\\p{L}_][\\p{L}\\p{M}\\p{N}_]*)=(.*)", Pattern.DOTALL);
  private static final Pattern ENTRY = Pattern.compile("(.*\\.npz):([^:/]+)", Pattern.DOTALL);

  private final Map<Path, Map<String, Tensor>> archives = new HashMap<>();

  private InputValues() {}

  /** The name before the first equals sign and the rest, if there is a name. */
  static Optional<Map.Entry<String, String>> split(String argument) {
    Matcher matcher = NAMED.matcher(argument);
    return matcher.matches()
        ? Optional.of(Map.entry(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  /**
   * The tensors by name, in the order given.
   *
   * @param positional names for arguments without one, in their order; a program in index notation
   *     has none
   */
  static Map<String, Tensor> read(List<String> arguments, List<String> positional)
      throws IOException {
    var reader = new InputValues();
    Map<String, Tensor> values = new LinkedHashMap<>();
    int operand = 0;
    for (String argument : arguments) {
      Optional<Map.Entry<String, String>> named = split(argument);
      if (named.isEmpty() && positional.isEmpty()) {
        throw new UsageException("an input is written NAME=VALUE, found " + argument);
      }
      String name;
      if (named.isPresent()) {
        name = named.get().getKey();
      } else {
        name = operand < positional.size() ? positional.get(operand) : "operand " + (operand + 1);
        operand++;
      }
      Tensor value = reader.value(named.map(Map.Entry::getValue).orElse(argument));
      if (values.put(name, value) != null) {
        throw new UsageException("the input " + name + " is given twice");
      }
    }
    return values;
  }

  private Tensor value(String text) throws IOException {
    if (text.isEmpty()) {
      throw new UsageException("an input has no value: a file or a number belongs after =");
    }
    Optional<Tensor> literal = LiteralReader.read(text);
    if (literal.isPresent()) {
      return literal.get();
    }
    Matcher entry = ENTRY.matcher(text);
    if (entry.matches() && !Files.exists(Path.of(text))) {
      return entry(Path.of(entry.group(1)), entry.group(2));
    }
    return text.endsWith(".npz") ? onlyEntry(Path.of(text)) : Npy.read(Path.of(text));
  }

  private Tensor entry(Path file, String name) throws IOException {
    Map<String, Tensor> entries = archive(file);
    Tensor tensor = entries.get(name);
    if (tensor == null) {
      throw new CommandException(
          file + ": there is no entry " + name + "; its entries are " + entries.keySet());
    }
    return tensor;
  }

  private Tensor onlyEntry(Path file) throws IOException {
    Map<String, Tensor> entries = archive(file);
    if (entries.size() != 1) {
      throw new CommandException(
          "%s: say which entry is meant, as in %s:%s; its entries are %s"
              .formatted(
                  file,
                  file,
                  entries.isEmpty() ? "name" : entries.keySet().iterator().next(),
                  entries.keySet()));
    }
    return entries.values().iterator().next();
  }

  private Map<String, Tensor> archive(Path file) throws IOException {
    Map<String, Tensor> entries = archives.get(file);
    if (entries == null) {
      entries = Npz.read(file);
      archives.put(file, entries);
    }
    return entries;
  }
}
