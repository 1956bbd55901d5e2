/** The facade. */
@NullMarked
package dev.einkorn.compiler;

import org.jspecify.annotations.NullMarked;
