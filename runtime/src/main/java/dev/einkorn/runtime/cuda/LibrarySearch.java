package dev.einkorn.runtime.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for CUDA's libraries and loads the first that can be loaded. A loaded library stays until
 * the JVM ends, since functions of it may be called from anywhere.
 */
@SuppressWarnings("restricted") // Loading native code is what this class is for.
final class LibrarySearch {
  /** Names a file of NVRTC, or a folder that has one; nothing else is looked at. */
  static final String NVRTC_PROPERTY = "einkorn.cuda.nvrtc";

  /** Names the file of the driver; nothing else is looked at. */
  static final String DRIVER_PROPERTY = "einkorn.cuda.driver";

  private static final String NVRTC = "libnvrtc.so";
  private static final String DRIVER = "libcuda.so";
  private static final Pattern BUILTINS = Pattern.compile("libnvrtc-builtins\\.so(\\.[0-9.]+)?");
  private static final Pattern MAJOR = Pattern.compile(".*\\.so\\.([0-9]+).*");

  /** A library, and its functions if it was found. */
  record Loaded(LibraryFinding finding, Optional<SymbolLookup> symbols) {}

  private final Surroundings surroundings;
  private final String library;
  private final List<String> attempts = new ArrayList<>();

  private LibrarySearch(Surroundings surroundings, String library) {
    this.surroundings = surroundings;
    this.library = library;
  }

  static Loaded driver(Surroundings surroundings) {
    return new LibrarySearch(surroundings, DRIVER).searchDriver();
  }

  static Loaded nvrtc(Surroundings surroundings) {
    return new LibrarySearch(surroundings, NVRTC).searchNvrtc();
  }

  private Loaded searchDriver() {
    Optional<Loaded> decided = decided(DRIVER_PROPERTY);
    if (decided.isPresent()) {
      return decided.get();
    }
    String processor = surroundings.processor();
    return byLoader("libcuda.so.1")
        .or(
            () ->
                inFolders(
                    "usual folder",
                    List.of(
                        surroundings.folder("/usr/lib/%s-linux-gnu".formatted(processor)),
                        surroundings.folder("/usr/lib64"),
                        surroundings.folder("/usr/local/nvidia/lib64"),
                        surroundings.folder("/usr/lib/wsl/lib"),
                        surroundings.folder("/run/opengl-driver/lib"),
                        surroundings.folder("/usr/local/cuda/compat"))))
        .orElseGet(this::notFound);
  }

  private Loaded searchNvrtc() {
    Optional<Loaded> decided = decided(NVRTC_PROPERTY);
    if (decided.isPresent()) {
      return decided.get();
    }
    for (String variable : List.of("CUDA_PATH", "CUDA_HOME", "LD_LIBRARY_PATH")) {
      Optional<String> value = surroundings.set(variable);
      if (value.isEmpty()) {
        attempts.add(variable + " is not set");
        continue;
      }
      Optional<Loaded> found =
          variable.equals("LD_LIBRARY_PATH")
              ? inFolders(variable, folders(value.get()))
              : inFolders(variable, toolkit(Path.of(value.get())));
      if (found.isPresent()) {
        return found.get();
      }
    }
    return byLoader("libnvrtc.so.13")
        .or(() -> byLoader("libnvrtc.so.12"))
        .or(() -> byLoader(NVRTC))
        .or(() -> inFolders("usual folder", usualFolders()))
        .or(() -> inFolders("Python package", pythonPackages()))
        .or(this::onClassPath)
        .orElseGet(this::notFound);
  }

  /** What is decided before any place is looked at. */
  private Optional<Loaded> decided(String property) {
    if (!surroundings.isLinux()) {
      attempts.add("looked for on Linux only");
      return Optional.of(notFound());
    }
    Optional<String> value = surroundings.property().apply(property).filter(it -> !it.isBlank());
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get().equals("off")) {
      attempts.add("off, by -D%s=off".formatted(property));
      return Optional.of(notFound());
    }
    Path path = Path.of(value.get());
    String origin = "-D" + property;
    Optional<Loaded> loaded =
        Files.isDirectory(path) ? inFolders(origin, List.of(path)) : load(path, origin);
    return Optional.of(loaded.orElseGet(this::notFound));
  }

  private Optional<Loaded> inFolders(String origin, List<Path> folders) {
    for (Path folder : folders) {
      List<Path> files = libraries(folder);
      if (files.isEmpty()) {
        attempts.add("%s: no %s in %s".formatted(origin, library, folder));
      }
      for (Path file : files) {
        Optional<Loaded> loaded = load(file, origin);
        if (loaded.isPresent()) {
          return loaded;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Loaded> onClassPath() {
    try {
      Optional<Path> file =
          ClassPathNvrtc.extract(
              surroundings.classLoaders(),
              surroundings.processor(),
              surroundings.cache().resolve("nvrtc"));
      if (file.isEmpty()) {
        attempts.add("class path: no org.bytedeco:cuda-redist");
      }
      return file.flatMap(it -> load(it, "org.bytedeco:cuda-redist on the class path"));
    } catch (IOException | UncheckedIOException e) {
      attempts.add("class path: cannot extract: " + e);
      return Optional.empty();
    }
  }

  private Optional<Loaded> byLoader(String name) {
    if (!surroundings.loader()) {
      return Optional.empty();
    }
    try {
      SymbolLookup symbols = SymbolLookup.libraryLookup(name, Arena.global());
      String location = mapped(name).orElse(name);
      return Optional.of(loaded(location, "the system's loader", symbols));
    } catch (IllegalArgumentException | IllegalCallerException e) {
      attempts.add("the system's loader: %s: %s".formatted(name, reason(e)));
      return Optional.empty();
    }
  }

  private Optional<Loaded> load(Path file, String origin) {
    if (!Files.isRegularFile(file)) {
      attempts.add("%s: %s is not a file".formatted(origin, file));
      return Optional.empty();
    }
    Path path = file.toAbsolutePath();
    try {
      if (library.equals(NVRTC)) {
        preloadBuiltins(path);
      }
      return Optional.of(
          loaded(path.toString(), origin, SymbolLookup.libraryLookup(path, Arena.global())));
    } catch (IOException | IllegalArgumentException | IllegalCallerException e) {
      attempts.add("%s: %s: %s".formatted(origin, path, reason(e)));
      return Optional.empty();
    }
  }

  /**
   * NVRTC asks the loader for its second library by bare name, at the first compilation, and does
   * not look beside itself. The loader knows a library by that name once it is loaded.
   */
  private static void preloadBuiltins(Path nvrtc) throws IOException {
    String major = MAJOR.matcher(nvrtc.toRealPath().getFileName().toString()).replaceFirst("$1");
    for (Path folder : List.of(nvrtc.resolveSibling("."), nvrtc.toRealPath().resolveSibling("."))) {
      List<Path> builtins =
          list(folder).stream()
              .filter(it -> BUILTINS.matcher(it.getFileName().toString()).matches())
              .filter(it -> !matchesOtherMajor(it, major))
              .toList();
      for (Path file : builtins) {
        SymbolLookup.libraryLookup(file, Arena.global());
      }
      if (!builtins.isEmpty()) {
        return;
      }
    }
  }

  private static boolean matchesOtherMajor(Path file, String major) {
    var matcher = MAJOR.matcher(file.getFileName().toString());
    return matcher.matches() && !matcher.group(1).equals(major) && major.matches("[0-9]+");
  }

  private Loaded loaded(String location, String origin, SymbolLookup symbols) {
    return new Loaded(
        new LibraryFinding(library, location, origin, attempts), Optional.of(symbols));
  }

  private Loaded notFound() {
    return new Loaded(new LibraryFinding(library, "", "", attempts), Optional.empty());
  }

  private static String reason(Exception e) {
    if (e instanceof IllegalCallerException) {
      return "Java may not call native code; start it with --enable-native-access=ALL-UNNAMED";
    }
    return Optional.ofNullable(e.getMessage()).orElse(e.toString());
  }

  private List<Path> usualFolders() {
    List<Path> folders = new ArrayList<>(toolkit(surroundings.folder("/usr/local/cuda")));
    list(surroundings.folder("/usr/local")).stream()
        .filter(it -> it.getFileName().toString().startsWith("cuda-"))
        .sorted(Comparator.reverseOrder())
        .forEach(it -> folders.add(it.resolve("lib64")));
    folders.add(surroundings.folder("/opt/cuda/lib64"));
    folders.add(surroundings.folder("/usr/lib/%s-linux-gnu".formatted(surroundings.processor())));
    folders.add(surroundings.folder("/usr/lib64"));
    surroundings.set("CONDA_PREFIX").ifPresent(it -> folders.add(Path.of(it, "lib")));
    return folders;
  }

  /** Where pip puts {@code nvidia-cuda-nvrtc}. */
  private List<Path> pythonPackages() {
    List<Path> roots = new ArrayList<>();
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      surroundings.set(variable).ifPresent(it -> roots.add(Path.of(it, "lib")));
    }
    surroundings.set("HOME").ifPresent(it -> roots.add(Path.of(it, ".local", "lib")));
    for (String folder : List.of("/usr/local/lib", "/usr/lib", "/opt/conda/lib")) {
      roots.add(surroundings.folder(folder));
    }
    List<Path> packages = new ArrayList<>();
    for (Path root : roots) {
      for (Path python : list(root)) {
        if (python.getFileName().toString().startsWith("python3")) {
          for (String packageFolder : List.of("site-packages", "dist-packages")) {
            for (String part : List.of("cu13", "cuda_nvrtc", "cu12")) {
              packages.add(python.resolve(packageFolder).resolve("nvidia").resolve(part));
            }
          }
        }
      }
    }
    // Named in the findings only where there is something.
    return packages.stream().map(it -> it.resolve("lib")).filter(Files::isDirectory).toList();
  }

  private List<Path> toolkit(Path root) {
    String target = surroundings.processor().equals("aarch64") ? "sbsa-linux" : "x86_64-linux";
    return List.of(
        root.resolve("lib64"),
        root.resolve("lib"),
        root.resolve("targets").resolve(target).resolve("lib"));
  }

  private static List<Path> folders(String path) {
    return Stream.of(path.split(":", -1)).filter(it -> !it.isBlank()).map(Path::of).toList();
  }

  /** The library's files of a folder, newest major version first; never a link-time stub. */
  private List<Path> libraries(Path folder) {
    return list(folder).stream()
        .filter(
            it -> {
              String name = it.getFileName().toString();
              return name.equals(library) || name.matches(Pattern.quote(library) + "\\.[0-9.]+");
            })
        .sorted(
            Comparator.comparingInt(LibrarySearch::major)
                .reversed()
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private static int major(Path file) {
    var matcher = MAJOR.matcher(file.getFileName().toString());
    return matcher.matches() && matcher.group(1).length() < 9
        ? Integer.parseInt(matcher.group(1))
        : 0;
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(files::add);
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return List.of(); // A folder that cannot be listed has nothing that could be loaded.
    }
    files.sort(Comparator.naturalOrder());
    return files;
  }

  /** The file of a library that the loader has found by its name. */
  private static Optional<String> mapped(String name) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .map(line -> line.substring(line.indexOf('/') < 0 ? line.length() : line.indexOf('/')))
          .filter(file -> file.substring(file.lastIndexOf('/') + 1).startsWith(name))
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty(); // Not every system tells.
    }
  }
}
