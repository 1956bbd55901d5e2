package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.cuda.template.Prelude;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelMath;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Device programs compiled by g++ and run on the CPU: {@code cuda_on_cpu.cpp} plays the scheduler
 * of a GPU. Not for several threads at a time.
 */
@SuppressWarnings("restricted") // Calling native code is what this is for.
public final class CpuDevice {
  /** In which order warps, lanes and blocks run. */
  public enum Order {
    FORWARD(0),
    BACKWARD(1),
    RANDOM(2);

    /** What {@code cuda_on_cpu.cpp} knows the order by. */
    private final int number;

    Order(int number) {
      this.number = number;
    }
  }

  /** What a GPU would hang on, or what only seems to work. */
  public static final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    Fault(String message) {
      super(message);
    }
  }

  private static final List<String> SOURCES =
      List.of("cuda_on_cpu.h", "cuda_on_cpu.cpp", "memory_check.cpp", "stand_in_module.h");
  private static final List<String> FLAGS =
      List.of(
          "-std=c++17",
          "-fPIC",
          "-fvisibility=hidden",
          "-O1",
          "-ffp-contract=off",
          "-fno-stack-protector",
          "-U_FORTIFY_SOURCE");
  private static final long GUARD = 64;

  private final List<DeviceProgram> programs;
  private final boolean checked;
  private final SymbolLookup library;
  private final MethodHandle launch;

  private CpuDevice(List<DeviceProgram> programs, boolean checked, SymbolLookup library) {
    this.programs = programs;
    this.checked = checked;
    this.library = library;
    this.launch =
        handle(
            "cuda_launch",
            FunctionDescriptor.of(
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
  }

  private MethodHandle handle(String function, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(library.find(function).orElseThrow(), descriptor);
  }

  /** Why kernels cannot be run here; empty if they can. */
  public static Optional<String> missing() {
    try {
      Process process = new ProcessBuilder("g++", "--version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0 ? Optional.empty() : Optional.of("g++ does not run");
    } catch (IOException e) {
      return Optional.of("g++ is not installed, so no kernel runs on the CPU");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /** The programs for the CPU. */
  public static CpuDevice compile(List<DeviceProgram> programs, Path folder) {
    return compile(programs, folder, false);
  }

  /** The programs for the CPU, with every access to memory checked. */
  public static CpuDevice compileChecked(List<DeviceProgram> programs, Path folder) {
    return compile(programs, folder, true);
  }

  private static CpuDevice compile(List<DeviceProgram> programs, Path folder, boolean checked) {
    try {
      copySources(folder);
      Files.writeString(folder.resolve("kernels.cu"), source(programs));
      List<String> kernels = command("-include", "cuda_on_cpu.h", "-x", "c++", "-c");
      kernels.addAll(List.of("-fvisibility=default", "kernels.cu", "-o", "kernels.o"));
      if (checked) {
        kernels.addAll(List.of("-fsanitize=thread", "-g1"));
      }
      run(folder, kernels);
      List<String> link = command("-fvisibility=default", "-shared", "-Wl,-Bsymbolic");
      link.addAll(List.of("cuda_on_cpu.cpp", "kernels.o", "-o", "kernels.so"));
      if (checked) {
        link.add("memory_check.cpp");
      }
      run(folder, link);
      return new CpuDevice(
          programs,
          checked,
          SymbolLookup.libraryLookup(folder.resolve("kernels.so"), Arena.global()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The files that kernels are compiled with. */
  static void copySources(Path folder) throws IOException {
    for (String source : SOURCES) {
      try (InputStream in = CpuDevice.class.getResourceAsStream(source)) {
        if (in == null) {
          throw new AssertionError("no resource " + source);
        }
        Files.write(folder.resolve(source), in.readAllBytes());
      }
    }
  }

  /** A call of the compiler, to which more can be added. */
  static List<String> command(String... more) {
    List<String> command = new ArrayList<>(List.of("g++"));
    command.addAll(FLAGS);
    command.addAll(List.of(more));
    return command;
  }

  /** Runs the compiler in a folder. */
  static void run(Path folder, List<String> command) throws IOException {
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(
            String.join(" ", command)
                + "\n"
                + Files.readString(log)
                + "\n"
                + numbered(Files.readString(folder.resolve("kernels.cu"))));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static String numbered(String source) {
    List<String> lines = source.lines().toList();
    if (lines.size() > 2000) {
      return "(" + lines.size() + " lines)";
    }
    var text = new StringBuilder();
    for (int n = 0; n < lines.size(); n++) {
      text.append("%4s  %s%n".formatted(n + 1, lines.get(n)));
    }
    return text.toString();
  }

  /**
   * One file of all programs: the prelude once, and each program's kernels under their own names.
   */
  static String source(List<DeviceProgram> programs) {
    Prelude prelude = Prelude.read();
    var text = new StringBuilder(prelude.text(new LinkedHashSet<>(prelude.names())));
    for (int n = 0; n < programs.size(); n++) {
      text.append("\nnamespace program_").append(n).append(" {\n");
      for (Launch launch : programs.get(n).launches()) {
        text.append("#define %s %s%n".formatted(launch.kernel(), name(n, launch.kernel())));
      }
      text.append("#line 1 \"program_").append(n).append(".cu\"\n");
      text.append(programs.get(n).kernels()).append('\n');
      for (Launch launch : programs.get(n).launches()) {
        text.append("CUDA_ENTRY(%s, %s)%n".formatted(entry(n, launch), name(n, launch.kernel())));
        text.append("#undef ").append(launch.kernel()).append('\n');
      }
      text.append("}\n");
    }
    return text.toString();
  }

  /** The name of a kernel in the file of all programs. */
  static String name(int program, String kernel) {
    return "p%s_%s".formatted(program, kernel);
  }

  private static String entry(int program, Launch launch) {
    return "entry_" + program + "_" + launch.kernel();
  }

  /** A tensor in memory of the device: all that its view spans. */
  private record Buffer(MemorySegment segment, MemorySegment first) {}

  /**
   * Runs a program.
   *
   * @param operands by name, of any strides; those that the program writes are changed
   * @param javaFunctions whether functions of {@code double} are Java's
   * @return the words of {@link DeviceFailure}
   * @throws Fault if a barrier is not reached by all threads, or memory is not used as it must be
   */
  public long[] run(
      int program,
      Map<String, Tensor> operands,
      ToLongFunction<Extent> sizes,
      Order order,
      boolean javaFunctions) {
    DeviceProgram device = programs.get(program);
    try (Arena arena = Arena.ofConfined()) {
      useFunctions(javaFunctions ? javaFunctions(arena) : MemorySegment.NULL);
      Map<String, Tensor> all = new LinkedHashMap<>(operands);
      for (DeviceProgram.Temporary temporary : device.temporaries()) {
        long[] shape = temporary.extents().stream().mapToLong(sizes).toArray();
        Tensor tensor = Tensor.zeros(temporary.elementType(), shape);
        if (temporary.elementType().isFloating()) {
          tensor.fill(Double.NaN);
        }
        all.put(temporary.name(), tensor);
      }
      clearBuffers();
      Map<String, Buffer> buffers = new LinkedHashMap<>();
      all.forEach((name, tensor) -> buffers.put(name, upload(tensor, arena)));
      MemorySegment failure = arena.allocate(8 * DeviceFailure.WORDS, 16);
      registerBuffer(failure);
      for (Launch launch : device.launches()) {
        start(program, launch, all, buffers, failure, sizes, order, arena);
      }
      buffers.forEach((name, buffer) -> download(buffer, ProgramText.named(all, name)));
      return failure.toArray(ValueLayout.JAVA_LONG);
    }
  }

  private void start(
      int program,
      Launch launched,
      Map<String, Tensor> tensors,
      Map<String, Buffer> buffers,
      MemorySegment failure,
      ToLongFunction<Extent> sizes,
      Order order,
      Arena arena) {
    if (launched.blocks(sizes) == 0) {
      return;
    }
    boolean wide = programs.get(program).wide();
    int count = launched.arguments().size();
    MemorySegment values = arena.allocate(8L * count, 8);
    MemorySegment addresses = arena.allocate(8L * count, 8);
    for (int n = 0; n < count; n++) {
      addresses.setAtIndex(ValueLayout.ADDRESS, n, values.asSlice(8L * n));
      switch (launched.arguments().get(n)) {
        case Launch.Argument.Pointer(String tensor, _) ->
            values.setAtIndex(ValueLayout.ADDRESS, n, ProgramText.named(buffers, tensor).first());
        case Launch.Argument.Failure _ -> values.setAtIndex(ValueLayout.ADDRESS, n, failure);
        case Launch.Argument.Size(Extent extent) -> put(values, n, sizes.applyAsLong(extent), wide);
        case Launch.Argument.Stride(String tensor, int axis) ->
            put(values, n, ProgramText.named(tensors, tensor).stride(axis), wide);
      }
    }
    MemorySegment entry = library.find(entry(program, launched)).orElseThrow();
    if (checked) {
      call(
          "cuda_check_dynamic",
          FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG),
          (long) launched.dynamicSharedBytes());
    }
    try {
      MemorySegment message =
          (MemorySegment)
              launch.invokeExact(
                  entry,
                  addresses,
                  Math.toIntExact(launched.gridX().evaluate(sizes)),
                  Math.toIntExact(launched.gridY().evaluate(sizes)),
                  launched.blockX(),
                  launched.blockY(),
                  order.number,
                  17);
      if (!message.equals(MemorySegment.NULL)) {
        throw new Fault(launched.kernel() + ": " + message.reinterpret(512).getString(0));
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void put(MemorySegment values, int n, long value, boolean wide) {
    if (wide) {
      values.setAtIndex(ValueLayout.JAVA_LONG, n, value);
    } else {
      values.setAtIndex(ValueLayout.JAVA_INT, 2L * n, Math.toIntExact(value));
    }
  }

  private void clearBuffers() {
    if (checked) {
      call("cuda_check_clear", FunctionDescriptor.ofVoid());
    }
  }

  private void registerBuffer(MemorySegment segment) {
    if (checked) {
      call(
          "cuda_check_buffer",
          FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG),
          segment,
          segment.byteSize());
    }
  }

  private void useFunctions(MemorySegment functions) {
    call("cuda_use_functions", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS), functions);
  }

  private void call(String function, FunctionDescriptor descriptor, Object... arguments) {
    try {
      handle(function, descriptor).invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** What the numbers in {@code cuda_on_cpu.h} stand for. */
  static double function(int number, double x, double y) {
    return switch (number) {
      case 0 -> KernelMath.exp(x);
      case 1 -> KernelMath.expm1(x);
      case 2 -> KernelMath.log(x);
      case 3 -> KernelMath.log1p(x);
      case 4 -> KernelMath.sin(x);
      case 5 -> KernelMath.cos(x);
      case 6 -> KernelMath.tan(x);
      case 7 -> KernelMath.asin(x);
      case 8 -> KernelMath.acos(x);
      case 9 -> KernelMath.atan(x);
      case 10 -> KernelMath.sinh(x);
      case 11 -> KernelMath.cosh(x);
      case 12 -> KernelMath.tanh(x);
      case 13 -> KernelMath.erf(x);
      case 14 -> KernelMath.atan2(x, y);
      case 15 -> KernelMath.hypot(x, y);
      case 16 -> KernelMath.power(x, y);
      default -> throw new IllegalArgumentException("no function " + number);
    };
  }

  private static MemorySegment javaFunctions(Arena arena) {
    try {
      MethodHandle function =
          MethodHandles.lookup()
              .findStatic(
                  CpuDevice.class,
                  "function",
                  MethodType.methodType(double.class, int.class, double.class, double.class));
      return Linker.nativeLinker()
          .upcallStub(
              function,
              FunctionDescriptor.of(
                  ValueLayout.JAVA_DOUBLE,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_DOUBLE,
                  ValueLayout.JAVA_DOUBLE),
              arena);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a function of the shim is missing", e);
    }
  }

  // Tensors.

  private Buffer upload(Tensor tensor, Arena arena) {
    int size = tensor.elementType().byteSize();
    long least = 0;
    long greatest = 0;
    for (int axis = 0; axis < tensor.rank(); axis++) {
      long reach = Math.max(0, tensor.extent(axis) - 1) * tensor.stride(axis);
      least += Math.min(0, reach);
      greatest += Math.max(0, reach);
    }
    long bytes = (greatest - least + 1) * size;
    MemorySegment segment = arena.allocate(bytes + 2 * GUARD, 16).asSlice(GUARD, bytes);
    registerBuffer(segment);
    var buffer = new Buffer(segment, segment.asSlice(-least * size));
    transfer(tensor, 0, new long[tensor.rank()], segment, -least, true);
    return buffer;
  }

  private static void download(Buffer buffer, Tensor tensor) {
    long first =
        (buffer.first().address() - buffer.segment().address()) / tensor.elementType().byteSize();
    transfer(tensor, 0, new long[tensor.rank()], buffer.segment(), first, false);
  }

  private static void transfer(
      Tensor tensor, int axis, long[] at, MemorySegment segment, long offset, boolean up) {
    if (axis < at.length) {
      for (long n = 0; n < tensor.extent(axis); n++) {
        at[axis] = n;
        transfer(tensor, axis + 1, at, segment, offset + n * tensor.stride(axis), up);
      }
      return;
    }
    ElementType type = tensor.elementType();
    if (up) {
      switch (type) {
        case F32 -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, offset, tensor.getFloat(at));
        case F64 -> segment.setAtIndex(ValueLayout.JAVA_DOUBLE, offset, tensor.getDouble(at));
        case I32 -> segment.setAtIndex(ValueLayout.JAVA_INT, offset, tensor.getInt(at));
        case I64 -> segment.setAtIndex(ValueLayout.JAVA_LONG, offset, tensor.getLong(at));
        case BOOL ->
            segment.set(ValueLayout.JAVA_BYTE, offset, (byte) (tensor.getBoolean(at) ? 1 : 0));
      }
    } else if (tensor.isWritableView()) {
      switch (type) {
        case F32 -> tensor.set(segment.getAtIndex(ValueLayout.JAVA_FLOAT, offset), at);
        case F64 -> tensor.set(segment.getAtIndex(ValueLayout.JAVA_DOUBLE, offset), at);
        case I32 -> tensor.setLong(segment.getAtIndex(ValueLayout.JAVA_INT, offset), at);
        case I64 -> tensor.setLong(segment.getAtIndex(ValueLayout.JAVA_LONG, offset), at);
        case BOOL -> tensor.setBoolean(segment.get(ValueLayout.JAVA_BYTE, offset) != 0, at);
      }
    }
  }
}
