package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;

/**
 * Random programs of sums and products, one to three statements deep, with small whole numbers as
 * inputs, so that every order of operations gives the same result, or with real ones. Programs over
 * floating-point numbers divide, too: by powers of two, or by real numbers near one.
 */
final class PolynomialPrograms {
  private static final List<String> INDICES = List.of("i", "j", "k", "l");

  /** What programs divide by; it is nothing else's factor. */
  private static final String DIVISOR = "P";

  private final Random random;
  private final Map<String, Integer> extents = new LinkedHashMap<>();
  private final Map<String, List<String>> tensors = new LinkedHashMap<>();
  private final Map<String, List<String>> computed = new LinkedHashMap<>();
  private final List<String> statements = new ArrayList<>();
  private final ElementType type;
  private final boolean real;
  private int bound;

  private PolynomialPrograms(long seed, boolean real) {
    random = new Random(seed * 6364136223846793005L);
    this.real = real;
    int drawn = random.nextInt(4);
    type =
        real
            ? ElementType.F64
            : List.of(ElementType.F64, ElementType.I32, ElementType.I64, ElementType.I64)
                .get(drawn);
    for (String index : INDICES) {
      extents.put(index, random.nextInt(15) == 0 ? 0 : 1 + random.nextInt(3));
    }
    int inputs = 2 + random.nextInt(3);
    for (int n = 0; n < inputs; n++) {
      tensors.put(String.valueOf((char) ('A' + n)), axes(random.nextInt(4) == 0 ? 1 : 2));
    }
    if (type.isFloating()) {
      tensors.put(DIVISOR, axes(1));
    }
    int count = 1 + random.nextInt(3);
    for (int n = 0; n < count; n++) {
      boolean last = n == count - 1;
      String name = last ? "R" : "T" + n;
      List<String> kept = axes(random.nextInt(3));
      kept = List.copyOf(new LinkedHashSet<>(kept));
      statements.add(name + "[" + String.join(",", kept) + "] = " + closed(kept));
      computed.put(name, kept);
    }
  }

  /**
   * A program with its inputs.
   *
   * @param text as written
   */
  record Drawn(String text, IndexProgram program, Map<String, Tensor> inputs) {}

  static Drawn draw(long seed) {
    return new PolynomialPrograms(seed, false).drawn();
  }

  /** A program of doubles between -1 and 1, with divisors from 0.5 to 2. */
  static Drawn drawReal(long seed) {
    return new PolynomialPrograms(seed, true).drawn();
  }

  private Drawn drawn() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Map<String, InputType> types = new LinkedHashMap<>();
    String text = String.join("\n", statements);
    tensors.forEach(
        (name, axes) -> {
          long[] shape =
              axes.stream().mapToLong(axis -> ProgramText.named(extents, axis)).toArray();
          Tensor tensor = Tensor.zeros(type, shape);
          fill(tensor, name.equals(DIVISOR));
          if (text.contains(name + "[")) {
            inputs.put(name, tensor);
            types.put(
                name, new InputType(type, axes.stream().map(_ -> OptionalLong.empty()).toList()));
          }
        });
    return new Drawn(text, ProgramText.check(text, types), inputs);
  }

  private void fill(Tensor tensor, boolean divisor) {
    long elements = 1;
    for (long extent : tensor.shape()) {
      elements *= extent;
    }
    Tensor flat = tensor.reshape(elements);
    for (long n = 0; n < elements; n++) {
      if (divisor) {
        flat.set(real ? 0.5 + 1.5 * random.nextDouble() : 1 << random.nextInt(2), n);
      } else if (real) {
        flat.set(2 * random.nextDouble() - 1, n);
      } else if (type.isFloating()) {
        flat.set(random.nextInt(5) - 2, n);
      } else {
        flat.setLong(random.nextInt(5) - 2, n);
      }
    }
  }

  private List<String> axes(int rank) {
    List<String> axes = new ArrayList<>();
    for (int n = 0; n < rank; n++) {
      axes.add(INDICES.get(random.nextInt(INDICES.size())));
    }
    return axes;
  }

  /** An expression over some indices, with sums over all others that it uses. */
  private String closed(List<String> kept) {
    List<String> terms = new ArrayList<>();
    int count = 1 + random.nextInt(2);
    for (int n = 0; n < count; n++) {
      List<String> summed = new ArrayList<>();
      for (int s = 1 + random.nextInt(2); s > 0; s--) {
        summed.add("s" + bound++);
      }
      List<String> inside = new ArrayList<>(kept);
      inside.addAll(summed);
      Map<String, String> ranges = new LinkedHashMap<>();
      summed.forEach(s -> ranges.put(s, INDICES.get(random.nextInt(INDICES.size()))));
      String body = product(inside, ranges, 2);
      List<String> used = summed.stream().filter(s -> body.matches(".*\\b" + s + "\\b.*")).toList();
      String factor = random.nextInt(3) == 0 ? (2 + random.nextInt(2)) + " * " : "";
      terms.add(
          factor + (used.isEmpty() ? body : "sum[" + String.join(",", used) + "](" + body + ")"));
    }
    return String.join(random.nextBoolean() ? " + " : " - ", terms);
  }

  private String product(List<String> variables, Map<String, String> ranges, int depth) {
    List<String> factors = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int n = 0; n < count; n++) {
      int kind = depth == 0 ? 0 : random.nextInt(6);
      if (kind == 4) {
        factors.add("(" + sum(variables, ranges, depth - 1) + ")");
      } else if (kind == 5) {
        factors.add("(" + sum(variables, ranges, depth - 1) + ")^2");
      } else {
        factors.add(access(variables, ranges));
      }
    }
    String product = String.join(" * ", factors);
    return type.isFloating() && random.nextInt(3) == 0
        ? product + " / " + access(List.of(DIVISOR), variables, ranges, "2")
        : product;
  }

  private String sum(List<String> variables, Map<String, String> ranges, int depth) {
    return product(variables, ranges, depth)
        + (random.nextBoolean() ? " + " : " - ")
        + product(variables, ranges, depth);
  }

  /** An access by variables that range over the axes; a number if there is none. */
  private String access(List<String> variables, Map<String, String> ranges) {
    List<String> names = new ArrayList<>(tensors.keySet());
    names.remove(DIVISOR);
    names.addAll(computed.keySet());
    return access(names, variables, ranges, Integer.toString(1 + random.nextInt(3)));
  }

  private String access(
      List<String> names, List<String> variables, Map<String, String> ranges, String otherwise) {
    Map<String, List<String>> all = new LinkedHashMap<>(tensors);
    all.putAll(computed);
    for (int tries = 0; tries < 12; tries++) {
      String name = names.get(random.nextInt(names.size()));
      List<String> subscripts = new ArrayList<>();
      for (String axis : ProgramText.named(all, name)) {
        List<String> fitting =
            variables.stream().filter(v -> ranges.getOrDefault(v, v).equals(axis)).toList();
        if (!fitting.isEmpty()) {
          subscripts.add(fitting.get(random.nextInt(fitting.size())));
        }
      }
      if (subscripts.size() == ProgramText.named(all, name).size()) {
        return name + "[" + String.join(",", subscripts) + "]";
      }
    }
    return otherwise;
  }
}
