package dev.einkorn.runtime.cuda;

import java.util.List;

/**
 * Where a library was found, or where it was looked for and why in vain.
 *
 * @param library its name without a version: {@code libnvrtc.so}
 * @param location the file, or the name the loader knew; empty if it was not found
 * @param origin what led there, such as {@code CUDA_HOME}; empty if it was not found
 * @param attempts each place looked at before, in order, with the reason it did not do
 */
public record LibraryFinding(
    String library, String location, String origin, List<String> attempts) {
  /** Location and origin together, or neither. */
  public LibraryFinding {
    attempts = List.copyOf(attempts);
    if (location.isEmpty() != origin.isEmpty()) {
      throw new IllegalArgumentException("location '%s', origin '%s'".formatted(location, origin));
    }
  }

  /** Whether it was found and could be loaded. */
  public boolean found() {
    return !location.isEmpty();
  }

  /** One line: the place, or that there is none. */
  public String summary() {
    if (found()) {
      return "%s (%s)".formatted(location, origin);
    }
    return attempts.size() == 1
        ? "not found: " + attempts.getFirst()
        : "not found in %s places".formatted(attempts.size());
  }
}
