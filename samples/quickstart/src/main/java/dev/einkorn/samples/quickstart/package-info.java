/** The founding questions in a few lines of Java. */
@NullMarked
package dev.einkorn.samples.quickstart;

import org.jspecify.annotations.NullMarked;
