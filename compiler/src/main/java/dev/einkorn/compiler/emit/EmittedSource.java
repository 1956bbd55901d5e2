package dev.einkorn.compiler.emit;

/**
 * Generated source.
 *
 * @param name the fully qualified name of the class or kernel
 * @param text the whole file
 */
public record EmittedSource(String name, String text) {}
