/** The ANTLR grammars of Einkorn and the parsers generated from them. No hand-written logic. */
module dev.einkorn.grammar {
  requires transitive org.antlr.antlr4.runtime;

  exports dev.einkorn.grammar;
}
