/**
 * Benchmarks of {@code einkorn bench}: workloads are read, checked, timed and set against the
 * machine's ceilings and, where they are on the class path, against other libraries.
 *
 * <p>In: a JSON file of workloads; compiled programs of the facade. Out: measurements, as a table
 * or as JSON lines. A workload whose result is wrong is reported and never timed. Other libraries
 * implement {@link dev.einkorn.compiler.cli.bench.Peer}.
 *
 * {@snippet lang=text :
 * [{"name": "gemm", "einsum": "mk,kn->mn", "sizes": {"m": 64, "n": 64, "k": 64}, "dtype": "f32"}]
 * }
 */
@NullMarked
package dev.einkorn.compiler.cli.bench;

import org.jspecify.annotations.NullMarked;
