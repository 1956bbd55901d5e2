package dev.einkorn.compiler.interpret;

import static dev.einkorn.compiler.index.Expressions.cast;
import static dev.einkorn.compiler.index.Expressions.div;
import static dev.einkorn.compiler.index.Expressions.f32;
import static dev.einkorn.compiler.index.Expressions.less;
import static dev.einkorn.compiler.index.Expressions.mul;
import static dev.einkorn.compiler.index.Expressions.select;
import static dev.einkorn.compiler.index.Expressions.sub;
import static dev.einkorn.compiler.index.ProgramBuilder.position;
import static dev.einkorn.compiler.interpret.Tensors.assertSame;
import static dev.einkorn.compiler.interpret.Tensors.counting;
import static dev.einkorn.compiler.interpret.Tensors.evaluate;
import static dev.einkorn.compiler.interpret.Tensors.vector;
import static dev.einkorn.runtime.ElementType.F32;

import dev.einkorn.compiler.index.ProgramBuilder;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sizes that follow from affine accesses. */
class SlidingWindowTest {
  @Test
  void everyStrideAndDilationOfAConvolutionEqualsLoops() {
    for (int stride = 1; stride <= 3; stride++) {
      for (int dilation = 1; dilation <= 3; dilation++) {
        for (int length = 0; length <= 9; length++) {
          for (int window = 1; window <= 3; window++) {
            convolution(stride, dilation, length, window);
          }
        }
      }
    }
  }

  private static void convolution(int stride, int dilation, int length, int window) {
    var p = new ProgramBuilder().input("I", F32, "i").input("K", F32, "r");
    p.derive("x", "i-" + dilation + "*r+" + (dilation - 1), stride, 1);
    p.assign(
        "O",
        F32,
        "x",
        p.sum("r", mul(p.at("I", stride + "*x+" + dilation + "*r"), p.at("K", "r"))));
    Tensor image = counting(1, length).reshape(length);
    Tensor kernel = counting(1, window).reshape(window);
    int count = 0;
    while (stride * count + dilation * (window - 1) < length) {
      count++;
    }
    float[] expected = new float[count];
    for (int x = 0; x < count; x++) {
      for (int r = 0; r < window; r++) {
        expected[x] += image.getFloat(stride * x + dilation * r) * kernel.getFloat(r);
      }
    }
    assertSame(evaluate(p.program(), "O", Map.of("I", image, "K", kernel)), vector(expected));
  }

  @Test
  void maximumPooling() {
    var p = new ProgramBuilder().input("I", F32, "h,w").range("r", "2").range("s", "2");
    p.derive("y", "h-2", 2, 1).derive("x", "w-2", 2, 1);
    p.assign("O", F32, "y,x", p.reduce(ReductionOperator.MAX, "r,s", p.at("I", "2*y+r,2*x+s")));
    assertSame(
        evaluate(p.program(), "O", Map.of("I", counting(5, 4))),
        Tensor.of(new float[] {6, 8, 14, 16}, 2, 2));
  }

  @Test
  void finiteDifferencesOfFiniteDifferences() {
    var p = new ProgramBuilder().input("u", F32, "i");
    p.derive("x", "i-1", 1, 0).derive("y", "x-1", 1, 0);
    p.assign("d", F32, "x", sub(p.at("u", "x+1"), p.at("u", "x")));
    p.assign("e", F32, "y", sub(p.at("d", "y+1"), p.at("d", "y")));
    assertSame(evaluate(p.program(), "e", Map.of("u", vector(0, 1, 4, 9, 16))), vector(2, 2, 2));
    assertSame(evaluate(p.program(), "e", Map.of("u", vector(1))), Tensor.zeros(F32, 0));
  }

  @Test
  void theShortestRangeWins() {
    var p = new ProgramBuilder().input("a", F32, "i").input("b", F32, "j");
    p.derive("x", "i-1", 1, 0).derive("x", "j-1", 2, 1);
    p.assign("O", F32, "x", mul(p.at("a", "x+1"), p.at("b", "2*x")));
    var a = vector(1, 2, 3, 4);
    assertSame(evaluate(p.program(), "O", Map.of("a", a, "b", vector(1, 0, 10))), vector(2, 30));
    assertSame(
        evaluate(p.program(), "O", Map.of("a", a, "b", vector(1, 0, 10, 0, 100, 0, 1, 0, 1))),
        vector(2, 30, 400));
  }

  @Test
  void aDerivedSizeIsANumberToo() {
    var p = new ProgramBuilder().input("u", F32, "i");
    p.derive("x", "i-2", 1, 1);
    p.assign("m", F32, "", div(p.sum("x", p.at("u", "x+1")), cast(F32, p.count("x"))));
    assertSame(evaluate(p.program(), "m", Map.of("u", vector(9, 1, 2))), Tensor.scalar(1.5f));
  }

  @Test
  void aRestrictedSumIsTheSumOverATriangle() {
    var p = new ProgramBuilder().input("A", F32, "i,k");
    p.assign(
        "s",
        F32,
        "i",
        p.sum("k", select(less(position("k"), position("i")), p.at("A", "i,k"), f32(0))));
    assertSame(evaluate(p.program(), "s", Map.of("A", counting(3, 3))), vector(0, 4, 15));
  }
}
