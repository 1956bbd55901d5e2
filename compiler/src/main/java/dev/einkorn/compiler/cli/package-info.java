/**
 * The command line: {@code einkorn eval}, {@code einsum}, {@code explain}, {@code source}, {@code
 * compile}, {@code doctor}, {@code bench} and {@code demo}.
 *
 * <p>In: the words of a command line, tensors in npy and npz files. Out: tensors in files or as
 * text, plans, generated source, JSON; results on standard output, everything else on standard
 * error; 0 for success, 1 for failure, 2 for wrong usage. Nothing here computes: each command is a
 * few calls of {@link dev.einkorn.compiler.Einkorn}. {@link dev.einkorn.compiler.cli.Console}
 * stands for the process, so that tests run commands in their own.
 *
 * {@snippet lang=text :
 * $ einkorn eval 's = A[i] * B[i]' 'A=[1, 2, 3]' 'B=[4, 5, 6]'
 * s = i64[] 32
 * }
 */
@NullMarked
package dev.einkorn.compiler.cli;

import org.jspecify.annotations.NullMarked;
