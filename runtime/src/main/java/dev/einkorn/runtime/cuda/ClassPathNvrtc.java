package dev.einkorn.runtime.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * NVRTC in the jar {@code org.bytedeco:cuda-redist} of the class path. The loader needs files, so
 * its two libraries are extracted once, into a folder that only this user can write; each file
 * appears there whole, and is checked against the jar before it is used again.
 */
final class ClassPathNvrtc {
  private static final Pattern WANTED =
      Pattern.compile("libnvrtc(-builtins)?\\.so\\.[0-9]+(\\.[0-9]+)*");
  private static final int OLDEST = 12;
  private static final int NEWEST = 20;

  private ClassPathNvrtc() {}

  /**
   * The file of NVRTC beside its second library, or nothing if no class path has it.
   *
   * @param processor {@code x86_64} or {@code aarch64}
   * @param cache the folder under which the files are kept
   */
  static Optional<Path> extract(List<ClassLoader> loaders, String processor, Path cache)
      throws IOException {
    String folder =
        "org/bytedeco/cuda/linux-%s/".formatted(processor.equals("aarch64") ? "arm64" : processor);
    for (ClassLoader loader : loaders) {
      for (int major = NEWEST; major >= OLDEST; major--) {
        URL url = loader.getResource(folder + "libnvrtc.so." + major);
        if (url != null && url.openConnection() instanceof JarURLConnection connection) {
          connection.setUseCaches(false);
          try (JarFile jar = connection.getJarFile()) {
            return Optional.of(extract(jar, folder, cache));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Path extract(JarFile jar, String folder, Path cache) throws IOException {
    List<JarEntry> entries = new ArrayList<>();
    jar.stream()
        .filter(it -> it.getName().startsWith(folder) && !it.isDirectory())
        .filter(it -> WANTED.matcher(it.getName().substring(folder.length())).matches())
        .sorted(Comparator.comparing(JarEntry::getName))
        .forEach(entries::add);
    long fingerprint = 0;
    for (JarEntry entry : entries) {
      fingerprint = 31 * fingerprint + entry.getCrc();
    }
    Path target = cache.resolve("%016x".formatted(fingerprint));
    makePrivate(target);
    Optional<Path> nvrtc = Optional.empty();
    for (JarEntry entry : entries) {
      Path file = target.resolve(entry.getName().substring(folder.length()));
      if (!isWhole(file, entry)) {
        extract(jar, entry, file);
      }
      if (file.getFileName().toString().startsWith("libnvrtc.")) {
        nvrtc = Optional.of(file);
      }
    }
    return nvrtc.orElseThrow(() -> new IOException(jar.getName() + " has no libnvrtc.so"));
  }

  /** What lies there is loaded as code: nobody else may be able to put it there. */
  private static void makePrivate(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path parent = folder.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      try {
        Files.createDirectory(folder, ownerOnly);
      } catch (java.nio.file.FileAlreadyExistsException e) {
        // Another process was faster; what it has made is checked now.
      }
    }
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
    boolean shared =
        permissions.contains(PosixFilePermission.GROUP_WRITE)
            || permissions.contains(PosixFilePermission.OTHERS_WRITE);
    Path probe = Files.createTempFile(folder, ".owner", ".tmp");
    boolean foreign = !Files.getOwner(folder).equals(Files.getOwner(probe));
    Files.delete(probe);
    if (shared || foreign || Files.isSymbolicLink(folder)) {
      throw new IOException(folder + " can be written by others, so nothing is loaded from it");
    }
  }

  private static boolean isWhole(Path file, JarEntry entry) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize()) {
      return false;
    }
    CRC32 sum = new CRC32();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), sum)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return sum.getValue() == entry.getCrc();
  }

  private static void extract(JarFile jar, JarEntry entry, Path file) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".tmp");
    try (InputStream in = jar.getInputStream(entry)) {
      Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
      if (!isWhole(temporary, entry)) {
        throw new IOException("%s of %s is damaged".formatted(entry.getName(), jar.getName()));
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
