package dev.einkorn.compiler;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.optimize.PlanKey;
import dev.einkorn.compiler.optimize.PlanRecord;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.PlanSearch;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.schedule.Target;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Plans programs, and keeps in a folder what searches have chosen, so that another process need not
 * search again. What is read is only ever followed, choice by choice, by the rewrites of the search
 * itself, and must lead to the very program and cost that it says: a wrong file costs time and
 * nothing else. Safe to share between threads and processes.
 */
final class PlanCache {
  /** The folder of the plan cache of instances that are given none; {@code off} for none at all. */
  static final String PROPERTY = "einkorn.plan.cache";

  private static final String OFF = "off";

  /** Searching again is as quick as reading for what took less. */
  private static final Duration LEAST_SEARCH = Duration.ofMillis(5);

  private final Optional<PlanFolder> folder;
  private final Duration leastSearch;
  private final String place;

  /**
   * A cache.
   *
   * @param folder none to search for every plan
   * @param leastSearch shorter searches are not kept
   */
  PlanCache(Optional<PlanFolder> folder, Duration leastSearch, Target machine) {
    this.folder = folder;
    this.leastSearch = leastSearch;
    this.place =
        "einkorn %s on %s with vectors of %s bits and caches of %s, %s and %s bytes"
            .formatted(
                Optional.ofNullable(PlanCache.class.getPackage().getImplementationVersion())
                    .orElse("(not packaged)"),
                System.getProperty("os.arch"),
                machine.simdBits(),
                machine.l1(),
                machine.l2(),
                machine.l3());
  }

  /**
   * A cache in the folder that is asked for.
   *
   * @param folder from the builder; the system property {@value #PROPERTY} stands in for it, and
   *     {@code off} there wins
   * @throws IllegalArgumentException if the property is no path
   */
  static PlanCache of(Optional<Path> folder, Target machine) {
    Optional<String> property =
        Optional.ofNullable(System.getProperty(PROPERTY)).filter(value -> !value.isBlank());
    if (property.filter(OFF::equals).isPresent()) {
      return new PlanCache(Optional.empty(), LEAST_SEARCH, machine);
    }
    try {
      return new PlanCache(
          folder.or(() -> property.map(Path::of)).map(PlanCache::folder), LEAST_SEARCH, machine);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          PROPERTY + " is a folder or off, found " + property.orElse(""), e);
    }
  }

  /** Logging takes long to load, so only who has a folder does. */
  private static PlanFolder folder(Path path) {
    return new PlanFolder(path, System.getLogger(PlanCache.class.getName()));
  }

  /**
   * The plan of a checked program. Recursive: for a {@link CompilerThread}.
   *
   * @param sizes of the call by name; empty if they are not known
   */
  PlannedProgram plan(IndexProgram program, Map<String, Long> sizes, PlanRequest request) {
    if (folder.isEmpty() || !request.regroups() || !request.orders().isEmpty()) {
      return new PlanSearch(program, request).find();
    }
    String key = PlanRecord.sha256(PlanKey.of(program, sizes, request, place));
    Optional<PlannedProgram> kept =
        folder.get().read(key).flatMap(record -> follow(key, record, program, request));
    if (kept.isPresent()) {
      return kept.get();
    }
    var search = new PlanSearch(program, request);
    PlannedProgram found = search.find();
    if (!found.decisions().isEmpty() && found.planning().compareTo(leastSearch) >= 0) {
      search.record(found).ifPresent(record -> folder.get().write(key, record));
    }
    return found;
  }

  private Optional<PlannedProgram> follow(
      String key, PlanRecord record, IndexProgram program, PlanRequest request) {
    try {
      return Optional.of(new PlanSearch(program, request).follow(record));
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      // Whatever a record makes the rewrites do, it is the record that is wrong.
      folder.orElseThrow().ignore(key, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
