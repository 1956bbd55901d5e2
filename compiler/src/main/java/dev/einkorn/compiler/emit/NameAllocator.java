package dev.einkorn.compiler.emit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Identifiers for one scope of emitted text: each key gets a name of its own, as close to the wish
 * as the target language and the names already taken allow.
 */
public final class NameAllocator {
  private final Set<String> taken;
  private final Map<Object, String> names = new HashMap<>();

  /** With the words that no name may be: keywords and names the emitted text uses itself. */
  public NameAllocator(Set<String> reserved) {
    taken = new HashSet<>(reserved);
  }

  /** The name of {@code key}, made from {@code wish} when first asked for. */
  public String name(Object key, String wish) {
    return names.computeIfAbsent(key, _ -> unused(sanitize(wish)));
  }

  private String unused(String stem) {
    String name = stem;
    for (int n = 1; !taken.add(name); n++) {
      name = stem + "_" + n;
    }
    return name;
  }

  /**
   * Letters, digits and underscores of the basic plane stay; any other code point becomes {@code
   * uHEX}.
   */
  public static String sanitize(String wish) {
    var name = new StringBuilder();
    wish.codePoints()
        .forEach(
            c -> {
              boolean plain =
                  Character.isBmpCodePoint(c) && (Character.isLetterOrDigit(c) || c == '_');
              if (plain && Character.isJavaIdentifierPart(c)) {
                name.appendCodePoint(c);
              } else {
                name.append('u').append(Integer.toHexString(c));
              }
            });
    if (name.isEmpty() || !Character.isJavaIdentifierStart(name.charAt(0))) {
      name.insert(0, '_');
    }
    return name.toString();
  }
}
