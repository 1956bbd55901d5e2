package dev.einkorn.samples.gpu;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.MatrixPrecision;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.DeviceTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** Times workloads on tensors that stay on the device; each result is checked at some elements. */
final class Bench {
  private static final int SAMPLES = 12;
  private static final double F32_BOUND = 1e-4;

  /** Two factors of eight bits, rounded to nearest: at most 2 * 2^-9 of each product. */
  private static final double ROUNDED_BOUND = 5e-3;

  private static final double F64_BOUND = 1e-11;

  /**
   * What came out.
   *
   * @param seconds of a call; empty if it failed
   * @param cublas seconds of the same by cuBLAS
   * @param problem what failed; empty if all is well
   */
  record Row(Workload workload, OptionalDouble seconds, OptionalDouble cublas, String problem) {}

  private final CudaDevice device;
  private final Map<MatrixPrecision, Einkorn> compilers = new LinkedHashMap<>();
  private final Optional<Cublas> cublas;
  private final Stopwatch stopwatch;

  Bench(CudaDevice device, Optional<Cublas> cublas, double seconds) {
    this.device = device;
    this.cublas = cublas;
    this.stopwatch = new Stopwatch(seconds, device::synchronize);
    for (MatrixPrecision precision : MatrixPrecision.values()) {
      compilers.put(
          precision,
          Einkorn.builder()
              .backend(Backend.CUDA)
              .device(device)
              .matrixPrecision(precision)
              .build());
    }
  }

  /** Bytes a second that a copy of some bytes reads and writes: the ceiling of what streams. */
  double copyBandwidth(long bytes) {
    long elements = bytes / ElementType.F32.byteSize();
    CompiledProgram copy = compiler(MatrixPrecision.F32).prepare("T[i] = S[i]");
    try (DeviceTensor from = device.zeros(ElementType.F32, elements);
        DeviceTensor to = device.allocate(ElementType.F32, elements)) {
      double seconds = stopwatch.time(() -> copy.callOnDevice(Map.of("S", from), Map.of("T", to)));
      return 2.0 * bytes / seconds;
    }
  }

  private Einkorn compiler(MatrixPrecision precision) {
    Einkorn einkorn = compilers.get(precision);
    if (einkorn == null) {
      throw new AssertionError(precision);
    }
    return einkorn;
  }

  Row run(Workload workload) {
    Map<String, Tensor> hosts = new LinkedHashMap<>();
    workload.operands().forEach(operand -> hosts.put(operand.name(), operand.draw(1)));
    Map<String, DeviceTensor> inputs = new LinkedHashMap<>();
    List<DeviceTensor> open = new ArrayList<>();
    try {
      hosts.forEach(
          (name, host) -> {
            DeviceTensor tensor = device.upload(host);
            open.add(tensor);
            inputs.put(name, tensor);
          });
      Einkorn einkorn = compiler(workload.precision());
      CompiledProgram program =
          workload.einsum()
              ? einkorn.prepareEinsum(workload.text())
              : einkorn.prepare(workload.text());
      Map<String, DeviceTensor> outputs = program.callOnDevice(inputs);
      DeviceTensor output = outputs.values().iterator().next();
      open.add(output);
      String problem = workload.einsum() ? problem(workload, hosts, output) : "";
      if (!problem.isEmpty()) {
        return new Row(workload, OptionalDouble.empty(), OptionalDouble.empty(), problem);
      }
      double seconds = stopwatch.time(() -> program.callOnDevice(inputs, outputs));
      OptionalDouble other = OptionalDouble.empty();
      if (cublas.isPresent() && inputs.size() == 2) {
        List<DeviceTensor> factors = List.copyOf(inputs.values());
        Optional<Runnable> gemm =
            cublas.get().prepare(workload.gemm(), factors.getFirst(), factors.getLast(), output);
        if (gemm.isPresent()) {
          other = OptionalDouble.of(stopwatch.time(gemm.get()));
        }
      }
      return new Row(workload, OptionalDouble.of(seconds), other, "");
    } catch (RuntimeException e) {
      return new Row(
          workload,
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          e.toString().lines().findFirst().orElse(""));
    } finally {
      open.forEach(DeviceTensor::close);
    }
  }

  /** Some elements of an einsum, computed here in double. */
  private static String problem(Workload workload, Map<String, Tensor> hosts, DeviceTensor output) {
    String[] sides = workload.text().split("->", -1);
    String[] labels = sides[0].split(",", -1);
    List<Tensor> factors = List.copyOf(hosts.values());
    Map<Character, Long> extents = new LinkedHashMap<>();
    for (int n = 0; n < labels.length; n++) {
      for (int axis = 0; axis < labels[n].length(); axis++) {
        extents.put(labels[n].charAt(axis), factors.get(n).extent(axis));
      }
    }
    List<Character> summed =
        extents.keySet().stream().filter(label -> sides[1].indexOf(label) < 0).toList();
    var random = new SplittableRandom(3);
    for (int sample = 0; sample < SAMPLES; sample++) {
      Map<Character, Long> at = new LinkedHashMap<>();
      List<DeviceTensor> views = new ArrayList<>();
      try {
        DeviceTensor view = output;
        for (int axis = 0; axis < sides[1].length(); axis++) {
          char label = sides[1].charAt(axis);
          long position = random.nextLong(extents.getOrDefault(label, 1L));
          at.put(label, position);
          view = view.select(0, position);
          views.add(view);
        }
        double found = view.download().getDouble();
        double[] expected = new double[2];
        sum(factors, labels, summed, 0, extents, at, expected);
        double bound =
            workload.precision() != MatrixPrecision.F32
                ? ROUNDED_BOUND
                : factors.getFirst().elementType() == ElementType.F64 ? F64_BOUND : F32_BOUND;
        if (!(Math.abs(found - expected[0]) <= bound * (1 + expected[1]))) {
          return "WRONG: the element at %s is %s, expected %s".formatted(at, found, expected[0]);
        }
      } finally {
        views.forEach(DeviceTensor::close);
      }
    }
    return "";
  }

  /** Adds the sum of all terms to the first number, and that of their sizes to the second. */
  private static void sum(
      List<Tensor> factors,
      String[] labels,
      List<Character> summed,
      int depth,
      Map<Character, Long> extents,
      Map<Character, Long> at,
      double[] sums) {
    if (depth < summed.size()) {
      char label = summed.get(depth);
      for (long n = 0; n < extents.getOrDefault(label, 0L); n++) {
        at.put(label, n);
        sum(factors, labels, summed, depth + 1, extents, at, sums);
      }
      return;
    }
    double product = 1;
    for (int n = 0; n < labels.length; n++) {
      long[] position = new long[labels[n].length()];
      for (int axis = 0; axis < position.length; axis++) {
        position[axis] = at.getOrDefault(labels[n].charAt(axis), 0L);
      }
      product *= factors.get(n).getDouble(position);
    }
    sums[0] += product;
    sums[1] += Math.abs(product);
  }
}
