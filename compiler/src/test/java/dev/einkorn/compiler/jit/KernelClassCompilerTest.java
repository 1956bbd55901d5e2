package dev.einkorn.compiler.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class KernelClassCompilerTest {
  private final KernelClassCompiler compiler = new KernelClassCompiler();

  private static EmittedSource source(String body) {
    return new EmittedSource(
        KernelClassCompiler.PACKAGE + ".Kernel_x",
        """
        package %s;

        import dev.einkorn.runtime.Kernel;
        import dev.einkorn.runtime.Tensor;
        import dev.einkorn.runtime.Worker;

        public final class Kernel_x implements Kernel {
          @Override
          public void run(Tensor[] operands, long[] sizes, Worker worker) {
            %s
          }
        }
        """
            .formatted(KernelClassCompiler.PACKAGE, body));
  }

  private static final EmittedSource DOUBLES_ONE_ELEMENT =
      source("operands[0].floatArray()[0] *= 2.0f;");

  @Test
  void compilesAKernel() {
    float[] data = {21};
    compiler
        .compile(DOUBLES_ONE_ELEMENT)
        .run(new Tensor[] {Tensor.of(data, 1)}, new long[0], Worker.solo());
    assertThat(data).containsExactly(42);
  }

  @Test
  void theClassIsHiddenSoThatOneNameServesManyKernels() {
    Kernel first = compiler.compile(DOUBLES_ONE_ELEMENT);
    Kernel second = compiler.compile(DOUBLES_ONE_ELEMENT);
    assertThat(first.getClass().isHidden()).isTrue();
    assertThat(first.getClass()).isNotSameAs(second.getClass());
    assertThat(first.getClass().getName()).startsWith(DOUBLES_ONE_ELEMENT.name());
  }

  @Test
  void badSourceIsShownWithNumberedLines() {
    assertThatThrownBy(() -> compiler.compile(source("int n = \"text\";")))
        .isInstanceOf(KernelCompilationException.class)
        .hasMessageStartingWith("generated kernel " + DOUBLES_ONE_ELEMENT.name())
        .hasMessageContaining("does not compile: ")
        .hasMessageContaining("Line 10")
        .hasMessageContaining("   1  package " + KernelClassCompiler.PACKAGE + ";\n")
        .hasMessageContaining("  10      int n = \"text\";\n");
  }

  @Test
  void everyFaultOfTheSourceIsAKernelCompilationException() {
    for (String body :
        new String[] {
          "for (", "undefined();", "int i = 0; int i = 1;", "return 1;", "\"unclosed", "'", "#"
        }) {
      assertThatThrownBy(() -> compiler.compile(source(body)))
          .as(body)
          .isInstanceOf(KernelCompilationException.class);
    }
  }

  @Test
  void aMethodThatIsTooLargeIsAKernelCompilationException() {
    String line = "operands[0].floatArray()[0] *= operands[1].floatArray()[(int) sizes[0]];\n";
    assertThatThrownBy(() -> compiler.compile(source(line.repeat(5_000))))
        .isInstanceOf(KernelCompilationException.class);
  }

  @Test
  void aClassThatIsNoKernelIsAKernelCompilationException() {
    var other =
        new EmittedSource(
            KernelClassCompiler.PACKAGE + ".Other",
            "package " + KernelClassCompiler.PACKAGE + "; public final class Other {}");
    assertThatThrownBy(() -> compiler.compile(other))
        .isInstanceOf(KernelCompilationException.class);
  }

  @Test
  void aKernelThatNobodyHoldsIsUnloaded() throws InterruptedException {
    var type = new WeakReference<>(compiler.compile(DOUBLES_ONE_ELEMENT).getClass());
    for (int attempt = 0; attempt < 50 && type.get() != null; attempt++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(type.get()).isNull();
  }
}
