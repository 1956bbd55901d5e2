package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

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
  void blocksAreAsManyAsWanted() {
    assertThat(TileSizes.blockOfTiles(200, 80, 16, 160)).isEqualTo(112);
    assertThat(TileSizes.blockOfTiles(256, 64, 16, 128)).isEqualTo(128);
    assertThat(TileSizes.blockOfTiles(127, 64, 16, 64)).isEqualTo(128);
    assertThat(TileSizes.blockOfTiles(10_000, 96, 16, 192)).isEqualTo(224);
  }
}
