package dev.einkorn.runtime.cuda;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Compiled kernels on disk, so that a source is compiled once for each architecture and version of
 * NVRTC. A file appears whole or not at all; one that is damaged is warned of and made again. When
 * all files together pass the bound, the ones that were not used for longest go. Thread-safe, also
 * between processes.
 *
 * <p>A cache that cannot be read or written costs time, never a result: it warns.
 */
public final class CubinCache {
  private static final byte[] MAGIC = "einkorn cubin 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST_BYTES = 32;
  private static final String SUFFIX = ".cubin";
  private static final long DEFAULT_BYTES = 256L << 20;

  private final BiFunction<KernelSource, Architecture, Cubin> compiler;
  private final String compilerVersion;
  private final Path folder;
  private final long mostBytes;
  private final Consumer<String> warnings;

  /**
   * A cache in a folder, which is made when it is first needed.
   *
   * @param mostBytes how large all files together may become
   * @param warnings takes one line for each problem with a file
   */
  public CubinCache(Nvrtc nvrtc, Path folder, long mostBytes, Consumer<String> warnings) {
    this(
        nvrtc::compile,
        nvrtc.version() + " " + fingerprint(nvrtc.library().location()),
        folder,
        mostBytes,
        warnings);
  }

  CubinCache(
      BiFunction<KernelSource, Architecture, Cubin> compiler,
      String compilerVersion,
      Path folder,
      long mostBytes,
      Consumer<String> warnings) {
    this.compiler = compiler;
    this.compilerVersion = compilerVersion;
    this.folder = folder;
    this.mostBytes = mostBytes;
    this.warnings = warnings;
  }

  /**
   * The user's cache, of 256 MiB: {@code cubin} in the folder that the system property {@code
   * einkorn.cache} names, else in {@code einkorn} under {@code XDG_CACHE_HOME} or {@code ~/.cache}.
   * It warns by {@link System.Logger}.
   */
  public static CubinCache ofUser(Nvrtc nvrtc) {
    System.Logger logger = System.getLogger(CubinCache.class.getName());
    return new CubinCache(
        nvrtc,
        Surroundings.real().cache().resolve("cubin"),
        DEFAULT_BYTES,
        warning -> logger.log(System.Logger.Level.WARNING, warning));
  }

  /**
   * The compiled source, from the cache or from NVRTC.
   *
   * @throws CudaCompileException if NVRTC refuses the source; that is not kept
   */
  public Cubin compile(KernelSource source, Architecture architecture) {
    Path file = folder.resolve(key(source, architecture) + SUFFIX);
    Optional<Cubin> kept = read(file, architecture);
    if (kept.isPresent()) {
      return kept.get();
    }
    Cubin cubin = compiler.apply(source, architecture);
    write(file, cubin);
    return cubin;
  }

  /** A digest of everything that the machine code depends on. */
  private String key(KernelSource source, Architecture architecture) {
    MessageDigest digest = sha256();
    List<String> parts = new ArrayList<>();
    parts.add(compilerVersion);
    parts.add(source.fileName());
    parts.addAll(Nvrtc.options(source, architecture));
    parts.add(source.text());
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Name and size of the library: updates of one version differ in them. */
  private static String fingerprint(String location) {
    Path library = Path.of(location);
    try {
      return library.getFileName() + " " + Files.size(library);
    } catch (IOException e) {
      return location; // The loader's name for it is all that is known.
    }
  }

  private Optional<Cubin> read(Path file, Architecture architecture) {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      warnings.accept("cannot read %s, compiling again: %s".formatted(file, e));
      return Optional.empty();
    }
    int header = MAGIC.length + DIGEST_BYTES;
    boolean whole =
        content.length > header
            && Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
            && Arrays.equals(
                sha256().digest(Arrays.copyOfRange(content, header, content.length)),
                Arrays.copyOfRange(content, MAGIC.length, header));
    if (!whole) {
      warnings.accept("%s is damaged, compiling again".formatted(file));
      return Optional.empty();
    }
    try (var in =
        new DataInputStream(new ByteArrayInputStream(content, header, content.length - header))) {
      byte[] log = in.readNBytes(in.readInt());
      byte[] image = in.readNBytes(in.readInt());
      Cubin cubin = new Cubin(image, architecture, new String(log, StandardCharsets.UTF_8));
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      return Optional.of(cubin);
    } catch (IOException e) {
      warnings.accept("cannot use %s, compiling again: %s".formatted(file, e));
      return Optional.empty();
    }
  }

  private void write(Path file, Cubin cubin) {
    try {
      var body = new ByteArrayOutputStream();
      try (var out = new DataOutputStream(body)) {
        byte[] log = cubin.log().getBytes(StandardCharsets.UTF_8);
        out.writeInt(log.length);
        out.write(log);
        out.writeInt(cubin.byteSize());
        out.write(cubin.image());
      }
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, ".", ".tmp");
      try {
        try (var out = Files.newOutputStream(temporary)) {
          out.write(MAGIC);
          out.write(sha256().digest(body.toByteArray()));
          body.writeTo(out);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
      prune();
    } catch (IOException e) {
      warnings.accept("cannot keep %s: %s".formatted(file, e));
    }
  }

  private void prune() throws IOException {
    record Entry(Path file, long bytes, FileTime used) {}
    List<Entry> entries = new ArrayList<>();
    long total = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        var entry = new Entry(file, Files.size(file), Files.getLastModifiedTime(file));
        entries.add(entry);
        total += entry.bytes;
      }
    } catch (DirectoryIteratorException | NoSuchFileException e) {
      return; // Another process prunes too.
    }
    entries.sort(Comparator.comparing(Entry::used).thenComparing(Entry::file));
    for (Entry entry : entries) {
      if (total <= mostBytes) {
        return;
      }
      Files.deleteIfExists(entry.file);
      total -= entry.bytes;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
