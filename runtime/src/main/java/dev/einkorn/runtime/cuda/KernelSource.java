package dev.einkorn.runtime.cuda;

import java.util.List;
import java.util.Locale;

/**
 * CUDA C to be compiled. Kernels are {@code extern "C" __global__}, so that their names are not
 * mangled. No header can be included; the text is all there is.
 *
 * @param fileName the name that error messages give the text
 * @param text the source
 * @param options NVRTC's options beyond those that {@link Nvrtc} chooses, such as {@code
 *     --fmad=false}; one string each
 */
public record KernelSource(String fileName, String text, List<String> options) {
  /** Options that the compiler does not choose itself. */
  public KernelSource {
    options = List.copyOf(options);
    for (String option : options) {
      String name = option.toLowerCase(Locale.ROOT);
      if (name.startsWith("--gpu-architecture") || name.startsWith("-arch")) {
        throw new IllegalArgumentException(
            "option %s: the architecture is an argument of compile".formatted(option));
      }
    }
    if (text.indexOf('\0') >= 0 || fileName.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("%s has a zero character".formatted(fileName));
    }
  }

  /** A source without options of its own. */
  public static KernelSource of(String fileName, String text) {
    return new KernelSource(fileName, text, List.of());
  }
}
