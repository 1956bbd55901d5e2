package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import org.junit.jupiter.api.Test;

class TileSizesTest {
  @Test
  void everyBlockOfAnExtentHoldsAWholeTile() {
    for (int lanes : new int[] {4, 8, 16}) {
      for (int vectors = 1; vectors <= 6; vectors++) {
        int tile = vectors * lanes;
        for (long most : new long[] {1, tile, 2L * tile, 5L * tile}) {
          for (long extent = tile; extent < 9L * tile; extent++) {
            int block = TileSizes.blockOfTiles(extent, tile, lanes, most);
            String what = "extent %d, tile %d, most %d".formatted(extent, tile, most);
            assertThat(block).as(what).isGreaterThanOrEqualTo(tile);
            assertThat(block % lanes).as(what).isZero();
            long rest = extent % block;
            assertThat(rest == 0 || rest >= tile).as("%s, block %d", what, block).isTrue();
          }
        }
      }
    }
  }

  @Test
  void whatWholeTilesLeaveHasVectorsOfItsOwnWhereThatSavesWork() {
    var sizes = new TileSizes(new Target(512, 1, 32 << 10, 1 << 20, 16 << 20), ElementType.F32);
    for (int width : new int[] {17, 20, 24}) {
      assertThat(sizes.columns(width, 300, 16, true)).isEqualTo(new TileSizes.Columns(1, 8));
      assertThat(sizes.columns(width, 300, 16, false).rest()).isZero();
    }
    assertThat(sizes.columns(33, 300, 16, true)).isEqualTo(new TileSizes.Columns(2, 8));
    for (int width : new int[] {16, 32, 48, 64, 31, 1000, 1024}) {
      assertThat(sizes.columns(width, 300, 16, true).rest()).as("width " + width).isZero();
    }
  }

  @Test
  void blocksAreAsManyAsWanted() {
    assertThat(TileSizes.blockOfTiles(200, 80, 16, 160)).isEqualTo(112);
    assertThat(TileSizes.blockOfTiles(256, 64, 16, 128)).isEqualTo(128);
    assertThat(TileSizes.blockOfTiles(127, 64, 16, 64)).isEqualTo(128);
    assertThat(TileSizes.blockOfTiles(10_000, 96, 16, 192)).isEqualTo(224);
  }
}
