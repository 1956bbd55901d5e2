/** Tests of what generated kernels need at run time. */
@NullMarked
package dev.einkorn.runtime.kernel;

import org.jspecify.annotations.NullMarked;
