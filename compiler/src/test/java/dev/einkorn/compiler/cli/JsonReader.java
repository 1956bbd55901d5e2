package dev.einkorn.compiler.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON strictly: maps, lists, strings, numbers as text, and the three words. */
final class JsonReader {
  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /** The object that a text is. */
  static Map<?, ?> object(String text) {
    var reader = new JsonReader(text.strip());
    Object value = reader.value();
    if (reader.at != reader.text.length() || !(value instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("no single object: " + text);
    }
    return map;
  }

  private Object value() {
    return switch (text.charAt(at)) {
      case '{' -> members();
      case '[' -> elements();
      case '"' -> string();
      default -> word();
    };
  }

  private Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    at++;
    while (!next('}')) {
      if (!members.isEmpty()) {
        expect(", ");
      }
      String name = string();
      expect(": ");
      if (members.put(name, value()) != null) {
        throw new IllegalArgumentException("twice: " + name);
      }
    }
    return members;
  }

  private List<Object> elements() {
    List<Object> elements = new ArrayList<>();
    at++;
    while (!next(']')) {
      if (!elements.isEmpty()) {
        expect(", ");
      }
      elements.add(value());
    }
    return elements;
  }

  private String string() {
    expect("\"");
    var string = new StringBuilder();
    while (!next('"')) {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw new IllegalArgumentException("control character at " + at);
      }
      if (c == '\\') {
        char escape = text.charAt(at++);
        if (escape == 'u') {
          string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
          at += 4;
        } else {
          string.append(escape == 'n' ? '\n' : escape);
        }
      } else {
        string.append(c);
      }
    }
    return string.toString();
  }

  private String word() {
    int start = at;
    while (at < text.length() && ",]} ".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    if (!word.matches("true|false|null|-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?")) {
      throw new IllegalArgumentException("no JSON value: " + word);
    }
    return word;
  }

  private boolean next(char c) {
    if (text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(String expected) {
    if (!text.startsWith(expected, at)) {
      throw new IllegalArgumentException("expected '" + expected + "' at " + at + " of " + text);
    }
    at += expected.length();
  }
}
