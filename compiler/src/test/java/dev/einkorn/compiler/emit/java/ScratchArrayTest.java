package dev.einkorn.compiler.emit.java;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.runtime.ElementType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScratchArrayTest {
  private static final Scratch PANEL = own("A_panel", ElementType.F32, 100, 200);
  private static final Scratch TILE = own("O_tile", ElementType.F32, 3, 17);
  private static final Scratch DOUBLES = own("B_panel", ElementType.F64, 10);
  private static final Scratch SHARED = new Scratch("parts", type(ElementType.F32, 20_000), true);

  private static Scratch own(String name, ElementType elementType, long... extents) {
    return new Scratch(name, type(elementType, extents), false);
  }

  private static TensorType type(ElementType elementType, long... extents) {
    return new TensorType(
        elementType, Arrays.stream(extents).<Extent>mapToObj(Extent.Fixed::new).toList());
  }

  @Test
  void muchOfOneTypeSharesAnArrayAndBeginsAtLines() {
    List<ScratchArray> arrays = ScratchArray.of(List.of(TILE, DOUBLES, PANEL));
    assertThat(arrays)
        .containsExactly(
            new ScratchArray(List.of(TILE, PANEL), true),
            new ScratchArray(List.of(DOUBLES), false));
    ScratchArray floats = arrays.getFirst();
    assertThat(floats.before(TILE)).isZero();
    assertThat(floats.before(PANEL)).isEqualTo(64);
    assertThat(floats.elements()).isEqualTo(64 + 20_000 + 16);
    assertThat(arrays.getLast().elements()).isEqualTo(10);
  }

  @Test
  void littleHasArraysOfItsOwn() {
    assertThat(ScratchArray.of(List.of(TILE, own("C_tile", ElementType.F32, 16))))
        .allSatisfy(array -> assertThat(array.atLines()).isFalse())
        .hasSize(2);
  }

  @Test
  void whatTheTeamSharesIsApart() {
    assertThat(ScratchArray.of(List.of(SHARED, TILE)))
        .containsExactly(
            new ScratchArray(List.of(TILE), false), new ScratchArray(List.of(SHARED), true));
  }
}
