package dev.einkorn.compiler.processor;

import dev.einkorn.compiler.source.Severity;
import dev.einkorn.runtime.annotation.Extents;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.Element;

/** Reads typical extents: {@code n=4096,k=64}. */
final class TypicalExtents {
  private static final Pattern TYPICAL =
      Pattern.compile("\\s*([\\p{L}_][\\p{L}\\p{N}_]*)\\s*=\\s*([1-9]\\d{0,11})\\s*");

  private TypicalExtents() {}

  /** The typical extents of a method or an interface; what is malformed is reported. */
  static Map<String, Long> of(Element element, Reporter reporter) {
    Map<String, Long> extents = new LinkedHashMap<>();
    Annotations.find(element, Extents.class)
        .ifPresent(
            mirror -> {
              String text = Annotations.string(mirror, "value").orElse("");
              for (String each : text.split(",", -1)) {
                Matcher matcher = TYPICAL.matcher(each);
                if (matcher.matches()) {
                  extents.put(matcher.group(1), Long.parseLong(matcher.group(2)));
                } else {
                  reporter.report(
                      Severity.ERROR,
                      "error[INVALID_EXTENTS]: '%s' is no typical extent; write \"n=4096,k=64\""
                          .formatted(each.strip()),
                      element,
                      mirror,
                      Annotations.value(mirror, "value").orElse(null));
                }
              }
            });
    return extents;
  }
}
