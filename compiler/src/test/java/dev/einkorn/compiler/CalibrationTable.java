package dev.einkorn.compiler;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Prints predicted and measured times of programs of all kinds, on one thread, to set the constants
 * of the cost model by. Run by hand; what is measured is the time of the processor, so that other
 * work on the machine matters little.
 */
final class CalibrationTable {
  private static final long BATCH_NANOS = 20_000_000;
  private static final int BATCHES = 9;

  /** A program, the shapes of its inputs and their type. */
  private static final String[] PROGRAMS = {
    "C[i,j]=A[i,k]*B[k,j]|A 4 4;B 4 4|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 16 16;B 16 16|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 64 64;B 64 64|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 64 64;B 64 64|f64",
    "C[i,j]=A[i,k]*B[k,j]|A 256 256;B 256 256|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 768 768;B 768 768|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 512 512;B 512 512|f64",
    "C[i,j]=A[i,k]*B[j,k]|A 128 128;B 128 128|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 8 1024;B 1024 1024|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 1024 1024;B 1024 8|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 1024 8;B 8 1024|f32",
    "C[i,j]=A[i,k]*B[k,j]|A 32 65536;B 65536 32|f32",
    "C[b,i,j]=A[b,i,k]*B[b,k,j]|A 200 16 16;B 200 16 16|f32",
    "E[n,k,d]=A[n,h,d]*B[k,h,d]|A 32 32 256;B 32 32 256|f32",
    "D[i,j]=sum[k]((x[i,k]-y[j,k])^2)|x 300 64;y 300 64|f32",
    "y[i]=A[i,k]*x[k]|A 100 100;x 100|f32",
    "y[i]=A[i,k]*x[k]|A 1024 1024;x 1024|f32",
    "y[i]=A[i,k]*x[k]|A 2048 2048;x 2048|f64",
    "y[k]=A[i,k]*x[i]|A 1024 1024;x 1024|f32",
    "c[k]=A[i,k]*B[i,k]|A 512 512;B 512 512|f32",
    "c[k]=A[i,k]*B[i,k]|A 4096 1024;B 4096 1024|f32",
    "s=a[i]*b[i]|a 64;b 64|f32",
    "s=a[i]*b[i]|a 10000;b 10000|f32",
    "s=a[i]*b[i]|a 4000000;b 4000000|f32",
    "s[i]=A[i,j]|A 1000 1000|f64",
    "m[i]=max[j](A[i,j])|A 1000 1000|f32",
    "z[i]=x[i]+y[i]|x 8;y 8|f32",
    "z[i]=x[i]+y[i]|x 10000;y 10000|f32",
    "z[i]=2*x[i]+y[i]|x 4000000;y 4000000|f32",
    "z[i]=2*x[i]+y[i]*x[i]-1|x 300000;y 300000|f64",
    "z[i]=exp(x[i])|x 100000|f32",
    "z[i]=tanh(x[i])*y[i]|x 1000000;y 1000000|f32",
    "z[i]=sin(x[i])|x 100000|f64",
    "z[i]=x[i]/y[i]|x 100000;y 100000|f32",
    "B[j,i]=A[i,j]+0|A 200 200|f32",
    "B[j,i]=A[i,j]+0|A 2000 2000|f32",
    "C[i,j]=x[i]*y[j]|x 1000;y 1000|f32",
    "m[r]=max[c](X[r,c]);z[r,c]=exp(X[r,c]-m[r]);s[r]=sum[c](z[r,c]);P[r,c]=z[r,c]/s[r]|X 500"
        + " 1000|f32",
    "C[i,j,k]=B[i]*A[j,k];C2[i,j,k]=Y[j]*Z[i,k];"
        + "E[k]=(C[i,j,k]+C2[i,j,k])*(C[i,k,j]+C2[i,k,j])|B 40;A 40 40;Y 40;Z 40 40|f64",
    "C[i,j,k]=B[i]*A[j,k];C2[i,j,k]=Y[j]*Z[i,k];"
        + "E[k]=(C[i,j,k]+C2[i,j,k])*(C[i,k,j]+C2[i,k,j])|B 408;A 400 400;Y 400;Z 408 400|f64",
    "s=x[i]*A[i,j]*x[j]|x 20;A 20 20|f64",
    "E[i,l]=A[i,j]*B[j,k]*C[k,l]|A 8 8;B 8 8;C 8 8|f32",
    "E[i,l]=A[i,j]*B[j,k]*C[k,l]|A 200 100;B 100 150;C 150 300|f32",
    "M[i,r]=T[i,j,k]*B[j,r]*C[k,r]|T 64 64 64;B 64 16;C 64 16|f32",
    "S[q,k]=Q[q,h]*K[k,h]*0.125;m[q]=max[k](S[q,k]);z[q,k]=exp(S[q,k]-m[q]);s[q]=sum[k](z[q,k]);"
        + "O[q,d]=z[q,k]*V[k,d]/s[q]|Q 512 64;K 512 64;V 512 64|f32",
  };

  private CalibrationTable() {}

  /** Prints the table; the arguments are the numbers of programs, none for all. */
  public static void main(String[] numbers) throws InterruptedException {
    double logarithms = 0;
    int count = 0;
    int near = 0;
    for (int n = 0; n < PROGRAMS.length; n++) {
      if (numbers.length > 0 && !List.of(numbers).contains(Integer.toString(n))) {
        continue;
      }
      String[] parts = PROGRAMS[n].split("\\|", -1);
      ElementType type = parts[2].equals("f32") ? ElementType.F32 : ElementType.F64;
      Map<String, Tensor> inputs = inputs(parts[1], type);
      CompiledProgram program = Einkorn.builder().threads(1).build().prepare(parts[0]);
      double predicted = program.plan(inputs).predictedNanos();
      double measured = measured(program, inputs);
      double ratio = predicted / measured;
      logarithms += Math.log(ratio);
      near += ratio < 2.5 && ratio > 0.4 ? 1 : 0;
      count++;
      System.out.printf(
          Locale.ROOT,
          "%2s %10.2f %10.2f us %6.2f  %s %s%n",
          n,
          predicted / 1e3,
          measured / 1e3,
          ratio,
          parts[0].substring(0, Math.min(40, parts[0].length())),
          parts[1] + " " + parts[2]);
    }
    System.out.printf(
        Locale.ROOT,
        "geometric mean of %s: %.2f; within 2.5: %s%n",
        count,
        Math.exp(logarithms / count),
        near);
  }

  private static Map<String, Tensor> inputs(String shapes, ElementType type) {
    var random = new Random(1);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String input : shapes.split(";", -1)) {
      String[] words = input.split(" ", -1);
      long[] shape = new long[words.length - 1];
      int elements = 1;
      for (int axis = 0; axis < shape.length; axis++) {
        shape[axis] = Long.parseLong(words[axis + 1]);
        elements *= (int) shape[axis];
      }
      inputs.put(
          words[0],
          Tensor.of(random.doubles(elements, 0.5, 1.5).toArray(), shape).cast(type).copy());
    }
    return inputs;
  }

  /** The least time of a call by position. */
  private static double measured(CompiledProgram program, Map<String, Tensor> inputs)
      throws InterruptedException {
    Map<String, Tensor> outputs = program.call(inputs);
    program.awaitWarm(Duration.ofSeconds(60));
    Tensor[] passed =
        program.inputNames().stream()
            .map(name -> ProgramText.named(inputs, name))
            .toArray(Tensor[]::new);
    Tensor[] results =
        program.outputNames().stream()
            .map(name -> ProgramText.named(outputs, name))
            .toArray(Tensor[]::new);
    var threads = ManagementFactory.getThreadMXBean();
    long calls = 1;
    List<Double> times = new ArrayList<>();
    while (times.size() < BATCHES) {
      long before = threads.getCurrentThreadCpuTime();
      for (long call = 0; call < calls; call++) {
        program.run(passed, results);
      }
      long took = threads.getCurrentThreadCpuTime() - before;
      if (took > BATCH_NANOS / 2 || calls > 1 << 20) {
        times.add((double) took / calls);
      } else {
        calls = Math.clamp(BATCH_NANOS * calls / Math.max(1, took), calls + 1, 16 * calls);
      }
    }
    return times.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }
}
