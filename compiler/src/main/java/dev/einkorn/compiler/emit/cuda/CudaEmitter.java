package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.ContractionForm;
import dev.einkorn.compiler.schedule.DeviceDirective;
import dev.einkorn.compiler.schedule.DeviceDirective.Bind;
import dev.einkorn.compiler.schedule.DeviceDirective.Level;
import dev.einkorn.compiler.schedule.DeviceDirective.Matrix;
import dev.einkorn.compiler.schedule.DeviceDirective.Registers;
import dev.einkorn.compiler.schedule.DeviceDirective.Shared;
import dev.einkorn.compiler.schedule.DeviceDirective.Turn;
import dev.einkorn.compiler.schedule.DeviceNest;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.cuda.template.Prelude;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/** Writes a program as CUDA C++: one kernel or more for each step. */
public final class CudaEmitter {
  /** What the sources must be compiled with: products enter sums only where the source says so. */
  private static final List<String> OPTIONS = List.of("--std=c++17", "--fmad=false");

  /** From how many chunks on threads fold them together. */
  private static final int MANY_CHUNKS = 64;

  private final Prelude prelude = Prelude.read();
  private final DeviceUnit unit;
  private final SequencedSet<String> parts = new LinkedHashSet<>();
  private final List<String> places = new ArrayList<>();
  private final List<Launch> launches = new ArrayList<>();
  private final List<Integer> steps = new ArrayList<>();
  private final List<DeviceProgram.Temporary> temporaries = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private final NameAllocator kernels = new NameAllocator(CudaWords.RESERVED);

  private CudaEmitter(DeviceUnit unit) {
    this.unit = unit;
  }

  /**
   * The program of a unit; the same unit gives the same text.
   *
   * @throws ScheduleException if a schedule asks for what no GPU does
   */
  public static DeviceProgram emit(DeviceUnit unit) {
    return new CudaEmitter(unit).program();
  }

  private DeviceProgram program() {
    for (int n = 0; n < unit.steps().size(); n++) {
      emit(unit.steps().get(n));
      steps.addAll(Collections.nCopies(launches.size() - steps.size(), n));
    }
    String common = prelude.text(parts);
    String own = String.join("\n", texts);
    return new DeviceProgram(
        header() + "\n" + (common.isEmpty() ? "" : common + "\n") + own,
        common,
        own,
        OPTIONS,
        unit.wide(),
        launches,
        temporaries,
        places,
        steps);
  }

  private void emit(DeviceUnit.Step step) {
    requireDevice(step.nest(), step.schedule());
    Optional<Tiled> tiled =
        first(step, Shared.class)
            .map(shared -> tiled(step, shared))
            .or(() -> first(step, Matrix.class).map(matrix -> tiled(step, matrix)));
    if (tiled.isPresent()) {
      contraction(step, tiled.get());
      return;
    }
    Optional<Registers> registers = first(step, Registers.class);
    Optional<Turn> turn = first(step, Turn.class);
    if (registers.isPresent()) {
      registers(step, registers.get());
    } else if (turn.isPresent()) {
      turn(step, turn.get());
    } else {
      for (DeviceNest part : DeviceNest.of(step.nest().body())) {
        elements(step, part);
      }
    }
  }

  private static <T> Optional<T> first(DeviceUnit.Step step, Class<T> kind) {
    return step.schedule().directives().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst();
  }

  private void registers(DeviceUnit.Step step, Registers registers) {
    ContractionForm form =
        registers
            .form(step.nest())
            .orElseThrow(() -> new ScheduleException(registers + " needs one sum of products"));
    String kernel = kernel(step);
    var writer =
        new RegistersWriter(
            form, registers, binds(step.schedule()), names(step.nest()), unit.exact());
    texts.add(writer.write(step.statement(), kernel));
    launches.add(writer.launch(kernel));
  }

  private void turn(DeviceUnit.Step step, Turn turn) {
    String kernel = kernel(step);
    DeviceNest part = DeviceNest.of(step.nest().body()).getLast();
    var writer = new TurnWriter(part, turn, names(step.nest()), unit.exact());
    texts.add(writer.write(step.statement(), kernel));
    launches.add(writer.launch(kernel));
  }

  private String kernel(DeviceUnit.Step step) {
    return kernels.name(launches.size(), "compute_" + CudaWords.ascii(step.nest().name()));
  }

  private KernelNames names(LoopNest nest) {
    return new KernelNames(nest, unit.wide(), parts, places);
  }

  private void elements(DeviceUnit.Step step, DeviceNest part) {
    List<Bind> binds = binds(step.schedule());
    int chunks = chunks(binds, part);
    if (chunks == 1) {
      elements(step, step.nest(), part, binds, 1);
      return;
    }
    PartialFold fold =
        PartialFold.of(step.nest(), part, chunks, temporaries)
            .orElseThrow(
                () ->
                    new ScheduleException(
                        "the nest of "
                            + step.nest().name()
                            + " is not one fold; blocks cannot"
                            + " share it out"));
    temporaries.add(fold.temporary());
    elements(step, fold.first(), fold.firstPart(), binds, chunks);
    second(step, fold, binds, chunks);
  }

  /** The kernel that folds what chunks have left. */
  private void second(DeviceUnit.Step step, PartialFold fold, List<Bind> binds, int chunks) {
    List<Bind> own = new ArrayList<>();
    if (chunks >= MANY_CHUNKS) {
      own.add(new Bind(PartialFold.CHUNK, Level.THREAD_X, MANY_CHUNKS, 1));
    } else {
      binds.stream()
          .filter(bind -> fold.secondPart().keeps(bind.variable()))
          .filter(bind -> bind.level() == Level.THREAD_X)
          .forEach(own::add);
    }
    elements(step, fold.second(), fold.secondPart(), own, 1);
  }

  private void elements(
      DeviceUnit.Step step, LoopNest nest, DeviceNest part, List<Bind> binds, int chunks) {
    String kernel = kernel(step);
    var writer = new ElementsWriter(part, binds, chunks, names(nest), unit.exact());
    texts.add(writer.write(step.statement(), kernel));
    launches.add(writer.launch(kernel));
  }

  /** What writes a contraction, for a nest of it, a number of chunks and what is stored. */
  private record Tiled(ContractionForm form, Writer writer) {
    interface Writer {
      Launch write(LoopNest nest, int chunks, Stmt result);
    }
  }

  private Tiled tiled(DeviceUnit.Step step, Shared shared) {
    ContractionForm form = shared.form(step.nest()).orElseThrow(() -> noProduct(shared));
    return new Tiled(
        form,
        (nest, chunks, result) -> {
          String kernel = kernel(step);
          var writer =
              new ContractionWriter(form, shared, chunks, result, names(nest), unit.exact());
          texts.add(writer.write(step.statement(), kernel));
          return writer.launch(kernel);
        });
  }

  private Tiled tiled(DeviceUnit.Step step, Matrix matrix) {
    ContractionForm form = matrix.form(step.nest()).orElseThrow(() -> noProduct(matrix));
    return new Tiled(
        form,
        (nest, chunks, result) -> {
          String kernel = kernel(step);
          var writer = new MatrixWriter(form, matrix, chunks, result, names(nest), unit.exact());
          texts.add(writer.write(step.statement(), kernel));
          return writer.launch(kernel);
        });
  }

  private static ScheduleException noProduct(DeviceDirective directive) {
    return new ScheduleException(directive + " needs one sum of products");
  }

  private void contraction(DeviceUnit.Step step, Tiled tiled) {
    ContractionForm form = tiled.form();
    List<Bind> binds = binds(step.schedule());
    DeviceNest part = DeviceNest.of(step.nest().body()).getLast();
    int chunks = chunks(binds, part);
    if (chunks == 1) {
      var result = new Stmt.Store(form.target(), form.result());
      launches.add(tiled.writer().write(step.nest(), 1, result));
      return;
    }
    PartialFold fold = PartialFold.of(step.nest(), part, chunks, temporaries).orElseThrow();
    temporaries.add(fold.temporary());
    List<Stmt> first = ((Stmt.Block) fold.firstPart().body()).statements();
    launches.add(tiled.writer().write(fold.first(), chunks, first.getLast()));
    second(step, fold, List.of(), chunks);
  }

  private static int chunks(List<Bind> binds, DeviceNest part) {
    return binds.stream()
        .filter(bind -> bind.level() == Level.BLOCK)
        .filter(bind -> part.loops().stream().anyMatch(l -> l.variable().equals(bind.variable())))
        .mapToInt(Bind::count)
        .findFirst()
        .orElse(1);
  }

  private static List<Bind> binds(Schedule schedule) {
    return schedule.directives().stream()
        .filter(Bind.class::isInstance)
        .map(Bind.class::cast)
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

  private String header() {
    List<String> lines = new ArrayList<>(unit.header());
    lines.add("Launches:");
    launches.forEach(launch -> lines.add("  " + launch));
    lines.add("Compile with " + String.join(" ", OPTIONS) + ".");
    var text = new StringBuilder();
    lines.forEach(line -> text.append(line.isEmpty() ? "//" : "// " + line).append('\n'));
    return text.toString();
  }
}
