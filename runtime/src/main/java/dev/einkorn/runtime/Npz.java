package dev.einkorn.runtime;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Reads and writes numpy's npz files: zip archives with one npy file for each named tensor.
 *
 * {@snippet :
 * Npz.write(Path.of("ab.npz"), Map.of("A", a, "B", b)); // numpy: numpy.savez("ab.npz", A=a, B=b)
 * Tensor a = Npz.read(Path.of("ab.npz")).get("A");
 * }
 */
public final class Npz {
  private static final String SUFFIX = ".npy";

  /** The time of each entry, so that equal tensors give equal files; the earliest zip can hold. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private Npz() {}

  /**
   * Reads all tensors of an archive, stored or deflated, in its order, by their names without
   * {@code .npy}. Data is taken as it is unpacked, never on the word of a header, and what needs
   * more memory than the JVM may have is refused.
   *
   * @return a map that cannot be changed
   * @throws NpyException if the archive or an entry is damaged, an entry is not an npy file, or a
   *     name occurs twice
   */
  public static Map<String, Tensor> read(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    try (ZipFile archive = new ZipFile(path.toFile())) {
      var entries = archive.entries();
      long budget = Runtime.getRuntime().maxMemory();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        String file = path + "/" + entry.getName();
        if (!entry.getName().endsWith(SUFFIX)) {
          throw new NpyException(file, "expected only entries whose names end in " + SUFFIX);
        }
        String name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
        if (tensors.containsKey(name)) {
          throw new NpyException(file, "expected each name once, found a second entry");
        }
        try (InputStream in = archive.getInputStream(entry)) {
          Tensor tensor = Npy.readToEnd(new NpyReader(in, file, budget));
          budget -= tensor.elementCount() * tensor.elementType().byteSize();
          tensors.put(name, tensor);
        }
      }
    } catch (ZipException e) {
      throw new NpyException(path.toString(), "not a sound zip archive: " + e.getMessage(), e);
    }
    return Collections.unmodifiableSequencedMap(tensors);
  }

  /**
   * Writes an archive, replacing an existing file as {@link Npy#write(Path, Tensor)} does. Entries
   * are stored, not compressed, as by {@code numpy.savez}; they come in the order of the map if it
   * has one, else by name, and equal tensors give equal bytes.
   */
  public static void write(Path path, Map<String, Tensor> tensors) throws IOException {
    Map<String, Tensor> ordered =
        tensors instanceof SequencedMap ? tensors : new TreeMap<>(tensors);
    AtomicFile.write(path, out -> write(out, ordered));
  }

  private static void write(OutputStream out, Map<String, Tensor> tensors) throws IOException {
    var archive = new ZipOutputStream(new BufferedOutputStream(out));
    for (Map.Entry<String, Tensor> named : tensors.entrySet()) {
      // A stored entry states its size and checksum first, so the tensor is written twice.
      var checksum = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
      Npy.write(checksum, named.getValue());
      ZipEntry entry = new ZipEntry(named.getKey() + SUFFIX);
      NpyHeader header = NpyHeader.of(named.getValue());
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(header.encode().length + header.byteCount());
      entry.setCrc(checksum.getChecksum().getValue());
      entry.setTimeLocal(TIME);
      archive.putNextEntry(entry);
      Npy.write(archive, named.getValue());
      archive.closeEntry();
    }
    archive.finish();
    archive.flush();
  }
}
