package dev.einkorn.compiler.ast;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads test tables: files of blocks with a line of four dashes between them. */
final class Blocks {
  private Blocks() {}

  /** The blocks of a resource beside this class, without what stands before the first dashes. */
  static List<String> of(String resource) {
    try (InputStream stream = Blocks.class.getResourceAsStream(resource)) {
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
      List<String> blocks = List.of(("\n" + text).split("\n----(?=\n)", -1));
      return blocks.stream()
          .skip(1)
          .map(block -> block.startsWith("\n") ? block.substring(1) : block)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
