/** Tests that compile annotated interfaces and call what was generated. */
@NullMarked
package dev.einkorn.compiler.processor;

import org.jspecify.annotations.NullMarked;
