package dev.einkorn.compiler.cli.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonIOException;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.einkorn.runtime.ElementType;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Reads a file of workloads: a JSON array of objects. The format is described in {@code
 * samples/benchmarks/workloads/README.md}.
 */
public final class WorkloadReader {
  private static final Set<String> FIELDS =
      Set.of("name", "group", "einsum", "program", "inputs", "sizes", "layout", "dtype");

  /** Where the reader is, for messages. */
  private final String file;

  private String place = "";

  private WorkloadReader(String file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws BenchException if it is no JSON or not of the format, with the place
   * @throws IOException if it cannot be read
   */
  public static List<Workload> read(Path file) throws IOException {
    return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
  }

  /** Reads a text; {@code file} is its name in messages. */
  static List<Workload> parse(String file, String text) {
    return new WorkloadReader(file).workloads(text);
  }

  private List<Workload> workloads(String text) {
    JsonElement root = json(text);
    if (!root.isJsonArray()) {
      throw wrong("expected an array of workloads");
    }
    List<Workload> workloads = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (JsonElement element : root.getAsJsonArray()) {
      place = "workload " + (workloads.size() + 1);
      Workload workload = workload(object(element, "expected an object"));
      if (!names.add(workload.name())) {
        throw wrong("the name is used twice");
      }
      workloads.add(workload);
    }
    return workloads;
  }

  private JsonElement json(String text) {
    var reader = new JsonReader(new StringReader(text));
    reader.setStrictness(Strictness.STRICT);
    try {
      JsonElement root = JsonParser.parseReader(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw wrong("expected one array and nothing after it");
      }
      return root;
    } catch (JsonIOException | IOException e) {
      throw notJson(e);
    } catch (JsonParseException e) {
      throw notJson(e);
    }
  }

  /** Keeps the parser's position, drops its advice for programmers. */
  private BenchException notJson(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    int advice = message.indexOf("Use JsonReader");
    return new BenchException(
        file + ": no JSON: " + (advice < 0 ? message : message.substring(advice)).strip(), e);
  }

  private Workload workload(JsonObject json) {
    String name = string(json, "name");
    place += " '" + name + "'";
    for (String field : json.keySet()) {
      if (!FIELDS.contains(field)) {
        throw wrong("there is no field '" + field + "'");
      }
    }
    SequencedMap<String, Long> sizes = sizes(json);
    Optional<String> einsum = optional(json, "einsum");
    Optional<String> program = optional(json, "program");
    if (einsum.isPresent() == program.isPresent()) {
      throw wrong("expected either 'einsum' or 'program'");
    }
    String group = optional(json, "group").orElse(Workload.groupOf(name));
    SequencedMap<String, List<String>> inputs =
        einsum.isPresent() ? labels(einsum.get()) : inputs(json);
    if (einsum.isPresent() && json.has("inputs")) {
      throw wrong("'inputs' belongs to a program, an einsum string names its own");
    }
    var workload =
        new Workload(
            name,
            group,
            einsum.isPresent()
                ? new Workload.Computation.Einsum(einsum.get(), output(einsum.get()))
                : new Workload.Computation.Program(program.orElseThrow()),
            operands(json, inputs),
            sizes,
            type(json));
    requireSizes(workload);
    return workload;
  }

  private void requireSizes(Workload workload) {
    for (String index : workload.indices()) {
      if (!workload.sizes().containsKey(index)) {
        throw wrong("'sizes' lacks index " + index);
      }
    }
    if (workload.computation() instanceof Workload.Computation.Einsum einsum) {
      for (String label : einsum.output()) {
        if (!workload.indices().contains(label)) {
          throw wrong("'einsum': the output's label " + label + " is in no operand");
        }
      }
    }
  }

  private ElementType type(JsonObject json) {
    String type = string(json, "dtype");
    return switch (type) {
      case "f32" -> ElementType.F32;
      case "f64" -> ElementType.F64;
      default -> throw wrong("'dtype' must be f32 or f64, found " + type);
    };
  }

  private SequencedMap<String, Long> sizes(JsonObject json) {
    SequencedMap<String, Long> sizes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : required(json, "sizes").entrySet()) {
      sizes.put(entry.getKey(), size(entry.getKey(), entry.getValue()));
    }
    return sizes;
  }

  private long size(String index, JsonElement value) {
    if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()) {
      try {
        long size = new BigDecimal(value.getAsString()).longValueExact();
        if (size >= 1) {
          return size;
        }
      } catch (ArithmeticException e) {
        throw noSize(index, value, e);
      }
    }
    throw noSize(index, value, null);
  }

  private BenchException noSize(
      String index, JsonElement value, @org.jspecify.annotations.Nullable Exception cause) {
    BenchException wrong =
        wrong("'sizes': index %s must be an integer from 1 on, found %s".formatted(index, value));
    if (cause != null) {
      wrong.initCause(cause);
    }
    return wrong;
  }

  /** The labels of each operand of an einsum string. */
  private SequencedMap<String, List<String>> labels(String einsum) {
    int arrow = einsum.indexOf("->");
    if (arrow < 0) {
      throw wrong("'einsum' needs an explicit output: ...->...");
    }
    SequencedMap<String, List<String>> labels = new LinkedHashMap<>();
    for (String term : einsum.substring(0, arrow).split(",", -1)) {
      String name =
          labels.size() < 26 ? String.valueOf((char) ('A' + labels.size())) : "T" + labels.size();
      labels.put(name, letters(term));
    }
    return labels;
  }

  private List<String> output(String einsum) {
    List<String> output = letters(einsum.substring(einsum.indexOf("->") + 2));
    if (Set.copyOf(output).size() != output.size()) {
      throw wrong("'einsum': a label is twice in the output");
    }
    return output;
  }

  private List<String> letters(String term) {
    return term.strip()
        .codePoints()
        .mapToObj(
            letter -> {
              if (!Character.isLetter(letter)) {
                throw wrong(
                    "'einsum': a label is one letter, found '" + Character.toString(letter) + "'");
              }
              return Character.toString(letter);
            })
        .toList();
  }

  private SequencedMap<String, List<String>> inputs(JsonObject json) {
    SequencedMap<String, List<String>> inputs = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : required(json, "inputs").entrySet()) {
      inputs.put(entry.getKey(), strings("inputs", entry.getKey(), entry.getValue()));
    }
    return inputs;
  }

  private List<Workload.Operand> operands(
      JsonObject json, SequencedMap<String, List<String>> inputs) {
    JsonObject layout =
        json.has("layout")
            ? object(json.get("layout"), "'layout' must be an object")
            : new JsonObject();
    for (String name : layout.keySet()) {
      if (!inputs.containsKey(name)) {
        throw wrong("'layout': there is no operand " + name + " among " + inputs.keySet());
      }
    }
    List<Workload.Operand> operands = new ArrayList<>();
    inputs.forEach(
        (name, indices) -> {
          List<String> stored =
              layout.has(name) ? strings("layout", name, layout.get(name)) : indices;
          operands.add(new Workload.Operand(name, indices, storage(name, indices, stored)));
        });
    return operands;
  }

  /** Positions of the stored axes among those of the operand. */
  private List<Integer> storage(String name, List<String> indices, List<String> stored) {
    List<Integer> positions = new ArrayList<>();
    for (String index : stored) {
      int position = -1;
      for (int axis = 0; axis < indices.size(); axis++) {
        if (indices.get(axis).equals(index) && !positions.contains(axis) && position < 0) {
          position = axis;
        }
      }
      if (position >= 0) {
        positions.add(position);
      }
    }
    if (positions.size() != indices.size() || stored.size() != indices.size()) {
      throw wrong(
          "'layout': %s has the indices %s, which %s does not reorder"
              .formatted(name, indices, stored));
    }
    return positions;
  }

  private List<String> strings(String field, String name, JsonElement value) {
    if (!value.isJsonArray()) {
      throw wrong("'%s': %s must be an array of index names".formatted(field, name));
    }
    List<String> strings = new ArrayList<>();
    for (JsonElement element : value.getAsJsonArray()) {
      strings.add(
          text(element)
              .orElseThrow(
                  () -> wrong("'%s': %s must be an array of index names".formatted(field, name))));
    }
    return strings;
  }

  private JsonObject required(JsonObject json, String field) {
    if (!json.has(field)) {
      throw wrong("'" + field + "' is missing");
    }
    return object(json.get(field), "'" + field + "' must be an object");
  }

  private JsonObject object(JsonElement element, String message) {
    if (!element.isJsonObject()) {
      throw wrong(message);
    }
    return element.getAsJsonObject();
  }

  private String string(JsonObject json, String field) {
    return optional(json, field).orElseThrow(() -> wrong("'" + field + "' is missing"));
  }

  private Optional<String> optional(JsonObject json, String field) {
    if (!json.has(field)) {
      return Optional.empty();
    }
    String text =
        text(json.get(field)).orElseThrow(() -> wrong("'" + field + "' must be a string"));
    if (text.isBlank()) {
      throw wrong("'" + field + "' is empty");
    }
    return Optional.of(text);
  }

  private static Optional<String> text(JsonElement element) {
    return element.isJsonPrimitive() && element.getAsJsonPrimitive().isString()
        ? Optional.of(element.getAsString())
        : Optional.empty();
  }

  private BenchException wrong(String message) {
    return new BenchException(file + ": " + (place.isEmpty() ? "" : place + ": ") + message);
  }
}
