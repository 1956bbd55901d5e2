package dev.einkorn.runtime.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Compiled kernels, to be loaded by {@link CudaDevice#load}.
 *
 * <p>It holds machine code, or PTX with its final zero byte if the architecture says so, and all
 * that the compiler has said: warnings and the resource report.
 */
public final class Cubin {
  private final byte[] image;
  private final Architecture architecture;
  private final String log;
  private final List<KernelResources> resources;

  Cubin(byte[] image, Architecture architecture, String log) {
    this.image = image.clone();
    this.architecture = architecture;
    this.log = log;
    this.resources = KernelResources.parse(log);
  }

  /** Kernels compiled elsewhere, for instance by nvcc, with the log of that compilation. */
  public static Cubin of(byte[] image, Architecture architecture, String log) {
    return new Cubin(image, architecture, log);
  }

  /** The code, as a copy. */
  public byte[] image() {
    return image.clone();
  }

  /** Its length in bytes. */
  public int byteSize() {
    return image.length;
  }

  /** What it was compiled for. */
  public Architecture architecture() {
    return architecture;
  }

  /** Everything the compiler has said. */
  public String log() {
    return log;
  }

  /** What each kernel takes, in the log's order; empty for PTX, which is not assembled yet. */
  public List<KernelResources> resources() {
    return resources;
  }

  /** What a kernel takes, if the log tells. */
  public Optional<KernelResources> resources(String kernel) {
    return resources.stream().filter(it -> it.kernel().equals(kernel)).findFirst();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cubin that
        && Arrays.equals(image, that.image)
        && architecture.equals(that.architecture)
        && log.equals(that.log);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(image);
  }

  @Override
  public String toString() {
    return "%s, %s bytes: %s".formatted(architecture, image.length, resources);
  }
}
