/**
 * Random index programs with fitting inputs, for property tests.
 *
 * <p>In: a seed. Out: a {@link dev.einkorn.compiler.random.RandomProgram}, well typed and small
 * enough to interpret at once, and {@linkplain dev.einkorn.compiler.random.RandomInputs tensors}
 * for its inputs, as views of all kinds. The seed gives the same program and the same values each
 * time.
 *
 * {@snippet :
 * for (long seed = 0; seed < 1_000; seed++) {
 *   RandomProgram drawn = ProgramGenerator.draw(seed, Profile.FULL);
 *   if (!agrees(drawn)) {
 *     fail(Shrinker.shrink(drawn, smaller -> !agrees(smaller)).toString());
 *   }
 * }
 * }
 */
@NullMarked
package dev.einkorn.compiler.random;

import org.jspecify.annotations.NullMarked;
