package dev.einkorn.runtime.cuda;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The CUDA driver has refused a call, or has reported that earlier work failed: work runs in the
 * background, so a kernel's failure shows at a later call. The message names the result, the call,
 * what it was for, and what may help.
 */
public final class CudaException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int code;
  private final String resultName;
  private final String call;
  private final boolean contextLost;

  CudaException(CudaResult result, String call, String subject) {
    this(result, call, subject, result.losesContext(), null);
  }

  private CudaException(
      CudaResult result,
      String call,
      String subject,
      boolean contextLost,
      @Nullable Throwable cause) {
    super(message(result, call, subject, contextLost, cause != null), cause);
    this.code = result.code();
    this.resultName = result.name();
    this.call = call;
    this.contextLost = contextLost;
  }

  /** What every call on a lost device gets. */
  static CudaException lost(CudaException first, String call) {
    return new CudaException(new CudaResult(first.code, first.resultName), call, "", true, first);
  }

  /** The driver's number, {@code CUresult}: 2 is out of memory. */
  public int code() {
    return code;
  }

  /** The driver's name for it: {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  public String resultName() {
    return resultName;
  }

  /** The function that answered so: {@code cuMemAlloc_v2}. */
  public String call() {
    return call;
  }

  /** Whether the device had not enough memory; smaller work may succeed. */
  public boolean isOutOfMemory() {
    return code == CudaResult.OUT_OF_MEMORY;
  }

  /**
   * Whether the device is lost: everything on it is gone, and every further call but {@code close}
   * fails with this failure as its cause.
   */
  public boolean isContextLost() {
    return contextLost;
  }

  private static String message(
      CudaResult result, String call, String subject, boolean lost, boolean again) {
    if (again) {
      return "%s was not called: the device was lost before, by %s (%s)"
          .formatted(call, result.name(), result.code());
    }
    StringBuilder message = new StringBuilder();
    message.append("%s: %s (%s)".formatted(call, result.name(), result.code()));
    if (!subject.isEmpty()) {
      message.append(", ").append(subject);
    }
    if (lost) {
      message.append("\nThe device is lost to this process: what was on it is gone.");
    }
    if (!result.hint().isEmpty()) {
      message.append("\nHint: ").append(result.hint());
    }
    return message.toString();
  }
}
