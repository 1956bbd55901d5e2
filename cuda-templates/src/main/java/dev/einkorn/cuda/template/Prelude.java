package dev.einkorn.cuda.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;

/**
 * The device functions that kernels call, in parts that a source takes in when it needs them. All
 * inline PTX stands here.
 */
public final class Prelude {
  private static final String MARK = "//~ ";

  private record Part(List<String> needs, String text) {}

  private final SequencedMap<String, Part> parts = new LinkedHashMap<>();

  private Prelude(String text) {
    String name = "";
    List<String> needs = List.of();
    var body = new StringBuilder();
    for (String line : (text + MARK).lines().toList()) {
      if (!line.startsWith(MARK.strip())) {
        body.append(line).append('\n');
        continue;
      }
      if (!name.isEmpty()) {
        parts.put(name, new Part(needs, body.toString().strip() + "\n"));
      }
      body.setLength(0);
      String[] head = line.substring(MARK.strip().length()).strip().split(":", 2);
      name = head[0].strip();
      needs = head.length == 1 ? List.of() : List.of(head[1].strip().split("\\s*,\\s*"));
    }
  }

  /** The prelude among the resources. */
  public static Prelude read() {
    return new Prelude(TemplateFile.read("prelude.cu").text());
  }

  /** The names of the parts, in the order of the file. */
  public List<String> names() {
    return List.copyOf(parts.keySet());
  }

  /**
   * The parts of these names and what they need, each once, in the order of the file.
   *
   * @throws IllegalArgumentException if there is no such part
   */
  public String text(Set<String> names) {
    SequencedSet<String> wanted = new LinkedHashSet<>();
    names.stream().sorted().forEach(name -> addWithNeeds(name, wanted));
    List<String> texts = new ArrayList<>();
    parts.forEach(
        (name, part) -> {
          if (wanted.contains(name)) {
            texts.add(part.text());
          }
        });
    return String.join("\n", texts);
  }

  private void addWithNeeds(String name, Set<String> wanted) {
    Part part = parts.get(name);
    if (part == null) {
      throw new IllegalArgumentException("the prelude has no part " + name);
    }
    if (wanted.add(name)) {
      part.needs().forEach(need -> addWithNeeds(need, wanted));
    }
  }
}
