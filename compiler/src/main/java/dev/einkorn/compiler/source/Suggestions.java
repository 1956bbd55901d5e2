package dev.einkorn.compiler.source;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds what a misspelt name was meant to be. Two names are near if they differ in case only, or if
 * at most one insertion, deletion, replacement or exchange of neighbours (two for names of more
 * than four characters) turns one into the other: the optimal string alignment form of the
 * Damerau-Levenshtein distance.
 */
public final class Suggestions {
  private static final int LONGEST_SHORT_NAME = 4;

  private Suggestions() {}

  /** The names of {@code known} that are near {@code name}, the nearest first, then by name. */
  public static List<String> near(String name, Collection<String> known) {
    record Candidate(String name, int distance) {}
    return known.stream()
        .distinct()
        .filter(each -> !each.equals(name))
        .map(each -> new Candidate(each, distanceIgnoringCase(name, each)))
        .filter(each -> each.distance() <= allowed(name, each.name()))
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .map(Candidate::name)
        .toList();
  }

  /** A hint such as {@code did you mean sqrt?}, naming at most three, if any is near. */
  public static Optional<String> hint(String name, Collection<String> known) {
    List<String> near = near(name, known).stream().limit(3).toList();
    if (near.isEmpty()) {
      return Optional.empty();
    }
    String last = near.getLast();
    String others = String.join(", ", near.subList(0, near.size() - 1));
    return Optional.of("did you mean " + (others.isEmpty() ? last : others + " or " + last) + "?");
  }

  /** Names of one character are near only if they are equal but for case. */
  private static int allowed(String name, String other) {
    int length = Math.min(length(name), length(other));
    if (length <= 1) {
      return 0;
    }
    return Math.max(length(name), length(other)) <= LONGEST_SHORT_NAME ? 1 : 2;
  }

  private static int length(String name) {
    return name.codePointCount(0, name.length());
  }

  private static int distanceIgnoringCase(String name, String other) {
    int[] a = name.toLowerCase(Locale.ROOT).codePoints().toArray();
    int[] b = other.toLowerCase(Locale.ROOT).codePoints().toArray();
    // Far apart in length is far apart; this also keeps the table below small.
    return Math.abs(a.length - b.length) > 2 ? Integer.MAX_VALUE : distance(a, b);
  }

  private static int distance(int[] a, int[] b) {
    int[] beforePrevious = new int[b.length + 1];
    int[] previous = new int[b.length + 1];
    int[] current = new int[b.length + 1];
    for (int j = 0; j <= b.length; j++) {
      current[j] = j;
    }
    for (int i = 1; i <= a.length; i++) {
      int[] free = beforePrevious;
      beforePrevious = previous;
      previous = current;
      current = free;
      current[0] = i;
      for (int j = 1; j <= b.length; j++) {
        int replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        int best = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
        boolean exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        current[j] = exchanged ? Math.min(best, beforePrevious[j - 2] + 1) : best;
      }
    }
    return current[b.length];
  }
}
