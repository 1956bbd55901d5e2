package dev.einkorn.runtime.cuda;

import java.util.Set;

/**
 * What a function of the driver has answered, other than success.
 *
 * @param code the number
 * @param name the driver's name for it
 */
record CudaResult(int code, String name) {
  static final int INVALID_VALUE = 1;
  static final int OUT_OF_MEMORY = 2;
  static final int NO_DEVICE = 100;
  static final int INVALID_IMAGE = 200;
  static final int NOT_FOUND = 500;

  /**
   * After these the header says "any further CUDA work will return the same error", or that the
   * context must be destroyed.
   */
  private static final Set<Integer> LOST =
      Set.of(4, 214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911);

  static CudaResult of(DriverApi api, int code) {
    return new CudaResult(code, api.errorName(code).orElse("CUDA error"));
  }

  /** Whether nothing works on the device from here on. */
  boolean losesContext() {
    return LOST.contains(code);
  }

  /** What may help, or nothing. */
  String hint() {
    return switch (code) {
      case OUT_OF_MEMORY ->
          "close tensors that are not needed, give the program a memory budget, or see with"
              + " nvidia-smi what else uses the device";
      case 3, 34 -> "this library is a stub for linking, not the driver";
      case NO_DEVICE ->
          "no GPU is visible: see nvidia-smi, CUDA_VISIBLE_DEVICES, and the container's options";
      case INVALID_IMAGE, 209, 218, 222 ->
          "the code is for another device, or the compiler is of a newer CUDA than the driver: name"
              + " an older NVRTC by -Deinkorn.cuda.nvrtc=FILE";
      case 201 -> "the thread has no context; another library may have reset the device";
      case NOT_FOUND -> "is the kernel declared extern \"C\" __global__, and spelt the same?";
      case 700, 716, 717, 719 ->
          "a kernel has read or written outside of its operands, or at an odd address; run the"
              + " program under compute-sanitizer, or with -Deinkorn.cuda.blocking=true to learn"
              + " which";
      case 701, INVALID_VALUE ->
          "too many threads, registers or bytes of shared memory for one block?";
      case 702 -> "a kernel ran for too long; this device also drives a display";
      case 802, 803, 804, 999 ->
          "the driver does not work: restart the machine or its fabric manager, see nvidia-smi";
      default -> "";
    };
  }
}
