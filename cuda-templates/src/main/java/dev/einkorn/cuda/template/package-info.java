/**
 * CUDA C templates. Empty until the CUDA emitter comes: each template will be a {@code .cu} file
 * among the resources beside one record whose components are its variables.
 */
@NullMarked
package dev.einkorn.cuda.template;

import org.jspecify.annotations.NullMarked;
