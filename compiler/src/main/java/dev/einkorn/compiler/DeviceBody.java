package dev.einkorn.compiler;

import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.DeviceTensor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Computes a frame of the host's on a GPU: inputs go there, results come back. */
final class DeviceBody implements BoundCall.Body {
  private final DeviceCalls calls;
  private final int inputs;

  /** For each output which input has its first value, or -1. */
  private final int[] initial;

  DeviceBody(DeviceCalls calls, int inputs, int[] initial) {
    this.calls = calls;
    this.inputs = inputs;
    this.initial = initial;
  }

  @Override
  public void run(Tensor[] frame) {
    CudaDevice device = calls.device();
    @Nullable DeviceTensor[] onDevice = new @Nullable DeviceTensor[frame.length];
    try {
      for (int n = 0; n < initial.length; n++) {
        if (initial[n] >= 0) {
          // The output has its first value by now.
          onDevice[inputs + n] = device.upload(frame[inputs + n]);
          onDevice[initial[n]] = onDevice[inputs + n];
        }
      }
      for (int n = 0; n < inputs; n++) {
        if (onDevice[n] == null) {
          onDevice[n] = device.upload(frame[n]);
        }
      }
      DeviceTensor[] complete = calls.run(onDevice);
      for (int n = inputs; n < complete.length; n++) {
        complete[n].download(frame[n]);
      }
    } finally {
      Arrays.stream(onDevice).filter(Objects::nonNull).forEach(DeviceTensor::close);
    }
  }
}
