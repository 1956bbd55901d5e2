package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.runtime.cuda.Architecture;
import dev.einkorn.runtime.cuda.Cubin;
import dev.einkorn.runtime.cuda.KernelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in for NVRTC beside the stand-in driver: g++ makes a library of this machine from the very
 * text that NVRTC would get, and the driver loads it as a module. Where NVRTC is, it compiles the
 * text as well. One file after the other.
 */
public final class HostModules {
  private static final Pattern KERNEL =
      Pattern.compile("__global__\\s+void\\s+__launch_bounds__\\([^)]*\\)\\s*(\\w+)\\s*\\(");

  private final Path folder;
  private int compiled;

  /** A compiler that works in a folder of its own. */
  public HostModules(Path folder) {
    this.folder = folder;
  }

  /** How many sources were compiled. */
  public int compiled() {
    return compiled;
  }

  /** The library of a source, as if it were machine code for a GPU. */
  public synchronized Cubin compile(KernelSource source, Architecture chip) {
    if (NvidiaCompiler.isPresent()) {
      NvidiaCompiler.compile("module" + compiled, source.text(), chip);
    }
    try {
      if (compiled == 0) {
        CpuDevice.copySources(folder);
        CpuDevice.run(
            folder,
            CpuDevice.command("-fvisibility=default", "-c", "cuda_on_cpu.cpp", "-o", "fibers.o"));
      }
      var text = new StringBuilder(source.text());
      Matcher kernel = KERNEL.matcher(source.text());
      while (kernel.find()) {
        text.append("\nCUDA_MODULE_ENTRY(").append(kernel.group(1)).append(")");
      }
      Files.writeString(folder.resolve("kernels.cu"), text.append('\n'));
      String library = "module" + compiled++ + ".so";
      List<String> command =
          CpuDevice.command("-fvisibility=default", "-shared", "-Wl,-Bsymbolic", "-o", library);
      command.addAll(
          List.of("fibers.o", "-include", "stand_in_module.h", "-x", "c++", "kernels.cu"));
      CpuDevice.run(folder, command);
      return Cubin.of(Files.readAllBytes(folder.resolve(library)), chip, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
