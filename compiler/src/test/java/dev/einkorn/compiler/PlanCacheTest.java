package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.optimize.CostModel;
import dev.einkorn.compiler.optimize.OrderGoal;
import dev.einkorn.compiler.optimize.PlanRecord;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans that are kept in a folder: used again, and never believed. */
class PlanCacheTest {
  private static final Target MACHINE = new Target(512, 2, 32 << 10, 1 << 20, 16 << 20);
  private static final Map<String, Long> SIZES = Map.of("i", 256L);

  private static final String CHAIN =
      """
      (A: f64[i,j], B: f64[j,k], C: f64[j,k], x: f64[k]) -> (y)
      T[i,k] = A[i,j] * (B[j,k] + C[j,k])
      y[i] = T[i,k] * x[k]
      """;

  private static final String TRIPLE =
      "(A: f64[i,j], B: f64[j,k], C: f64[k,l]) -> (D)\nD[i,l] = A[i,j] * B[j,k] * C[k,l]";

  private static final String QUESTION_B =
      "C[i,j,k] = B[i]*A[j,k]; C2[i,j,k] = Y[j]*Z[i,k]; "
          + "E[k] = (C[i,j,k]+C2[i,j,k])*(C[i,k,j]+C2[i,k,j])";

  @TempDir private Path folder;

  private final Warnings warnings = new Warnings();

  /** Warnings, in order. */
  private static final class Warnings implements System.Logger {
    private final List<String> messages = new ArrayList<>();

    @Override
    public String getName() {
      return "test";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public synchronized void log(
        Level level, @Nullable ResourceBundle bundle, @Nullable String text, Throwable thrown) {
      messages.add(level + " " + text);
    }

    @Override
    public synchronized void log(
        Level level, @Nullable ResourceBundle bundle, @Nullable String text, Object... values) {
      messages.add(level + " " + text);
    }
  }

  private static PlanRequest request() {
    return new PlanRequest(
        PlanRequest::typical,
        true,
        false,
        CostModel.TYPICAL,
        Long.MAX_VALUE,
        Duration.ofSeconds(10));
  }

  /** A cache as a process of its own would have it. */
  private PlanCache cache() {
    return new PlanCache(Optional.of(new PlanFolder(folder, warnings)), Duration.ZERO, MACHINE);
  }

  private PlannedProgram plan(String program) {
    return cache().plan(ProgramText.check(program), SIZES, request());
  }

  private static boolean isRecalled(PlannedProgram planned) {
    return planned.search().recalled().isPresent();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private Path onlyFile() throws IOException {
    assertThat(files()).hasSize(1);
    return files().getFirst();
  }

  /** Changes a file by somebody who knows how its last line is made. */
  private static void forge(Path file, UnaryOperator<String> change) throws IOException {
    String text = Files.readString(file);
    String before = change.apply(text.substring(0, text.indexOf("\nend ") + 1));
    Files.writeString(file, before + "end " + PlanRecord.sha256(before) + "\n");
  }

  /** A plan is searched for again, with one warning, and kept in place of the wrong file. */
  private void assertIgnored(PlannedProgram expected, String what) {
    warnings.messages.clear();
    PlannedProgram again = plan(CHAIN);
    assertThat(isRecalled(again)).as(what).isFalse();
    assertThat(again.plan()).as(what).isEqualTo(expected.plan());
    assertThat(warnings.messages).as(what).hasSize(1);
    assertThat(warnings.messages.getFirst()).startsWith("WARNING").contains("is ignored: ");
    assertThat(isRecalled(plan(CHAIN))).as("replaced: " + what).isTrue();
    assertThat(warnings.messages).as(what).hasSize(1);
  }

  /** Nothing is read from the only file with this content, and one warning says so. */
  private void assertDamaged(byte[] content, String what) throws IOException {
    Path file = Files.write(onlyFile(), content);
    warnings.messages.clear();
    String key = String.valueOf(file.getFileName()).replace(".plan", "");
    assertThat(new PlanFolder(folder, warnings).read(key)).as(what).isEmpty();
    assertThat(warnings.messages).as(what).hasSize(1);
  }

  @Test
  void a_plan_is_found_again_by_another_process() throws IOException {
    PlannedProgram searched = plan(CHAIN);
    PlannedProgram kept = plan(CHAIN);
    assertThat(isRecalled(searched)).isFalse();
    assertThat(kept.search().recalled()).contains(searched.planning());
    assertThat(kept.plan()).isEqualTo(searched.plan());
    assertThat(kept.decisions()).isEqualTo(searched.decisions());
    assertThat(kept.stepNanos()).isEqualTo(searched.stepNanos());
    assertThat(onlyFile().getFileName().toString()).matches("[0-9a-f]{64}\\.plan");
    assertThat(warnings.messages).isEmpty();
  }

  @Test
  void every_changed_byte_is_noticed() throws IOException {
    PlannedProgram expected = plan(CHAIN);
    byte[] good = Files.readAllBytes(onlyFile());
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << (at % 8));
      assertDamaged(bad, "byte " + at);
      if (at % 67 == 0) {
        assertIgnored(expected, "byte " + at);
      }
    }
  }

  @Test
  void every_cut_is_noticed() throws IOException {
    PlannedProgram expected = plan(CHAIN);
    byte[] good = Files.readAllBytes(onlyFile());
    for (int length = 0; length < good.length; length++) {
      assertDamaged(Arrays.copyOf(good, length), "length " + length);
    }
    assertIgnored(expected, "one byte less");
    Files.write(onlyFile(), Arrays.copyOf(good, good.length + 1));
    assertIgnored(expected, "one byte more");
    Files.write(onlyFile(), new byte[2 << 20]);
    assertIgnored(expected, "a large file");
  }

  @Test
  void what_somebody_else_has_written_is_not_believed() throws IOException {
    PlannedProgram expected = plan(CHAIN);
    List<UnaryOperator<String>> changes =
        List.of(
            text -> text.replace("einkorn-plan 1", "einkorn-plan 2"),
            text -> text.replaceFirst("key ....", "key 0000"),
            text -> text.replace("inline T\n", ""),
            text -> text.replace("form 0", "form 5"),
            text -> text.replace("form 0", "form 0 99 99"),
            text -> text.replaceAll("(?m)^(order \\w+) .*$", "$1 (((0 1) 2) 3)"),
            text -> text.replaceAll("(?m)^(order \\w+) .*$", "$1 " + "(".repeat(90_000)),
            text -> text.replaceAll("(?m)^nanos .*$", "nanos 0x1p-10"),
            text -> text.replaceAll("(?m)^nanos .*$", "nanos NaN"),
            text -> text + "run rm\n",
            text -> "");
    for (UnaryOperator<String> change : changes) {
      String good = Files.readString(onlyFile());
      forge(onlyFile(), change);
      assertThat(Files.readString(onlyFile())).isNotEqualTo(good);
      assertIgnored(expected, Files.readString(onlyFile()));
    }
  }

  @Test
  void swapped_files_are_noticed() throws IOException {
    PlannedProgram expected = plan(CHAIN);
    Path first = onlyFile();
    plan(TRIPLE);
    Path second = files().stream().filter(file -> !file.equals(first)).findFirst().orElseThrow();
    Files.move(second, folder.resolve("aside"));
    Files.move(first, second);
    Files.move(folder.resolve("aside"), first);
    assertIgnored(expected, "swapped");
    assertThat(isRecalled(plan(TRIPLE))).isFalse();
    assertThat(isRecalled(plan(TRIPLE))).isTrue();
  }

  @Test
  void all_that_matters_is_in_the_key() throws IOException {
    IndexProgram program = ProgramText.check(CHAIN);
    PlanRequest request = request();
    cache().plan(program, SIZES, request);
    List<PlanRequest> others =
        List.of(
            request.withIntermediateBytes(1 << 10),
            new PlanRequest(
                PlanRequest::typical,
                true,
                true,
                CostModel.TYPICAL,
                Long.MAX_VALUE,
                Duration.ofSeconds(10)),
            new PlanRequest(
                PlanRequest::typical,
                true,
                false,
                CostModel.of(1 << 21, 16 << 20, OrderGoal.TIME),
                Long.MAX_VALUE,
                Duration.ofSeconds(10)),
            new PlanRequest(
                PlanRequest::typical,
                true,
                false,
                CostModel.TYPICAL,
                Long.MAX_VALUE,
                Duration.ofSeconds(11)));
    for (PlanRequest other : others) {
      assertThat(isRecalled(cache().plan(program, SIZES, other))).isFalse();
    }
    assertThat(isRecalled(cache().plan(program, Map.of("i", 255L), request))).isFalse();
    var elsewhere = new Target(256, 2, 32 << 10, 1 << 20, 16 << 20);
    var foreign =
        new PlanCache(Optional.of(new PlanFolder(folder, warnings)), Duration.ZERO, elsewhere);
    assertThat(isRecalled(foreign.plan(program, SIZES, request))).isFalse();
    assertThat(files()).hasSize(others.size() + 3);
    assertThat(isRecalled(cache().plan(program, SIZES, request))).isTrue();
    assertThat(warnings.messages).isEmpty();
  }

  @Test
  void what_has_one_plan_only_is_not_kept() throws IOException {
    String product = "(A: f64[i,j], B: f64[j,k]) -> (C)\nC[i,k] = A[i,j] * B[j,k]";
    plan(product);
    IndexProgram program = ProgramText.check(CHAIN);
    cache().plan(program, SIZES, request().asWritten());
    new PlanCache(Optional.of(new PlanFolder(folder, warnings)), Duration.ofHours(1), MACHINE)
        .plan(program, SIZES, request());
    assertThat(files()).isEmpty();
  }

  @Test
  void a_folder_that_cannot_be_made_is_said_once() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    var cache =
        new PlanCache(
            Optional.of(new PlanFolder(file.resolve("plans"), warnings)), Duration.ZERO, MACHINE);
    for (String text : List.of(CHAIN, TRIPLE, CHAIN)) {
      PlannedProgram planned = cache.plan(ProgramText.check(text), SIZES, request());
      assertThat(isRecalled(planned)).isFalse();
    }
    assertThat(warnings.messages).hasSize(1);
    assertThat(warnings.messages.getFirst()).contains("plans cannot be kept in");
    assertThat(Files.readString(file)).isEqualTo("text");
  }

  @Test
  void a_folder_in_place_of_a_file_is_left_alone() throws IOException {
    plan(CHAIN);
    Path file = onlyFile();
    Files.delete(file);
    Files.createDirectories(file.resolve("inside"));
    assertThat(isRecalled(plan(CHAIN))).isFalse();
    assertThat(warnings.messages).hasSize(1);
    assertThat(file.resolve("inside")).isDirectory();
  }

  @Test
  void writers_at_the_same_time_leave_whole_files() throws Exception {
    List<String> programs = List.of(CHAIN, TRIPLE);
    List<PlannedProgram> expected = programs.stream().map(this::plan).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < 6; thread++) {
        int number = thread;
        running.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < 40; n++) {
                    int program = (n + number) % 2;
                    if (n % 5 == 0) {
                      for (Path file : files()) {
                        Files.deleteIfExists(file); // As another process may.
                      }
                    }
                    assertThat(plan(programs.get(program)).plan())
                        .isEqualTo(expected.get(program).plan());
                  }
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    assertThat(warnings.messages.stream().filter(text -> !text.contains("plans cannot be kept")))
        .as("a file that was half written would be ignored with a warning")
        .isEmpty();
    programs.forEach(this::plan);
    for (String program : programs) {
      assertThat(isRecalled(plan(program))).isTrue();
    }
    assertThat(files()).hasSize(2);
  }

  @Test
  void the_folder_stays_small_and_other_files_stay() throws IOException {
    Instant old = Instant.now().minus(Duration.ofDays(2));
    for (int n = 0; n < 2048; n++) {
      Path file = folder.resolve("%064x.plan".formatted(n));
      Files.writeString(file, "x");
      Files.setLastModifiedTime(file, FileTime.from(old.plusSeconds(n)));
    }
    Path left = Files.writeString(folder.resolve(".123.tmp"), "broken off");
    Files.setLastModifiedTime(left, FileTime.from(old));
    Files.writeString(folder.resolve("notes.txt"), "mine");
    plan(CHAIN);
    assertThat(files()).hasSize(1536 + 1).contains(folder.resolve("notes.txt"));
    assertThat(folder.resolve("%064x.plan".formatted(0))).doesNotExist();
    assertThat(folder.resolve("%064x.plan".formatted(2047))).exists();
    assertThat(isRecalled(plan(CHAIN))).isTrue();
  }

  /** A network that takes a while. */
  private static String ring(int tensors) {
    StringBuilder text = new StringBuilder("s =");
    for (int n = 0; n < tensors; n++) {
      text.append(n == 0 ? " " : " * ")
          .append("T%s[i%s,i%s,j%s]".formatted(n, n, (n + 1) % tensors, n * 7 % (tensors / 2)));
    }
    return text.toString();
  }

  private static Map<String, Tensor> ringInputs(int tensors) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int n = 0; n < tensors; n++) {
      Tensor tensor = Tensor.zeros(ElementType.F64, 2, 2, 2);
      tensor.set(1, 0, 0, n % 2);
      tensor.set(1, 1, 1, 0);
      inputs.put("T" + n, tensor);
    }
    return inputs;
  }

  @Test
  void an_instance_keeps_what_took_long_and_says_so() throws IOException {
    Map<String, Tensor> inputs = ringInputs(24);
    Einkorn.Builder options = Einkorn.builder().planCache(folder.resolve("new/plans"));
    Plan first = options.build().prepare(ring(24)).plan(inputs);
    assertThat(first.explain()).contains("planned in ").doesNotContain("from the plan cache");
    CompiledProgram again = options.build().prepare(ring(24));
    Plan second = again.plan(inputs);
    assertThat(second.explain()).containsPattern("from the plan cache; the search took [0-9]");
    assertThat(second.toHtml()).contains("from the plan cache; the search took");
    assertThat(first.toJson()).contains("\"source\": \"search\"");
    assertThat(second.toJson()).contains("\"source\": \"cache\"");
    assertThat(second.javaSource()).isEqualTo(first.javaSource());
    assertThat(again.call(inputs)).containsKey("s");
    assertThat(folder.resolve("new/plans")).isDirectoryContaining("glob:**.plan");
  }

  @Test
  void by_default_nothing_is_kept_and_a_property_can_switch_it_off() {
    assertThat(System.getProperty(PlanCache.PROPERTY)).isNull();
    Map<String, Tensor> inputs = ringInputs(24);
    Einkorn.builder().build().prepare(ring(24)).plan(inputs);
    assertThat(folder).isEmptyDirectory();
    try {
      System.setProperty(PlanCache.PROPERTY, "off");
      Einkorn.builder().planCache(folder).build().prepare(ring(24)).plan(inputs);
      assertThat(folder).isEmptyDirectory();
      System.setProperty(PlanCache.PROPERTY, folder.toString());
      Einkorn.builder().build().prepare(ring(24)).plan(inputs);
      assertThat(folder).isNotEmptyDirectory();
    } finally {
      System.clearProperty(PlanCache.PROPERTY);
    }
  }

  @Test
  void kept_plans_compute_the_same_bits() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("B", counting(30));
    inputs.put("A", counting(30, 30));
    inputs.put("Y", counting(30));
    inputs.put("Z", counting(30, 30));
    List<Tensor> results =
        IntStream.range(0, 2)
            .mapToObj(_ -> Einkorn.builder().planCache(folder).build().run(QUESTION_B, inputs))
            .toList();
    assertThat(results.getFirst().contentEquals(results.getLast())).isTrue();
  }

  private static Tensor counting(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F64, shape);
    double[] data = tensor.doubleArray();
    for (int n = 0; n < data.length; n++) {
      data[n] = Math.sin(n + shape.length);
    }
    return tensor;
  }

  @Test
  void a_negative_limit_is_refused() {
    assertThatThrownBy(() -> Einkorn.builder().planningLimit(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("negative");
  }
}
