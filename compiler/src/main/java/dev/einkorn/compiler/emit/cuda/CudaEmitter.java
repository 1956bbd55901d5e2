package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.schedule.DeviceDirective;
import dev.einkorn.compiler.schedule.DeviceNest;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.cuda.template.Prelude;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/** Writes a program as CUDA C++: one kernel or more for each step. */
public final class CudaEmitter {
  /** What the sources must be compiled with: products enter sums only where the source says so. */
  private static final List<String> OPTIONS = List.of("--std=c++17", "--fmad=false");

  private final Prelude prelude = Prelude.read();

  /**
   * The program of a unit; the same unit gives the same text.
   *
   * @throws ScheduleException if a schedule asks for what no GPU does
   */
  public DeviceProgram emit(DeviceUnit unit) {
    SequencedSet<String> parts = new LinkedHashSet<>();
    List<String> places = new ArrayList<>();
    List<Launch> launches = new ArrayList<>();
    List<DeviceProgram.Temporary> temporaries = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    var kernels = new NameAllocator(CudaWords.RESERVED);
    for (int n = 0; n < unit.steps().size(); n++) {
      DeviceUnit.Step step = unit.steps().get(n);
      requireDevice(step.nest(), step.schedule());
      List<DeviceNest> nests = DeviceNest.of(step.nest().body());
      for (int part = 0; part < nests.size(); part++) {
        String kernel =
            kernels.name(
                List.of(n, part), "compute_" + CudaWords.ascii(step.nest().name()));
        var names = new KernelNames(step.nest(), unit.wide(), parts, places);
        var writer =
            new ElementsWriter(nests.get(part), binds(step.schedule()), names, unit.exact());
        texts.add(writer.write(step.statement(), kernel));
        launches.add(writer.launch(kernel));
      }
    }
    String preludeText = prelude.text(parts);
    String kernelText = String.join("\n", texts);
    return new DeviceProgram(
        header(unit, launches) + "\n" + (preludeText.isEmpty() ? "" : preludeText + "\n") + kernelText,
        preludeText,
        kernelText,
        OPTIONS,
        unit.wide(),
        launches,
        temporaries,
        places);
  }

  private static List<DeviceDirective.Bind> binds(Schedule schedule) {
    return schedule.directives().stream()
        .filter(DeviceDirective.Bind.class::isInstance)
        .map(DeviceDirective.Bind.class::cast)
        .toList();
  }

  private static void requireDevice(LoopNest nest, Schedule schedule) {
    schedule.directives().stream()
        .filter(directive -> !DeviceDirective.fits(directive))
        .findFirst()
        .ifPresent(
            directive -> {
              throw new ScheduleException(
                  directive + " is for CPUs; " + nest.name() + " is computed on a GPU");
            });
  }

  private static String header(DeviceUnit unit, List<Launch> launches) {
    List<String> lines = new ArrayList<>(unit.header());
    lines.add("Launches:");
    launches.forEach(launch -> lines.add("  " + launch));
    lines.add("Compile with " + String.join(" ", OPTIONS) + ".");
    var text = new StringBuilder();
    lines.forEach(line -> text.append(line.isEmpty() ? "//" : "// " + line).append('\n'));
    return text.toString();
  }
}
