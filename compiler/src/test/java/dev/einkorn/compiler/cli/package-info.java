/**
 * Tests of the command line: each runs a command in this process, with its streams captured.
 *
 * <p>In: words as a shell would pass them. Out: an exit code, two texts and files, for instance
 * {@code Ran.command("eval", "s = x + 1", "x=2").out()} is {@code "s = i64[] 3\n"}.
 */
@NullMarked
package dev.einkorn.compiler.cli;

import org.jspecify.annotations.NullMarked;
