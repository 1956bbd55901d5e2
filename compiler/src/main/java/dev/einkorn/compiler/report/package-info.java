/**
 * Reports that other programs read: JSON, written by hand because a plan and a result need only
 * strings, objects and arrays, and HTML, in which every text is escaped.
 *
 * <p>In: text and numbers. Out: JSON on one line, members in the order given. {@code
 * Json.object("name", Json.string("E"), "rank", "1")} gives {@code {"name": "E", "rank": 1}}. And
 * markup: {@code Html.element("td", Html.text("a < b"))} gives {@code <td>a &lt; b</td>}.
 */
@NullMarked
package dev.einkorn.compiler.report;

import org.jspecify.annotations.NullMarked;
