package dev.einkorn.compiler.golden;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.runtime.ElementType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A folder of {@code src/test/golden/cases}: a program in {@code input.ein} or an einsum string in
 * {@code input.einsum}, and perhaps pinned schedules in {@code schedule.txt}, one {@code target:
 * schedule} a line.
 *
 * <p>Comment lines at the top of the input say what the kernel is for. {@code # A: f32[?,?]} gives
 * the type of an einsum operand; {@code # off-heap} puts all tensors in memory segments.
 */
record GoldenCase(
    String name, IndexProgram program, boolean offHeap, Map<String, Schedule> pinned) {
  static final String PROGRAM = "input.ein";
  static final String EINSUM = "input.einsum";
  static final String SCHEDULE = "schedule.txt";

  private static final Pattern TYPE = Pattern.compile("(\\w+): (\\w+)\\[([?,]*)]");
  private static final GoldenFiles CASES = new GoldenFiles("cases");

  static List<String> names() {
    return CASES.names("");
  }

  static GoldenFiles files(String name) {
    return new GoldenFiles("cases/" + name);
  }

  static GoldenFiles javaFiles(String name) {
    return new GoldenFiles("java/dev/einkorn/golden/" + name);
  }

  static GoldenCase read(String name) {
    GoldenFiles files = files(name);
    List<String> present = files.names("");
    String input = files.read(present.contains(EINSUM) ? EINSUM : PROGRAM);
    String comments =
        input.lines().filter(line -> line.startsWith("#")).collect(Collectors.joining("\n"));
    String text =
        input.lines().filter(line -> !line.startsWith("#")).collect(Collectors.joining("\n"));
    IndexProgram program =
        present.contains(EINSUM)
            ? ProgramText.checkEinsum(text, types(comments))
            : ProgramText.check(text, types(comments));
    Map<String, Schedule> pinned = new LinkedHashMap<>();
    if (present.contains(SCHEDULE)) {
      for (String line : files.read(SCHEDULE).lines().toList()) {
        int colon = line.indexOf(':');
        pinned.put(line.substring(0, colon), Schedule.parse(line.substring(colon + 1)));
      }
    }
    return new GoldenCase(name, program, comments.lines().anyMatch("# off-heap"::equals), pinned);
  }

  private static Map<String, InputType> types(String comments) {
    Map<String, InputType> types = new LinkedHashMap<>();
    Matcher matcher = TYPE.matcher(comments);
    while (matcher.find()) {
      ElementType type = ElementType.valueOf(matcher.group(2).toUpperCase(Locale.ROOT));
      int rank = (int) matcher.group(3).chars().filter(c -> c == '?').count();
      types.put(matcher.group(1), InputType.ofRank(type, rank));
    }
    return types;
  }

  /** The package of the case's golden kernels. */
  String packageName() {
    return "dev.einkorn.golden." + name;
  }

  /** All stages, with kernels in this package. */
  Compilation compile(String packageName) {
    Map<String, Layout> layouts = new LinkedHashMap<>();
    if (offHeap) {
      for (TensorDeclaration tensor : program.inputs()) {
        layouts.put(tensor.name(), offHeap(tensor));
      }
      for (TensorDeclaration tensor : program.targets()) {
        layouts.put(tensor.name(), offHeap(tensor));
      }
    }
    return Pipeline.compile(program, new PipelineOptions(layouts, offHeap, pinned, packageName));
  }

  private static Layout offHeap(TensorDeclaration tensor) {
    return new Layout(Layout.Storage.SEGMENT, tensor.type().rank() - 1);
  }
}
