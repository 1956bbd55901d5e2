package dev.einkorn.samples.gpu;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Programs on the GPU and on the CPU, whose results must agree. */
final class Suite {
  /** A program, or an einsum string, and its inputs. */
  private record Check(String text, boolean einsum, Map<String, Tensor> inputs) {}

  private static final long[] SIZES = {1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 64, 65, 128, 130};
  private static final long MOST_TERMS = 1 << 19;
  private static final double F32_BOUND = 2e-5;
  private static final double F64_BOUND = 1e-12;

  private final Einkorn gpu;
  private final Einkorn cpu = Einkorn.builder().mode(Mode.DETERMINISTIC).build();
  private final PrintStream out;

  Suite(Einkorn gpu, PrintStream out) {
    this.gpu = gpu;
    this.out = out;
  }

  /** Runs all written checks and so many random ones; the number of those that fail. */
  int run(int random, boolean quick) {
    List<Check> checks = new ArrayList<>(written(quick ? 40 : 1000));
    var seeds = new SplittableRandom(7);
    for (int n = 0; n < random; n++) {
      checks.add(n % 3 == 2 ? elementwise(seeds) : einsum(seeds));
    }
    int failed = 0;
    for (Check check : checks) {
      String problem = problem(check);
      if (!problem.isEmpty()) {
        failed++;
        out.println("FAILED " + check.text() + " " + describe(check) + ": " + problem);
      }
    }
    out.printf("checks: %s programs, %s failed%n", checks.size(), failed);
    return failed;
  }

  private static String describe(Check check) {
    var text = new StringBuilder();
    check
        .inputs()
        .forEach(
            (name, tensor) -> {
              text.append(name).append(' ').append(tensor.elementType()).append('[');
              for (int axis = 0; axis < tensor.rank(); axis++) {
                text.append(axis == 0 ? "" : ",")
                    .append(tensor.extent(axis))
                    .append(':')
                    .append(tensor.stride(axis));
              }
              text.append("] ");
            });
    return text.toString();
  }

  private String problem(Check check) {
    try {
      Map<String, Tensor> expected = call(cpu, check);
      Map<String, Tensor> actual = call(gpu, check);
      for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
        Tensor other = actual.get(entry.getKey());
        String difference = other == null ? "missing" : difference(entry.getValue(), other);
        if (!difference.isEmpty()) {
          return entry.getKey() + ": " + difference;
        }
      }
      return "";
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  private static Map<String, Tensor> call(Einkorn einkorn, Check check) {
    CompiledProgram program =
        check.einsum() ? einkorn.prepareEinsum(check.text()) : einkorn.prepare(check.text());
    return program.call(check.inputs());
  }

  /** What differs by more than roundings explain; nothing if all is well. */
  private static String difference(Tensor expected, Tensor actual) {
    double[] e = expected.cast(ElementType.F64).toDoubleArray();
    double[] a = actual.cast(ElementType.F64).toDoubleArray();
    double bound =
        switch (expected.elementType()) {
          case F32 -> F32_BOUND;
          case F64 -> F64_BOUND;
          case I32, I64, BOOL -> 0;
        };
    double scale = 1;
    for (double value : e) {
      scale = Double.isFinite(value) ? Math.max(scale, Math.abs(value)) : scale;
    }
    for (int n = 0; n < e.length; n++) {
      if (Double.compare(e[n], a[n]) != 0 && !(Math.abs(e[n] - a[n]) <= bound * scale)) {
        return "element %s is %s, expected %s".formatted(n, a[n], e[n]);
      }
    }
    return "";
  }

  /** A program for each kind of kernel; sizes are about as large as given. */
  private static List<Check> written(long size) {
    List<Check> checks = new ArrayList<>();
    Operand a = Operand.f32("A", size, size / 2 + 3);
    Operand b = Operand.f32("B", size / 2 + 3, size - 5);
    add(checks, "C[i,j] = A[i,k] * B[k,j]", a, b);
    add(checks, "C[i,j] += A[i,k] * B[k,j]", a, b, Operand.f32("C", size, size - 5));
    add(checks, "r[i] = A[i,k]; c[k] = A[i,k]; s = A[i,k]", a);
    add(checks, "m[i] = max[k](A[i,k]); p[i] = argmin[k](A[i,k])", a);
    add(checks, "P[i,j] = exp(A[i,j] - max[l](A[i,l])) / sum[k](exp(A[i,k] - max[l](A[i,l])))", a);
    add(checks, "T[k,i] = A[i,k]", a);
    add(checks, "Y[i,j] = tanh(A[i,j]) + sin(A[i,j]) * sqrt(abs(A[i,j])) - log(2 + A[i,j])", a);
    add(checks, "y[i] = sum[j](A[i,j] where j <= i)", a);
    add(
        checks,
        "O[x,y] = sum[r,s](clamp(A[x+r-1,y+s-1]) * K[r,s]) where x < extent(A, 0), y < extent(A,"
            + " 1)",
        a,
        Operand.f32("K", 3, 3));
    add(checks, "D[i,l] = A[i,j] * B[j,k] * E[l,k]", a, b, Operand.f32("E", 9, size - 5));
    add(
        checks,
        "E[n,k,d] = A[n,h,d] * B[k,h,d]",
        Operand.f32("A", 17, 9, size / 4),
        Operand.f32("B", 13, 9, size / 4));
    add(
        checks,
        """
        C[i,j,k]  = B[i] * A[j,k]
        C2[i,j,k] = Y[j] * Z[i,k]
        E[k]      = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])
        """,
        Operand.f32("A", 33, 33),
        Operand.f32("B", 33),
        Operand.f32("Y", 33),
        Operand.f32("Z", 33, 33));
    List<Long> line = List.of(size);
    add(
        checks,
        "q[i] = x[i] // y[i]; z[i] = x[i] ^ 2 % 7",
        new Operand("x", ElementType.I64, line),
        new Operand("y", ElementType.I64, line));
    add(checks, "a = any[i](x[i]); b = all[i](x[i])", new Operand("x", ElementType.BOOL, line));
    return checks;
  }

  private static void add(List<Check> checks, String text, Operand... operands) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Operand operand : operands) {
      Tensor tensor = operand.draw(checks.size());
      // Divisors of whole numbers are not zero.
      if (operand.type() == ElementType.I64 && operand.name().equals("y")) {
        for (long n = 0; n < tensor.elementCount(); n++) {
          tensor.setLong(tensor.getLong(n) == 0 ? 1 : tensor.getLong(n), n);
        }
      }
      inputs.put(operand.name(), tensor);
    }
    checks.add(new Check(text, false, inputs));
  }

  /** A product of one to three tensors in random views, summed over some indices. */
  private static Check einsum(SplittableRandom random) {
    int labels = random.nextInt(2, 6);
    long[] extents = new long[labels];
    long terms;
    do {
      terms = 1;
      for (int n = 0; n < labels; n++) {
        extents[n] = SIZES[random.nextInt(SIZES.length)];
        terms *= extents[n];
      }
    } while (terms > MOST_TERMS);
    ElementType type =
        List.of(ElementType.F32, ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64)
            .get(random.nextInt(5));
    int operands = random.nextInt(1, 4);
    List<String> subscripts = new ArrayList<>();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int operand = 0; operand < operands; operand++) {
      List<Integer> axes = new ArrayList<>();
      for (int n = 0; n < labels; n++) {
        // The last operand takes what no other has.
        boolean taken = String.join("", subscripts).indexOf('a' + n) >= 0;
        if (random.nextInt(10) < 6 || (operand == operands - 1 && !taken)) {
          axes.add(random.nextInt(axes.size() + 1), n);
        }
      }
      var text = new StringBuilder();
      axes.forEach(n -> text.append((char) ('a' + n)));
      subscripts.add(text.toString());
      String name = Character.toString((char) ('A' + operand));
      inputs.put(name, view(random, name, type, axes.stream().map(n -> extents[n]).toList()));
    }
    var output = new StringBuilder();
    for (int n = 0; n < labels; n++) {
      if (random.nextBoolean()) {
        output.insert(random.nextInt(output.length() + 1), (char) ('a' + n));
      }
    }
    return new Check(String.join(",", subscripts) + "->" + output, true, inputs);
  }

  /** A statement of three tensors, element by element. */
  private static Check elementwise(SplittableRandom random) {
    List<String> bodies =
        List.of(
            "A[i,j] * x[j] + B[j,i]",
            "max(A[i,j], x[j]) - min(B[j,i], x[j])",
            "select(A[i,j] < x[j], B[j,i], 2 * A[i,j])",
            "abs(A[i,j]) - x[j] * x[j] * B[j,i]",
            "relu(A[i,j] + B[j,i]) / (1 + x[j]^2)");
    List<Long> shape =
        List.of(SIZES[random.nextInt(SIZES.length)], SIZES[random.nextInt(SIZES.length)]);
    ElementType type = random.nextBoolean() ? ElementType.F32 : ElementType.F64;
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", view(random, "A", type, shape));
    inputs.put("B", view(random, "B", type, shape.reversed()));
    inputs.put("x", view(random, "x", type, List.of(shape.getLast())));
    return new Check("Y[i,j] = " + bodies.get(random.nextInt(bodies.size())), false, inputs);
  }

  /** A tensor of this shape whose memory has another order of axes, or gaps, or runs backward. */
  private static Tensor view(
      SplittableRandom random, String name, ElementType type, List<Long> shape) {
    int rank = shape.size();
    List<Integer> order = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      order.add(random.nextInt(order.size() + 1), axis);
    }
    boolean gaps = rank > 0 && random.nextInt(4) == 0;
    List<Long> stored = new ArrayList<>();
    for (int axis : order) {
      stored.add(gaps && stored.isEmpty() ? 2 * shape.get(axis) + 1 : shape.get(axis));
    }
    Tensor tensor = new Operand(name, type, stored).draw(random.nextLong());
    if (gaps) {
      long extent = shape.get(order.getFirst());
      tensor =
          random.nextBoolean()
              ? tensor.slice(0, 1, 2 * extent + 1, 2)
              : tensor.slice(0, 2 * extent, 0, -2);
    }
    int[] places = new int[rank];
    for (int n = 0; n < rank; n++) {
      places[order.get(n)] = n;
    }
    return tensor.permute(places);
  }
}
