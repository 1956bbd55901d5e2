/** Tensors, element types, npy files and the kernel interface. */
@NullMarked
package dev.einkorn.runtime;

import org.jspecify.annotations.NullMarked;
