/**
 * Compares output with files that were read and approved. In: the path of a golden file below
 * {@code src/test/golden} and the text of today. Out: nothing, or a failure with a diff.
 *
 * {@snippet :
 * new GoldenFiles("errors").check("extent-mismatch.err", exception.getMessage());
 * }
 */
@NullMarked
package dev.einkorn.compiler.golden;

import org.jspecify.annotations.NullMarked;
