/**
 * CUDA C templates: each is a {@code .cu} file among the resources, beside one record whose
 * components are its variables.
 *
 * <p>In: a {@link dev.einkorn.cuda.template.KernelTemplate}. Out: the text of a kernel. What
 * kernels call is in {@link dev.einkorn.cuda.template.Prelude}. A template with {@code
 * $name$($parameters; separator=", "$)} makes of a record with these components
 *
 * {@snippet lang=text :
 * compute_c(const float* __restrict__ A, float* __restrict__ c, int kExtent)
 * }
 */
@NullMarked
package dev.einkorn.cuda.template;

import org.jspecify.annotations.NullMarked;
