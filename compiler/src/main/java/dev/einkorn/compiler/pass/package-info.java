/**
 * The pipeline from a checked program to source text: plan, lower, schedule, emit, each stage
 * printable and verified.
 *
 * <p>In: an {@link dev.einkorn.compiler.index.IndexProgram} with the layouts of its operands. Out:
 * a {@link dev.einkorn.compiler.pass.Compilation} that holds every stage. {@code
 * -Deinkorn.dump=index,plan,loops,schedule,java} writes the stages to files in {@code
 * -Deinkorn.dump.dir}:
 *
 * {@snippet lang=java :
 * Compilation compilation = Pipeline.compile(program, PipelineOptions.rowMajor(program));
 * compilation.steps().getFirst().schedule();   // reorder(i, k); hoist()
 * compilation.sources().getFirst().text();     // package dev.einkorn...
 * }
 */
@NullMarked
package dev.einkorn.compiler.pass;

import org.jspecify.annotations.NullMarked;
