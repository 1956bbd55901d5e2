package dev.einkorn.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DynamicCallLoweringTest {
  private static final Path TOOL = Path.of("../runtime/src/build/java/DynamicCallLowering.java");

  private static final String SAMPLE =
      """
      import java.util.*;
      import java.util.function.*;
      import java.util.stream.*;

      public final class Sample {
        private final String name = "sample";

        interface Wide { double of(long a, double b, int c, float d); }
        interface Greeting { String to(String name); default String twice(String name) { return to(to(name)); } }
        interface Shout { String to(String name); default String twice(String name) { return to(name) + "!"; } }
        interface Named { String name(); private Supplier<String> later() { return () -> name() + "?"; }
          default String asked() { return later().get(); } static Named of(String n) { return () -> n; } }
        sealed interface Shape permits Circle, Square, Empty {}
        record Circle(double radius) implements Shape {}
        record Square(int side, long area, float f, byte b, short s, char c, boolean z, String text, int[] none)
            implements Shape {}
        record Empty() implements Shape {}
        record Pair<A, B>(A first, B second) {}
        enum Color { RED, GREEN }

        private String own(int n) { return name + n; }
        private static int twice(int n) { return 2 * n; }

        public static String describe() {
          StringBuilder out = new StringBuilder();
          new Sample().lambdas(out);
          records(out);
          switches(out);
          return out.toString();
        }

        private void lambdas(StringBuilder out) {
          boolean z = true; byte b = -1; short s = -300; char c = 'x'; int i = -7; long l = 1L << 40;
          float f = 1.5f; double d = -0.0; String t = "text";
          Supplier<String> captures = () -> "" + z + b + s + c + i + l + f + d + t + name;
          out.append(captures.get()).append('\\n');
          Wide wide = (p, q, r, u) -> p + q * r - u + l + d;
          out.append(wide.of(3, 0.5, 4, 0.25f)).append('\\n');
          IntUnaryOperator statics = Sample::twice;
          IntFunction<String> bound = this::own;
          Function<Integer, String> boxed = this::own;
          ToLongFunction<Integer> widened = Integer::intValue;
          DoubleSupplier fromInt = t::length;
          BinaryOperator<Integer> sum = Integer::sum;
          Supplier<List<String>> made = ArrayList::new;
          IntFunction<int[]> array = int[]::new;
          Function<String, Integer> unbound = String::length;
          Consumer<String> dropped = made.get()::add;
          BiConsumer<Map<String, Long>, String> dropsLong = (m, k) -> m.merge(k, 1L, Long::sum);
          Map<String, Long> counts = new TreeMap<>();
          dropsLong.accept(counts, "k"); dropsLong.accept(counts, "k"); dropped.accept("gone");
          out.append(statics.applyAsInt(4)).append(bound.apply(5)).append(boxed.apply(6)).append(widened.applyAsLong(7))
              .append(fromInt.getAsDouble()).append(sum.apply(8, 9)).append(made.get()).append(array.apply(3).length)
              .append(unbound.apply("four")).append(counts).append('\\n');
          Greeting greeting = n -> "hello " + n;
          Shout shout = n -> "HEY " + n;
          out.append(greeting.twice("you")).append(shout.twice("you")).append(Named.of("who").asked()).append('\\n');
          UnaryOperator<String> up = String::toUpperCase;
          out.append(up.andThen(String::length).compose((Object o) -> o.toString()).apply("abc")).append('\\n');
          Runnable serial = (Runnable & java.io.Serializable) () -> out.append("serial\\n");
          serial.run();
          out.append(Stream.of("b", "a", "cc").sorted(Comparator.comparing(String::length).reversed()
              .thenComparing(Comparator.naturalOrder())).collect(Collectors.joining(","))).append('\\n');
          Supplier<Supplier<String>> nested = () -> () -> name + t;
          out.append(nested.get().get()).append('\\n');
          try {
            List<?> numbers = List.of(1);
            @SuppressWarnings("unchecked") List<String> wrong = (List<String>) numbers;
            out.append(wrong.stream().map(w -> w.length()).toList());
          } catch (ClassCastException e) {
            out.append("class cast\\n");
          }
        }

        private static void records(StringBuilder out) {
          int[] none = {};
          var one = new Square(1, 2, Float.NaN, (byte) 3, (short) -4, 'c', true, null, none);
          var same = new Square(1, 2, Float.NaN, (byte) 3, (short) -4, 'c', true, null, none);
          out.append(one.equals(same)).append(one.hashCode() == same.hashCode())
              .append(one.toString().replaceAll("@.*", "")).append('\\n');
          out.append(new Circle(0.0).equals(new Circle(-0.0))).append(new Circle(Double.NaN).equals(new Circle(Double.NaN)))
              .append(new Circle(1).equals(null)).append(new Circle(1).equals("1")).append(new Circle(2).hashCode()).append('\\n');
          record Local(Pair<String, Integer> pair, List<Empty> all) {}
          var local = new Local(new Pair<>("a", 1), List.of(new Empty()));
          out.append(local).append(local.hashCode()).append(new Empty().hashCode()).append(local.equals(
              new Local(new Pair<>("a", 1), List.of(new Empty())))).append('\\n');
        }

        private static void switches(StringBuilder out) {
          for (Object o : new Object[] {new Circle(2), new Circle(-2), new Square(1, 1, 1, (byte) 1, (short) 1, 'c', true, "s", null),
              new Empty(), "text", 12, 13L, new int[2], Color.GREEN, null}) {
            out.append(switch (o) {
              case Circle(double r) when r > 0 -> "circle " + r;
              case Circle _ -> "negative";
              case Square(int side, _, _, _, _, _, _, String text, _) -> side + text;
              case Shape _ -> "shape";
              case String s when s.isEmpty() -> "empty";
              case CharSequence s -> "chars " + s.length();
              case Integer i when i > 12 -> "big";
              case Number n -> n.getClass().getSimpleName();
              case int[] a -> "ints " + a.length;
              case null -> "null";
              default -> "other";
            }).append(' ');
          }
          Color color = Color.RED;
          Object mixed = "RED";
          out.append(switch (color) { case RED -> 1; case GREEN -> 2; });
          out.append(switch (mixed) { case String s when s.equals("x") -> 1; case Color c -> 2; default -> 3; });
          Shape none = null;
          try {
            out.append(switch (none) { case Circle _ -> 1; case Square _ -> 2; case Empty _ -> 3; });
          } catch (NullPointerException e) {
            out.append("NPE");
          }
        }
      }
      """;

  @TempDir Path folder;

  @Test
  void lowered_code_does_what_dynamic_calls_do() throws Exception {
    Path classes = compiled();
    String expected = describe(classes);
    assertThat(expected).hasLineCount(13).doesNotContain("Lowered");
    assertThat(dynamicCalls(classes)).hasSizeGreaterThan(40);

    lower(classes);

    assertThat(describe(classes)).isEqualTo(expected);
    // A serializable lambda, written and read, and one of two interfaces with the same method.
    assertThat(dynamicCalls(classes)).containsExactlyInAnyOrder("run", "run", "to");
  }

  @Test
  void lowered_classes_are_left_alone() throws Exception {
    Path classes = compiled();
    lower(classes);
    byte[] once = Files.readAllBytes(classes.resolve("Sample$Lowered.class"));
    lower(classes);
    assertThat(classes.resolve("Sample$Lowered.class")).hasBinaryContent(once);
  }

  @Test
  void what_is_published_is_lowered() throws IOException {
    for (Path classes : List.of(Path.of("../runtime/target/classes"), Path.of("target/classes"))) {
      assertThat(dynamicCalls(classes)).isEmpty();
      try (Stream<Path> files = Files.walk(classes)) {
        assertThat(files.filter(file -> file.toString().endsWith("$Lowered.class"))).isNotEmpty();
      }
    }
  }

  private Path compiled() throws IOException {
    Path source = Files.writeString(folder.resolve("Sample.java"), SAMPLE);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-XDstringConcat=inline",
                "-d",
                classes.toString(),
                source.toString());
    assertThat(status).isZero();
    return classes;
  }

  private static void lower(Path classes) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, TOOL.toString(), classes.toString(), classes.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEmpty();
    assertThat(process.waitFor()).isZero();
  }

  private static String describe(Path classes) throws Exception {
    try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, null)) {
      Object text = loader.loadClass("Sample").getMethod("describe").invoke(null);
      return Objects.requireNonNull(text).toString();
    }
  }

  /** The names of methods that dynamic calls make. */
  private static List<String> dynamicCalls(Path classes) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        ClassModel model = ClassFile.of().parse(file);
        for (MethodModel method : model.methods()) {
          method.code().stream()
              .flatMap(code -> code.elementStream())
              .filter(InvokeDynamicInstruction.class::isInstance)
              .forEach(call -> names.add(((InvokeDynamicInstruction) call).name().stringValue()));
        }
      }
    }
    return names;
  }
}
