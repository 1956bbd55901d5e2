/**
 * Checks of the repository itself, such as the format of its sources: in, every file of the
 * checkout; out, a list of offenders. For instance {@code SourceFormatTest} fails on a Java file
 * that google-java-format would change.
 */
@NullMarked
package dev.einkorn.build;

import org.jspecify.annotations.NullMarked;
