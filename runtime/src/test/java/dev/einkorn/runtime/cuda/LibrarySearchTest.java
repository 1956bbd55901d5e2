package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {
  private static final String IN_JAR = "org/bytedeco/cuda/linux-x86_64/";

  @TempDir private Path folder;
  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void settings() {
    properties.put("os.name", "Linux");
    properties.put("os.arch", "amd64");
    properties.put("einkorn.cache", folder.resolve("cache").toString());
  }

  private CudaLibraries find(ClassLoader... loaders) {
    return CudaLibraries.find(
        new Surroundings(
            name -> Optional.ofNullable(properties.get(name)),
            name -> Optional.ofNullable(variables.get(name)),
            folder.resolve("root"),
            false,
            List.of(loaders)));
  }

  @Test
  void saysWhereItHasLooked() {
    variables.put("CUDA_HOME", folder.resolve("home").toString());
    variables.put("LD_LIBRARY_PATH", folder.resolve("a") + ":" + folder.resolve("b"));
    CudaLibraries found = find();
    assertThat(found.nvrtc().found()).isFalse();
    assertThat(found.nvrtc().attempts())
        .contains(
            "CUDA_PATH is not set",
            "CUDA_HOME: no libnvrtc.so in " + folder.resolve("home/lib64"),
            "LD_LIBRARY_PATH: no libnvrtc.so in " + folder.resolve("b"),
            "usual folder: no libnvrtc.so in " + folder.resolve("root/usr/local/cuda/lib64"))
        .endsWith("class path: no org.bytedeco:cuda-redist");
    assertThat(found.nvrtc().summary()).startsWith("not found in ").endsWith(" places");
    assertThat(found.driver().attempts())
        .contains(
            "usual folder: no libcuda.so in " + folder.resolve("root/usr/lib/x86_64-linux-gnu"));
    assertThat(Nvrtc.load(found)).isEmpty();
    assertThat(CudaDriver.load(found)).isEmpty();
  }

  @Test
  void aPropertySwitchesTheSearchOff() {
    properties.put("einkorn.cuda.nvrtc", "off");
    properties.put("einkorn.cuda.driver", "off");
    assertThat(find().nvrtc().summary()).isEqualTo("not found: off, by -Deinkorn.cuda.nvrtc=off");
    assertThat(find().driver().summary()).isEqualTo("not found: off, by -Deinkorn.cuda.driver=off");
  }

  @Test
  void aPropertyIsTheOnlyPlace() throws IOException {
    Path file = Files.writeString(folder.resolve("libnvrtc.so.13"), "no library");
    variables.put("CUDA_HOME", "/anywhere");
    properties.put("einkorn.cuda.nvrtc", file.toString());
    assertThat(find().nvrtc().attempts())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("-Deinkorn.cuda.nvrtc: " + file + ": ");
    properties.put("einkorn.cuda.nvrtc", folder.toString());
    assertThat(find().nvrtc().attempts()).hasSize(1);
    properties.put("einkorn.cuda.nvrtc", folder.resolve("none").toString());
    assertThat(find().nvrtc().summary()).endsWith("none is not a file");
  }

  @Test
  void otherSystemsAreNotSearched() {
    properties.put("os.name", "Windows 11");
    assertThat(find().nvrtc().summary()).isEqualTo("not found: looked for on Linux only");
    assertThat(find().driver().found()).isFalse();
  }

  @Test
  void filesThatCannotBeLoadedArePassedByNewestFirst() throws IOException {
    Path lib = Files.createDirectories(folder.resolve("cuda/lib64"));
    for (String name : List.of("libnvrtc.so.12", "libnvrtc.so.13.0.88", "libnvrtc.alt.so.13")) {
      Files.writeString(lib.resolve(name), "no library");
    }
    variables.put("CUDA_PATH", folder.resolve("cuda").toString());
    List<String> attempts = find().nvrtc().attempts();
    assertThat(attempts.get(0)).startsWith("CUDA_PATH: " + lib.resolve("libnvrtc.so.13.0.88"));
    assertThat(attempts.get(1)).startsWith("CUDA_PATH: " + lib.resolve("libnvrtc.so.12"));
    assertThat(attempts).noneMatch(it -> it.contains("alt"));
  }

  @Test
  void pythonPackagesAreLookedAt() throws IOException {
    Path lib =
        Files.createDirectories(
            folder.resolve("root/usr/lib/python3.12/dist-packages/nvidia/cu13/lib"));
    Files.writeString(lib.resolve("libnvrtc.so.13"), "no library");
    assertThat(find().nvrtc().attempts())
        .anyMatch(it -> it.startsWith("Python package: " + lib.resolve("libnvrtc.so.13")));
  }

  @Test
  void theJarsLibrariesAreExtractedWholeAndChecked() throws IOException {
    try (URLClassLoader jar = jar("nvrtc", "builtins")) {
      assertThat(find(jar).nvrtc().attempts())
          .last()
          .asString()
          .startsWith("org.bytedeco:cuda-redist on the class path: " + folder.resolve("cache"));
      assertThat(extracted()).containsExactly("libnvrtc-builtins.so.13.1", "libnvrtc.so.13");
      Path nvrtc = cacheFolder().resolve("libnvrtc.so.13");
      assertThat(nvrtc).hasContent("nvrtc");
      Files.writeString(nvrtc, "NVRTC");
      assertThat(find(jar).nvrtc().found()).isFalse();
      assertThat(nvrtc).hasContent("nvrtc");
    }
    try (URLClassLoader other = jar("newer nvrtc", "builtins")) {
      assertThat(find(other).nvrtc().found()).isFalse();
    }
    try (Stream<Path> folders = Files.list(folder.resolve("cache/nvrtc"))) {
      assertThat(folders).hasSize(2);
    }
  }

  @Test
  void nothingIsLoadedFromAFolderThatOthersCanWrite() throws IOException {
    try (URLClassLoader jar = jar("nvrtc", "builtins")) {
      assertThat(find(jar).nvrtc().found()).isFalse();
      Files.setPosixFilePermissions(cacheFolder(), PosixFilePermissions.fromString("rwxrwxrwx"));
      assertThat(find(jar).nvrtc().attempts())
          .last()
          .asString()
          .startsWith("class path: cannot extract: ")
          .endsWith("can be written by others, so nothing is loaded from it");
    }
  }

  private Path cacheFolder() throws IOException {
    try (Stream<Path> folders = Files.list(folder.resolve("cache/nvrtc"))) {
      return folders.findFirst().orElseThrow();
    }
  }

  private List<String> extracted() throws IOException {
    try (Stream<Path> files = Files.list(cacheFolder())) {
      return files.map(it -> it.getFileName().toString()).sorted().toList();
    }
  }

  private URLClassLoader jar(String nvrtc, String builtins) throws IOException {
    Path jar = Files.createTempFile(folder, "cuda redist ", ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      write(out, "libnvrtc.so.13", nvrtc);
      write(out, "libnvrtc-builtins.so.13.1", builtins);
      write(out, "libcudart.so.13", "not wanted");
    }
    URI uri = jar.toUri();
    return new URLClassLoader(new URL[] {uri.toURL()}, null);
  }

  private static void write(JarOutputStream out, String name, String content) throws IOException {
    out.putNextEntry(new JarEntry(IN_JAR + name));
    out.write(content.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    out.closeEntry();
  }
}
