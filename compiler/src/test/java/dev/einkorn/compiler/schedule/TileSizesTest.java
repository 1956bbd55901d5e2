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
            String what = "extent %s, tile %s, most %s".formatted(extent, tile, most);
            assertThat(block).as(what).isGreaterThanOrEqualTo(tile);
            assertThat(block % lanes).as(what).isZero();
            long rest = extent % block;
            assertThat(rest == 0 || rest >= tile).as("%s, block %s", what, block).isTrue();
          }
        }
      }
    }
  }

  @Test
  void whatWholeTilesLeaveHasVectorsOfItsOwnWhereThatSavesWork() {
    TileSizes sizes = sizes(false);
    for (int width : new int[] {17, 20, 24}) {
      assertThat(sizes.columns(width, 300, true, false)).isEqualTo(columns("1 x 16 + 8"));
      assertThat(sizes.columns(width, 300, false, false)).isEqualTo(columns("1 x 16"));
    }
    assertThat(sizes.columns(33, 300, true, false)).isEqualTo(columns("2 x 16 + 8"));
    for (int width : new int[] {16, 32, 48, 64, 31, 1000, 1024}) {
      assertThat(sizes.columns(width, 300, true, false).hasRest()).as("width " + width).isFalse();
    }
  }

  @Test
  void aTileHoldsFewColumnsWhole() {
    assertThat(sizes(false).columns(20, 300, true, true)).isEqualTo(columns("2 x 16 whole"));
    assertThat(sizes(false).columns(10, 300, true, true)).isEqualTo(columns("2 x 8 whole"));
    assertThat(sizes(false).columns(16, 300, true, true)).isEqualTo(columns("1 x 16"));
    assertThat(sizes(false).columns(1000, 300, true, true).end())
        .isEqualTo(new Directive.End.Tile());
    // Vectors of 256 bits that have twice the rate share what a row brings.
    assertThat(sizes(true).columns(20, 300, true, true)).isEqualTo(columns("3 x 8 whole"));
    assertThat(sizes(true).columns(16, 300, true, true)).isEqualTo(columns("2 x 8 whole"));
    assertThat(sizes(true).columns(32, 300, true, true)).isEqualTo(columns("2 x 16"));
    // Too few rows for a loop that C2 leaves as it is.
    assertThat(sizes(true).columns(16, 8, true, true)).isEqualTo(columns("1 x 16"));
    assertThat(sizes(true).rows(columns("2 x 8 whole"), 20)).isEqualTo(10);
    assertThat(sizes(true).rows(columns("2 x 8 whole"), 24)).isEqualTo(9);
    assertThat(sizes(true).rows(columns("3 x 8 whole"), 20)).isEqualTo(7);
  }

  private static TileSizes sizes(boolean halfRate) {
    return new TileSizes(
        new Target(512, 1, 32 << 10, 1 << 20, 16 << 20, halfRate), ElementType.F32);
  }

  private static TileSizes.Columns columns(String tile) {
    Directive.TileLoop loop = Schedule.tileLoop("j: " + tile);
    return new TileSizes.Columns(loop.count(), loop.lanes(), loop.end());
  }

  @Test
  void blocksAreAsManyAsWanted() {
    assertThat(TileSizes.blockOfTiles(200, 80, 16, 160)).isEqualTo(112);
    assertThat(TileSizes.blockOfTiles(256, 64, 16, 128)).isEqualTo(128);
    assertThat(TileSizes.blockOfTiles(127, 64, 16, 64)).isEqualTo(128);
    assertThat(TileSizes.blockOfTiles(10_000, 96, 16, 192)).isEqualTo(224);
  }
}
