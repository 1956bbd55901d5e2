/** Tests of tiers of kernels, on a clock of their own. */
@NullMarked
package dev.einkorn.runtime.tier;

import org.jspecify.annotations.NullMarked;
