package dev.einkorn.compiler.optimize.path;

/**
 * What a whole path costs. A nest whose result an earlier nest has computed already, up to the
 * names of labels, is counted once. Numbers stop at {@link Double#MAX_VALUE}.
 *
 * @param flops multiplications: iterations of each nest times its operands less one; a nest that
 *     only sums counts its iterations
 * @param largestIntermediate elements of the largest stored tensor, operands and final result not
 *     included; 0 if nothing is stored
 * @param totalWrites elements stored by all nests, those of the final result included
 * @param peak most elements of intermediates that live at once when the nests run in the order of
 *     the path, operands and final result not included
 * @param objective what the search has minimised
 */
public record PathCost(
    double flops, double largestIntermediate, double totalWrites, double peak, double objective) {}
