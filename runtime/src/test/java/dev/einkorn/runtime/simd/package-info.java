/** Tests of the runtime; tables and files of reference values are made by generate.py. */
@NullMarked
package dev.einkorn.runtime.simd;

import org.jspecify.annotations.NullMarked;
