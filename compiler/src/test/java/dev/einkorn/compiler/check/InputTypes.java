package dev.einkorn.compiler.check;

import dev.einkorn.runtime.ElementType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the types of inputs as tests write them: {@code A: f32[3,4], x: f64, B: i32[?,2]}. */
final class InputTypes {
  private static final Pattern TYPE =
      Pattern.compile("(\\w+): (\\w+)(?:\\[([0-9?,]*)\\])?", Pattern.UNICODE_CHARACTER_CLASS);

  private InputTypes() {}

  static Map<String, InputType> parse(String text) {
    Map<String, InputType> types = new LinkedHashMap<>();
    Matcher matcher = TYPE.matcher(text);
    while (matcher.find()) {
      String extents = matcher.group(3) == null ? "" : matcher.group(3);
      List<OptionalLong> parsed =
          Pattern.compile("[0-9?]+")
              .matcher(extents)
              .results()
              .map(
                  each ->
                      each.group().equals("?")
                          ? OptionalLong.empty()
                          : OptionalLong.of(Long.parseLong(each.group())))
              .toList();
      ElementType type = ElementType.valueOf(matcher.group(2).toUpperCase(Locale.ROOT));
      types.put(matcher.group(1), new InputType(type, parsed));
    }
    return types;
  }
}
