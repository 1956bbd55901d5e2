package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.Stmt;
import java.util.List;

/**
 * The tiles of a packed contraction that reach the half of the target which is computed. Those on
 * the diagonal also compute elements of the other half, which the copy then replaces.
 *
 * {@snippet lang=text :
 * for i_block step 192:                 for i_block in j_block // 192 * 192 .. extent(i) step 192:
 *   for j_tile:                  =>       for j_tile:
 *     for i_tile:                           for i_tile in max(0, j_block + 32*j_tile - i_block)
 *       tile of sums                                      // 12 .. tiles:
 *                                             tile of sums
 * }
 *
 * @param rowsLead whether the computed half is that where the row is not below the column
 */
record PackedHalf(PackRoles.Role rows, PackRoles.Role columns, boolean rowsLead) {

  static PackedHalf of(PackRoles roles, ContractionForm.Mirrored mirrored) {
    List<IndexVariable> both = List.of(mirrored.first(), mirrored.second());
    PackRoles.Role rows = roles.rows();
    PackRoles.Role columns = roles.columns();
    if (rows.merged().isPresent()
        || columns.merged().isPresent()
        || !both.contains(rows.lastPart())
        || !both.contains(columns.lastPart())
        || roles.batch().isPresent()
        || roles.pack().share() == Directive.Share.COLUMNS) {
      throw roles.refuse(
          "a mirrored nest is packed with "
              + mirrored.first()
              + " and "
              + mirrored.second()
              + " alone as rows and columns, of which workers share the rows");
    }
    return new PackedHalf(rows, columns, rows.lastPart().equals(mirrored.first()));
  }

  /** The blocks of rows that have something to compute beside a block of columns. */
  Stmt.Loop blocks(Stmt.Loop loop) {
    Stmt.Loop even = loop.kind() == LoopKind.PARALLEL ? loop.withKind(LoopKind.DEALT) : loop;
    Expr begin = new Expr.LoopValue(columns.block());
    long size = rows.loop().block();
    return rowsLead
        ? even.withBounds(LoopBounds.times(size, LoopBounds.divide(begin, size)), loop.upper())
        : even.withBounds(
            loop.lower(),
            LoopBounds.min(
                loop.upper(), LoopBounds.plus(begin, LoopBounds.number(columns.loop().block()))));
  }

  /** The tiles of a block of rows that have something to compute beside a tile of columns. */
  Stmt.Loop tiles(Stmt.Loop loop) {
    long height = rows.loop().width();
    Expr begin = LoopBounds.minus(columns.tileBegin(), new Expr.LoopValue(rows.block()));
    if (rowsLead) {
      // The last row of a tile is not below the first column: i_tile * height + height > begin.
      return loop.withBounds(
          LoopBounds.divide(LoopBounds.max(LoopBounds.number(0), begin), height), loop.upper());
    }
    // The first row of a tile is below the end of the columns: i_tile * height < end.
    Expr end = LoopBounds.plus(begin, LoopBounds.number(columns.loop().width() + height - 1));
    return loop.withBounds(
        loop.lower(),
        LoopBounds.min(
            loop.upper(), LoopBounds.divide(LoopBounds.max(LoopBounds.number(0), end), height)));
  }
}
