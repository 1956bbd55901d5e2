/**
 * What programs read instead of people: JSON, written by hand because a plan and a result need only
 * strings, objects and arrays.
 *
 * <p>In: text and numbers. Out: JSON on one line, members in the order given. {@code
 * Json.object("name", Json.string("E"), "rank", "1")} gives {@code {"name": "E", "rank": 1}}.
 */
@NullMarked
package dev.einkorn.compiler.report;

import org.jspecify.annotations.NullMarked;
