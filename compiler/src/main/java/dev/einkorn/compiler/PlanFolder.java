package dev.einkorn.compiler;

import dev.einkorn.compiler.optimize.PlanRecord;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with a text file for each kept plan, named by the hash of what the plan depends on:
 *
 * {@snippet lang=text :
 * einkorn-plan 1
 * key 3f0a..
 * search 48210334 complete
 * ..
 * end 77c2..
 * }
 *
 * <p>The last line is a hash of all before it. A file that is not as it was written is ignored with
 * a warning, and replaced. Files are written aside and moved into place, so readers and other
 * processes see whole files only; those that were not used for longest go when there are many.
 */
final class PlanFolder {
  /** The first line; other versions have other numbers. */
  private static final String FORMAT = "einkorn-plan 1\n";

  private static final String KEY = "key ";
  private static final String END = "end ";
  private static final String SUFFIX = ".plan";
  private static final String ASIDE = ".tmp";

  /** Larger files are none of ours. */
  private static final long MOST_BYTES = 1 << 20;

  private static final int MOST_FILES = 2048;

  /** So many files are left when there are too many. */
  private static final int KEPT_FILES = 1536;

  private static final Duration OLD_ASIDE = Duration.ofHours(1);
  private static final Duration OLD_USE = Duration.ofDays(1);
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}\\.plan");

  private final Path folder;
  private final System.Logger logger;
  private final AtomicBoolean cannotRead = new AtomicBoolean();
  private final AtomicBoolean cannotWrite = new AtomicBoolean();

  PlanFolder(Path folder, System.Logger logger) {
    this.folder = folder;
    this.logger = logger;
  }

  private Path file(String key) {
    return folder.resolve(key + SUFFIX);
  }

  /** What was kept under a key; empty if nothing was, or the file is not as it was written. */
  Optional<PlanRecord> read(String key) {
    Path file = file(key);
    try {
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new IllegalArgumentException("it is too large");
      }
      PlanRecord record = parse(Files.readString(file), key);
      touch(file);
      return Optional.of(record);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // Another process has removed it.
    } catch (CharacterCodingException e) {
      ignore(key, "it is no text");
    } catch (IllegalArgumentException e) {
      ignore(key, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      if (!cannotRead.getAndSet(true)) {
        logger.log(System.Logger.Level.WARNING, "the plan cache cannot be read: " + e);
      }
    }
    return Optional.empty();
  }

  /** Says that a file is not used. */
  void ignore(String key, String reason) {
    logger.log(
        System.Logger.Level.WARNING, "the cached plan " + file(key) + " is ignored: " + reason);
  }

  private static PlanRecord parse(String text, String key) {
    int end = text.lastIndexOf("\n" + END) + 1;
    if (end == 0 || !text.substring(end).equals(end(text.substring(0, end)))) {
      throw new IllegalArgumentException("it is damaged");
    }
    if (!text.startsWith(FORMAT)) {
      throw new IllegalArgumentException("it is of another version");
    }
    String named = KEY + key + "\n";
    if (!text.startsWith(named, FORMAT.length())) {
      throw new IllegalArgumentException("it is the plan of another program, or of other sizes");
    }
    return PlanRecord.parse(text.substring(FORMAT.length() + named.length(), end));
  }

  private static String end(String before) {
    return END + PlanRecord.sha256(before) + "\n";
  }

  /** Notes that a file is of use, once a day. */
  private static void touch(Path file) {
    try {
      Instant now = Instant.now();
      if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(OLD_USE))) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
    } catch (IOException e) {
      return; // A folder that can only be read: the file stays as old as it is.
    }
  }

  /** Keeps a plan, in place of what there is; what cannot be written is not kept. */
  void write(String key, PlanRecord record) {
    if (cannotWrite.get()) {
      return;
    }
    String body = FORMAT + KEY + key + "\n" + record.text();
    try {
      Files.createDirectories(folder, owned());
      Path aside = Files.createTempFile(folder, ".", ASIDE);
      try {
        Files.writeString(aside, body + end(body));
        Files.move(
            aside, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(aside); // After the move there is nothing left to delete.
      }
      removeOld();
    } catch (IOException e) {
      if (!cannotWrite.getAndSet(true)) {
        String reason = e instanceof AccessDeniedException ? "no permission for " : "";
        logger.log(
            System.Logger.Level.WARNING,
            "plans cannot be kept in " + folder + ": " + reason + e.getMessage());
      }
    }
  }

  /** A new folder is for its owner only, where the system knows owners. */
  private static FileAttribute<?>[] owned() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private record Aged(Path file, FileTime used) {}

  /** Removes what has not been used for longest, and what broken processes have left. */
  private void removeOld() throws IOException {
    List<Aged> plans = new ArrayList<>();
    FileTime old = FileTime.from(Instant.now().minus(OLD_ASIDE));
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.toList();
    }
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      boolean aside = name.startsWith(".") && name.endsWith(ASIDE);
      if (!aside && !NAME.matcher(name).matches()) {
        continue; // None of ours.
      }
      Optional<FileTime> used = used(file);
      if (aside && used.isPresent() && used.get().compareTo(old) < 0) {
        Files.deleteIfExists(file);
      } else if (!aside) {
        used.ifPresent(time -> plans.add(new Aged(file, time)));
      }
    }
    if (plans.size() > MOST_FILES) {
      plans.sort(Comparator.comparing(Aged::used));
      for (Aged plan : plans.subList(0, plans.size() - KEPT_FILES)) {
        Files.deleteIfExists(plan.file());
      }
    }
  }

  /** When a file was used last; empty if another process has removed it. */
  private static Optional<FileTime> used(Path file) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
