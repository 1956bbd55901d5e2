package dev.einkorn.compiler.interpret;

import static dev.einkorn.compiler.index.Expressions.mul;
import static dev.einkorn.compiler.interpret.Tensors.assertSame;
import static dev.einkorn.compiler.interpret.Tensors.counting;
import static dev.einkorn.compiler.interpret.Tensors.evaluate;
import static dev.einkorn.compiler.interpret.Tensors.failureOf;
import static dev.einkorn.compiler.interpret.Tensors.vector;
import static dev.einkorn.runtime.ElementType.BOOL;
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.I32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.ProgramBuilder;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BorderTest {
  private static final List<Border> BORDERS =
      List.of(Border.ZERO, Border.CLAMP, Border.WRAP, Border.MIRROR);

  /** {@code O[x] = border(I[x - 7])} for 18 positions. */
  private static Tensor around(Border border, float... values) {
    var p = new ProgramBuilder().input("I", F32, "n").range("x", "18");
    p.assign("O", F32, "x", p.at(border, "I", "x-7"));
    return evaluate(p.program(), "O", Map.of("I", vector(values)));
  }

  @Test
  void zeroIsZeroOutside() {
    assertSame(
        around(Border.ZERO, 1, 2, 3, 4),
        vector(0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void clampReadsTheNearestElement() {
    assertSame(
        around(Border.CLAMP, 1, 2, 3, 4),
        vector(1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4));
  }

  @Test
  void wrapRepeatsTheAxis() {
    assertSame(
        around(Border.WRAP, 1, 2, 3, 4),
        vector(2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3));
  }

  @Test
  void mirrorDoesNotRepeatTheEdges() {
    assertSame(
        around(Border.MIRROR, 1, 2, 3, 4),
        vector(2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3));
    assertSame(
        around(Border.MIRROR, 1, 2), vector(2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1));
  }

  @Test
  void anAxisOfOneElementIsReadEverywhere() {
    Tensor ones = Tensor.zeros(F32, 18);
    for (int x = 0; x < 18; x++) {
      ones.set(5f, x);
    }
    assertSame(around(Border.CLAMP, 5), ones);
    assertSame(around(Border.WRAP, 5), ones);
    assertSame(around(Border.MIRROR, 5), ones);
  }

  @Test
  void anEmptyAxisIsZeroOrAnError() {
    var empty = Map.of("I", Tensor.zeros(F32, 0));
    for (Border border : BORDERS) {
      var p = new ProgramBuilder().input("I", F32, "n").range("x", "2");
      p.assign("O", F32, "x", p.at(border, "I", "x-1"));
      if (border == Border.ZERO) {
        assertSame(evaluate(p.program(), "O", empty), vector(0, 0));
      } else {
        assertThat(failureOf(p.program(), empty))
            .hasMessage(
                "position -1 is outside of axis 0 of I, of extent 0, in "
                    + border.symbol()
                    + "(I[x - 1])")
            .extracting(KernelException::code)
            .isEqualTo(KernelException.Code.INDEX_OUT_OF_RANGE);
      }
    }
  }

  @Test
  void anEmptyAxisThatIsNeverReadIsNoError() {
    var p = new ProgramBuilder().input("I", F32, "n");
    p.assign("O", F32, "n", p.at(Border.MIRROR, "I", "n-1"));
    assertSame(evaluate(p.program(), "O", Map.of("I", Tensor.zeros(F32, 0))), Tensor.zeros(F32, 0));
  }

  @Test
  void zeroHasTheElementType() {
    var p = new ProgramBuilder().input("m", I32, "i").input("b", BOOL, "i");
    p.assign("O", I32, "i", p.at(Border.ZERO, "m", "i+1"));
    p.assign("P", BOOL, "i", p.at(Border.ZERO, "b", "i+1"));
    var inputs =
        Map.of(
            "m", Tensor.of(new int[] {1, 2}, 2),
            "b", Tensor.ofBooleans(new boolean[] {true, true}, 2));
    assertSame(evaluate(p.program(), "O", inputs), Tensor.of(new int[] {2, 0}, 2));
    assertSame(
        evaluate(p.program(), "P", inputs), Tensor.ofBooleans(new boolean[] {true, false}, 2));
  }

  /** The position that a border reads, found by walking there step by step; -1 for none. */
  private static int walk(Border border, int position, int extent) {
    int at = 0;
    int direction = 1;
    int steps = Math.abs(position);
    boolean left = position < 0;
    if (border == Border.MIRROR) {
      for (int n = 0; n < steps && extent > 1; n++) {
        direction = at == extent - 1 ? -1 : at == 0 ? 1 : direction;
        at += direction;
      }
      return at;
    }
    for (int n = 0; n < steps; n++) {
      at += left ? -1 : 1;
      if (at < 0 || at >= extent) {
        switch (border) {
          case WRAP -> at = left ? extent - 1 : 0;
          case CLAMP -> at = left ? 0 : extent - 1;
          case ZERO -> {
            return -1;
          }
          case NONE, MIRROR -> throw new IllegalArgumentException(border.toString());
        }
      }
    }
    return at;
  }

  @Test
  void everyBorderOfATwoDimensionalConvolutionEqualsLoops() {
    int height = 5;
    int width = 4;
    Tensor image = counting(height, width);
    Tensor kernel = counting(3, 4);
    for (Border border : BORDERS) {
      var p = new ProgramBuilder().input("I", F32, "y,x").input("K", F32, "r,s");
      p.assign(
          "O",
          F32,
          "y,x",
          p.sum("r,s", mul(p.at(border, "I", "2*y+r-3,s-2*x+1"), p.at("K", "r,s"))));
      Tensor expected = Tensor.zeros(F32, height, width);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          float sum = 0;
          for (int r = 0; r < 3; r++) {
            for (int s = 0; s < 4; s++) {
              int row = walk(border, 2 * y + r - 3, height);
              int column = walk(border, s - 2 * x + 1, width);
              float pixel = row < 0 || column < 0 ? 0 : image.getFloat(row, column);
              sum += pixel * kernel.getFloat(r, s);
            }
          }
          expected.set(sum, y, x);
        }
      }
      assertSame(evaluate(p.program(), "O", Map.of("I", image, "K", kernel)), expected);
    }
  }
}
