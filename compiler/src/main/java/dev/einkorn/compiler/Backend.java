package dev.einkorn.compiler;

/** Where a program runs. */
public enum Backend {
  /** Generated Java, compiled in memory. */
  CPU,
  /**
   * Generated CUDA C++, compiled by NVRTC, on an NVIDIA GPU. Plans and sources need no GPU; calls
   * do, else they fail with {@link CudaUnavailableException}.
   */
  CUDA,
  /** The reference interpreter: slow, and right by inspection. */
  REFERENCE
}
