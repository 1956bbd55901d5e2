package dev.einkorn.compiler.index;

/**
 * An index variable together with the number of values it takes, {@code 0 .. extent-1} in ascending
 * order.
 */
public record IndexBinding(IndexVariable variable, Extent extent) {}
